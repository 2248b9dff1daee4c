package divert

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/wholefile"
)

const (
	registryFile = "registry.json"
	lockFile     = "lock"
	maxRegistry  = 4 << 20 // bytes: thousands of diversions
)

// registry is the list of diversions, as it is on disk. It is locked until it is closed.
type registry struct {
	path string
	lock *os.File
	all  []Diversion // by path
}

type registryText struct {
	Version    int         `json:"version"`
	Diversions []Diversion `json:"diversions"`
}

func (h *Host) dir() string {
	if h.Dir == "" {
		return Dir
	}
	return h.Dir
}

// open locks the registry against other processes and reads it.
func (h *Host) open() (*registry, error) {
	if err := os.MkdirAll(h.dir(), 0o755); err != nil { //nolint:gosec // the shim reads "agents", whoever runs it
		return nil, fmt.Errorf("cannot make the registry of diverted tools: %w", err)
	}
	if err := os.Chmod(h.dir(), 0o755); err != nil { //nolint:gosec // likewise, whatever the umask
		return nil, fmt.Errorf("cannot make the registry of diverted tools: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(h.dir(), lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the registry of diverted tools: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		lock.Close()
		return nil, fmt.Errorf("cannot lock the registry of diverted tools: %w", err)
	}
	all, err := h.read()
	if err != nil {
		lock.Close()
		return nil, err
	}
	return &registry{filepath.Join(h.dir(), registryFile), lock, all}, nil
}

func (r *registry) close() { r.lock.Close() }

// List gives the diversions, by path; none where nothing was ever diverted. It takes no lock: the file is replaced whole.
func (h *Host) List() ([]Diversion, error) { return h.read() }

// read reads the registry. What somebody else could have written isn't believed.
func (h *Host) read() ([]Diversion, error) {
	f, err := os.OpenFile(filepath.Join(h.dir(), registryFile), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the registry of diverted tools: %w", err)
	}
	defer f.Close()
	var st unix.Stat_t
	err = unix.Fstat(int(f.Fd()), &st)
	if err == nil && (st.Mode&unix.S_IFMT != unix.S_IFREG || st.Uid != h.owner || st.Mode&0o022 != 0) {
		err = fmt.Errorf("%s isn't a file of root's alone", f.Name())
	}
	var b []byte
	if err == nil {
		b, err = io.ReadAll(io.LimitReader(f, maxRegistry+1))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the registry of diverted tools: %w", err)
	}
	all, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("cannot read the registry of diverted tools %s: %w", f.Name(), err)
	}
	return all, nil
}

// parse reads the registry's text. Paths are acted on, so one that this package would not have written is an error.
func parse(b []byte) ([]Diversion, error) {
	var text registryText
	if len(b) > maxRegistry {
		return nil, fmt.Errorf("it is larger than %d bytes", maxRegistry)
	}
	if err := json.Unmarshal(b, &text); err != nil {
		return nil, err
	}
	if text.Version != 1 {
		return nil, fmt.Errorf("it has version %d; this program knows version 1", text.Version)
	}
	for i := range text.Diversions {
		d := &text.Diversions[i]
		switch {
		case !filepath.IsAbs(d.Path) || filepath.Clean(d.Path) != d.Path || strings.HasSuffix(d.Path, Suffix) || strings.ContainsRune(d.Path, 0):
			return nil, fmt.Errorf("%q is no place of a tool", d.Path)
		case d.Real != d.Path+Suffix:
			return nil, fmt.Errorf("%q is not where the tool of %q is", d.Real, d.Path)
		case d.State != Adding && d.State != Active && d.State != Removing:
			return nil, fmt.Errorf("%q is no state", d.State)
		}
		for _, n := range d.Names {
			if !filepath.IsAbs(n) || filepath.Base(n) != filepath.Base(d.Path) {
				return nil, fmt.Errorf("%q is no name of %q", n, d.Path)
			}
		}
	}
	return text.Diversions, nil
}

func (r *registry) find(path string) *Diversion {
	if i := slices.IndexFunc(r.all, func(d Diversion) bool { return d.Path == path }); i >= 0 {
		return &r.all[i]
	}
	return nil
}

// put writes one diversion, new or changed.
func (r *registry) put(d Diversion) error {
	all := slices.DeleteFunc(slices.Clone(r.all), func(o Diversion) bool { return o.Path == d.Path })
	all = append(all, d)
	slices.SortFunc(all, func(a, b Diversion) int { return strings.Compare(a.Path, b.Path) })
	return r.save(all)
}

// drop forgets one.
func (r *registry) drop(path string) error {
	return r.save(slices.DeleteFunc(slices.Clone(r.all), func(o Diversion) bool { return o.Path == path }))
}

func (r *registry) save(all []Diversion) error {
	b, err := json.MarshalIndent(registryText{1, all}, "", "  ")
	if err == nil {
		err = wholefile.Write(r.path, append(b, '\n'))
	}
	if err == nil {
		err = os.Chmod(r.path, 0o644) //nolint:gosec // `clawrden shims list` is for everybody
	}
	if err != nil {
		return fmt.Errorf("cannot write the registry of diverted tools: %w", err)
	}
	r.all = all
	return nil
}
