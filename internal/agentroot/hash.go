package agentroot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Hasher hashes files, and remembers what only root can change. The zero value is not usable.
type Hasher struct {
	maxSealed int64
	// Loose is set where a file can be written while it runs: see WritersKeptOut. What an agent can write is then taken for what
	// its content doesn't fix.
	Loose bool

	mu    sync.Mutex
	known map[fileKey]cached
}

// NewHasher makes one. maxSealed, in bytes, bounds a sealed copy.
func NewHasher(maxSealed int64) *Hasher {
	return &Hasher{maxSealed: maxSealed, known: map[fileKey]cached{}}
}

// fileKey tells one state of a file from the next. It can be beaten by who may write the file (a change within one tick
// of the clock, through a mapping), so it serves only where that is nobody but root.
type fileKey struct {
	dev, ino             uint64
	size                 int64
	mtimeSec, ctimeSec   int64
	mtimeNsec, ctimeNsec int64
}

type cached struct {
	sha256 string
	head   []byte
	shim   bool
}

const (
	maxKnown = 4096
	// maxHashed bounds what is read for one tool.
	maxHashed = 4 << 30
	// settle is how old a change must be before its time stamp tells it from a later one.
	settle = 2 * time.Second
	// maxShim bounds the search for the shim's marker.
	maxShim = 4 << 20
)

// shimMarker is shim.Marker; a test compares them. The daemon holds it too, but is larger than any shim.
var shimMarker = []byte("clawrden shim marker 6f1d7c0be2a94d53")

// load fills in the digest of a stage, and its sealed copy if it is to have one. It returns the start of the file.
func (h *Hasher) load(ctx context.Context, s *Stage, seal bool) ([]byte, error) {
	if !seal {
		c, err := h.sum(ctx, s.File)
		if err != nil {
			return nil, err
		}
		s.SHA256 = c.sha256
		return c.head, nil
	}
	if s.Stat.Size > h.maxSealed {
		return nil, fmt.Errorf("the caller can change it, and with %d bytes it is too large for a sealed copy (mirror.max_sealed is %d)", s.Stat.Size, h.maxSealed)
	}
	f, err := reopen(s.FD)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	sealed, c, err := h.seal(ctx, f)
	if err != nil {
		return nil, err
	}
	s.Sealed, s.SHA256 = sealed, c.sha256
	return c.head, nil
}

// IsShim reports whether a file is a shim, of any release.
func (h *Hasher) IsShim(ctx context.Context, f *File) bool {
	if f.Stat.Mode&unix.S_IFMT != unix.S_IFREG || f.Stat.Size > maxShim {
		return false
	}
	c, err := h.sum(ctx, f)
	return err == nil && c.shim
}

// remembered gives what is known of a file, where that is safe. rootOnly tells whether it would be.
func (h *Hasher) remembered(f *File) (key fileKey, c cached, known, rootOnly bool) {
	st := &f.Stat
	key = fileKey{
		dev: st.Dev, ino: st.Ino, size: st.Size,
		mtimeSec: st.Mtim.Sec, mtimeNsec: st.Mtim.Nsec, ctimeSec: st.Ctim.Sec, ctimeNsec: st.Ctim.Nsec,
	}
	// No group or other may write, and only root owns it, whoever asks: the entry serves every agent.
	if rootOnly = st.Uid == 0 && st.Mode&0o022 == 0; rootOnly {
		h.mu.Lock()
		c, known = h.known[key]
		h.mu.Unlock()
	}
	return key, c, known, rootOnly
}

// sum is Hasher.sum where a file may be read.
func (r *Root) sum(ctx context.Context, h *Hasher, f *File) (cached, error) {
	if r.quick {
		_, c, known, _ := h.remembered(f)
		if !known {
			r.miss()
			return c, errMissed
		}
		return c, nil
	}
	return h.sum(ctx, f)
}

// sum hashes a regular file, from memory where that is safe.
func (h *Hasher) sum(ctx context.Context, f *File) (cached, error) {
	key, c, known, rootOnly := h.remembered(f)
	if known {
		return c, nil
	}
	r, err := reopen(f.FD)
	if err != nil {
		return cached{}, err
	}
	defer func() { _ = r.Close() }()
	c, err = digest(ctx, r, io.Discard, maxHashed)
	if err != nil {
		return cached{}, err
	}
	if rootOnly && !remote(f.FD) && time.Since(time.Unix(key.ctimeSec, key.ctimeNsec)) > settle {
		h.mu.Lock()
		if len(h.known) >= maxKnown {
			clear(h.known)
		}
		h.known[key] = c
		h.mu.Unlock()
	}
	return c, nil
}

var errTooLarge = errors.New("it is too large")

// digest copies r to w and hashes what passes.
func digest(ctx context.Context, r io.Reader, w io.Writer, limit int64) (cached, error) {
	sum := sha256.New()
	var c cached
	var tail []byte // the end of what was read before, in case the marker lies across two reads
	buf := make([]byte, 256<<10)
	for total := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		n, err := r.Read(buf)
		if n > 0 {
			total += int64(n)
			if total > limit {
				return c, errTooLarge
			}
			sum.Write(buf[:n])
			if _, err := w.Write(buf[:n]); err != nil {
				return c, err
			}
			if len(c.head) < headLen {
				c.head = append(c.head, buf[:min(n, headLen-len(c.head))]...)
			}
			if !c.shim && total <= maxShim {
				tail = append(tail, buf[:n]...)
				c.shim = bytes.Contains(tail, shimMarker)
				tail = append(tail[:0], tail[max(0, len(tail)-len(shimMarker)):]...)
			}
		}
		if errors.Is(err, io.EOF) || (n == 0 && err == nil) {
			c.shim = c.shim && total <= maxShim
			c.sha256 = hex.EncodeToString(sum.Sum(nil))
			return c, nil
		}
		if err != nil {
			return c, err
		}
	}
}

// seal copies a file into memory, hashing it on the way, and makes the copy unchangeable.
func (h *Hasher) seal(ctx context.Context, r io.Reader) (int, cached, error) {
	fd, err := memfd()
	if err != nil {
		return -1, cached{}, err
	}
	// os.File would close the descriptor that is returned, so the copy is written through a duplicate.
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		_ = unix.Close(fd)
		return -1, cached{}, err
	}
	w := os.NewFile(uintptr(dup), "sealed")
	c, err := digest(ctx, r, w, h.maxSealed)
	_ = w.Close()
	if err == nil {
		// The seals hold only while nothing has it open or mapped for writing.
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SEAL|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, cached{}, err
	}
	return fd, c, nil
}

// memfd makes an executable file in memory. Before Linux 6.3 there is no MFD_EXEC and every memfd is executable; where
// vm.memfd_noexec forbids one, there is no sealed copy and the tool can't be run.
func memfd() (int, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate("clawrden-sealed", flags|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.MemfdCreate("clawrden-sealed", flags)
	}
	if err != nil {
		return -1, fmt.Errorf("cannot make a sealed copy: %v (vm.memfd_noexec may forbid it)", err)
	}
	return fd, nil
}

// IsShimFile reports whether a path is a regular file that is a shim, of any release. Links aren't followed.
func IsShimFile(path string) (bool, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if errors.Is(err, unix.ELOOP) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f := os.NewFile(uintptr(fd), path)
	defer func() { _ = f.Close() }()
	fi, err := f.Stat()
	if err != nil || !fi.Mode().IsRegular() || fi.Size() > maxShim {
		return false, err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxShim+1))
	return bytes.Contains(b, shimMarker), err
}
