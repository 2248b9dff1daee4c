package tests

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// userFiles is a user-space file system of a few programs, as an agent could serve one: what it answers, and whether it does, is up to
// its server (include/uapi/linux/fuse.h). Each file holds the same program.
type userFiles struct {
	fd      int
	names   []string // node n+2
	content []byte
	silent  atomic.Uint64 // node whose content is never given
	mute    atomic.Bool   // questions about the file system as a whole aren't answered
}

// mountUser mounts it; it is gone at the end of the test.
func mountUser(t *testing.T, dir string, content []byte, names ...string) *userFiles {
	t.Helper()
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("there are no user-space file systems here: ", err)
	}
	u := &userFiles{fd: fd, names: names, content: content}
	options := fmt.Sprintf("fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other", fd)
	if err := unix.Mount("clawrden-test", dir, "fuse", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		_ = unix.Close(fd)
		t.Skip("user-space file systems can't be mounted here: ", err)
	}
	served := make(chan struct{})
	go func() { defer close(served); u.serve() }()
	t.Cleanup(func() {
		u.abort(dir)
		<-served
		_ = unix.Close(fd)
	})
	return u
}

// abort unmounts it, which ends all questions.
func (u *userFiles) abort(dir string) {
	var st unix.Stat_t
	if unix.Stat(dir, &st) == nil && unix.Minor(st.Dev) != 0 {
		_ = os.WriteFile(fmt.Sprintf("/sys/fs/fuse/connections/%d/abort", unix.Minor(st.Dev)), []byte("1"), 0)
	}
	_ = unix.Unmount(dir, unix.MNT_DETACH|unix.MNT_FORCE)
}

const (
	fuseLookup, fuseForget, fuseGetattr, fuseOpen, fuseRead, fuseStatfs, fuseRelease = 1, 2, 3, 14, 15, 17, 18
	fuseFlush, fuseInit, fuseInterrupt, fuseBatchForget                              = 25, 26, 36, 42
)

func (u *userFiles) serve() {
	b := make([]byte, 1<<20)
	le := binary.LittleEndian
	for {
		n, err := unix.Read(u.fd, b)
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EAGAIN) {
			continue
		}
		if err != nil || n < 40 {
			return
		}
		node := le.Uint64(b[16:])
		out, errno := u.answer(le.Uint32(b[4:]), node, b[40:n])
		if out == nil && errno == 0 {
			continue
		}
		reply := make([]byte, 16, 16+len(out))
		le.PutUint32(reply, uint32(16+len(out)))
		le.PutUint32(reply[4:], uint32(-int32(errno)))
		copy(reply[8:], b[8:16])
		_, _ = unix.Write(u.fd, append(reply, out...))
	}
}

// answer gives what to say; nothing at all without an error: silence.
func (u *userFiles) answer(op uint32, node uint64, in []byte) ([]byte, unix.Errno) {
	le := binary.LittleEndian
	switch op {
	case fuseInit:
		out := make([]byte, 64)
		for i, v := range []uint32{7, 31, 1 << 16, 0, 0, 1 << 16} {
			le.PutUint32(out[4*i:], v)
		}
		return out, 0
	case fuseLookup:
		for i, name := range u.names {
			if string(in) == name+"\x00" {
				out := make([]byte, 40)
				le.PutUint64(out, uint64(i+2))
				le.PutUint64(out[16:], 1000)
				le.PutUint64(out[24:], 1000)
				return append(out, u.attr(uint64(i+2))...), 0
			}
		}
		return nil, unix.ENOENT
	case fuseGetattr:
		out := make([]byte, 16)
		le.PutUint64(out, 1000)
		return append(out, u.attr(node)...), 0
	case fuseOpen:
		return make([]byte, 16), 0
	case fuseRead:
		if node == u.silent.Load() {
			return nil, 0
		}
		from, size := le.Uint64(in[8:]), uint64(le.Uint32(in[16:]))
		from = min(from, uint64(len(u.content)))
		return append([]byte{}, u.content[from:min(from+size, uint64(len(u.content)))]...), 0
	case fuseStatfs:
		if u.mute.Load() {
			return nil, 0
		}
		return make([]byte, 80), 0
	case fuseFlush, fuseRelease:
		return []byte{}, 0 // a header alone
	case fuseForget, fuseBatchForget, fuseInterrupt:
		return nil, 0
	}
	return nil, unix.ENOSYS
}

func (u *userFiles) attr(node uint64) []byte {
	a := make([]byte, 88)
	le := binary.LittleEndian
	mode, size := uint32(unix.S_IFDIR|0o755), uint64(0)
	if node > 1 {
		mode, size = unix.S_IFREG|0o755, uint64(len(u.content))
	}
	le.PutUint64(a, node)
	le.PutUint64(a[8:], size)
	le.PutUint32(a[60:], mode)
	le.PutUint32(a[64:], 1)
	return a
}
