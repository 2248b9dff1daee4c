package versions

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/clawrden/clawrden/internal/wholefile"
)

// replacing is what stands in the state directory while files are being replaced.
type replacing struct {
	Dir   string            `json:"dir"`
	Files map[string][]byte `json:"files"` // that were in it before
	Gone  []string          `json:"gone"`  // that weren't
}

const replacingName = "replacing.json"

// Replacement is a policy that was put in place, and isn't yet for good.
type Replacement struct {
	journal string
	was     replacing
}

// Put puts files in place, all that the operator has. Keep or Undo must follow: until then a restart takes it back.
func (s *Store) Put(p *Place, files map[string]string) (*Replacement, error) {
	at, err := p.target()
	if err != nil {
		return nil, err
	}
	want, err := p.wanted(at, files)
	if err != nil {
		return nil, err
	}
	dir := p.Layers[at]
	single := isFile(dir)
	if single {
		dir = filepath.Dir(dir)
	}
	if err := writable(dir); err != nil {
		return nil, err
	}
	r := &Replacement{journal: filepath.Join(s.dir, replacingName), was: replacing{Dir: dir, Files: map[string][]byte{}}}
	have := map[string]string{}
	if single {
		have[filepath.Base(p.Layers[at])] = p.Layers[at]
	} else if err := list(dir, have); err != nil {
		return nil, err
	}
	for name, path := range have {
		if err := plain(path); err != nil {
			return nil, err
		}
		if r.was.Files[name], err = os.ReadFile(path); err != nil {
			return nil, fmt.Errorf("cannot read policy: %v", err)
		}
	}
	for name := range want {
		if _, ok := have[name]; !ok {
			r.was.Gone = append(r.was.Gone, name)
		}
	}
	b, err := json.Marshal(&r.was)
	if err == nil {
		err = wholefile.Write(r.journal, b)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot note what is being replaced: %v", err)
	}
	if err := write(dir, want, have); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot put the policy in place: %w", err), r.Undo())
	}
	return r, nil
}

// write writes what is wanted and removes what isn't.
func write(dir string, want map[string][]byte, have map[string]string) error {
	for _, name := range names(want) {
		if err := writeFile(filepath.Join(dir, name), want[name]); err != nil {
			return err
		}
	}
	for name, path := range have {
		if _, ok := want[name]; ok {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// writeFile replaces a file, readable as it was, or else for everybody: the policy is no secret from who may log in.
func writeFile(path string, text []byte) error {
	mode := fs.FileMode(0o644)
	if fi, err := os.Lstat(path); err == nil {
		mode = fi.Mode().Perm() &^ 0o022
		if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
			return nil
		}
	}
	if err := wholefile.Write(path, text); err != nil {
		return err
	}
	return os.Chmod(path, mode)
}

// Keep ends the replacement: it stays.
func (r *Replacement) Keep() error {
	if err := os.Remove(r.journal); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("a restart would take the policy back: %v", err)
	}
	return nil
}

// Undo puts back what was there.
func (r *Replacement) Undo() error {
	have := map[string]string{}
	for _, name := range r.was.Gone {
		have[name] = filepath.Join(r.was.Dir, name)
	}
	if err := write(r.was.Dir, r.was.Files, have); err != nil {
		return fmt.Errorf("cannot put the files back that were in %s: %v", r.was.Dir, err)
	}
	return r.Keep()
}

// Recover takes back what a crash has interrupted, before the policy is read. It reports whether there was anything.
func (s *Store) Recover() (bool, error) {
	r := &Replacement{journal: filepath.Join(s.dir, replacingName)}
	b, err := os.ReadFile(r.journal)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &r.was)
	}
	if err != nil {
		return false, fmt.Errorf("cannot read what was being replaced: %v", err)
	}
	return true, r.Undo()
}

// writable refuses a directory that something else manages, or that can't be written, and says what to do.
func writable(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // G301: like the directory that comes with the packages
		return unwritable(dir, err)
	}
	if to, err := os.Readlink(dir); err == nil {
		return managed(dir, to)
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return unwritable(dir, err)
	}
	_ = f.Close()
	return os.Remove(f.Name())
}

func unwritable(dir string, err error) error {
	if errors.Is(err, syscall.EROFS) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %s can't be written (%v). Where an image or another program makes it, change the policy there, and reload", errElsewhere, dir, err)
	}
	return fmt.Errorf("cannot put the policy in place: %v", err)
}

// plain refuses a link: it belongs to what made it, such as NixOS, and what is put in its place would be gone with the next change there.
func plain(path string) error {
	if to, err := os.Readlink(path); err == nil {
		return managed(path, to)
	}
	return nil
}

func managed(path, to string) error {
	return fmt.Errorf("%w: %s is a link to %s, so something else manages it. Change the policy there (on NixOS by services.clawrden.policies, then a rebuild), and reload", errElsewhere, path, to)
}
