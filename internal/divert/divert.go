// Package divert puts a shim into a tool's own place, and the tool aside: /usr/bin/git is the shim then, and
// /usr/bin/git.clawrden-real the tool. It keeps a registry of that, gives tools back, and mends what a crash or an upgrade
// has left.
//
// A path that it works on always leads to something that runs: each step is one link(2) or rename(2), so that a kill
// between any two leaves the tool or the shim there. It must never take a place that a boot, a login or a package manager
// needs to be the tool itself, nor one that anybody but root can change: it refuses, with the reason.
//
//	          registered    linked            placed            active
//	git       tool          tool              shim              shim
//	….real    -             tool, same inode  tool              tool
//	registry  adding        adding            adding            active
//
// The command line calls it, as root. The daemon and the shim never do: they look beside the shim.
package divert

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/agentroot"
)

// Suffix is what the tool's name gets behind it.
const Suffix = agentroot.RealSuffix

// Dir is where the registry is. The shim looks for the file "agents" in it, so it can't be elsewhere on a host.
const Dir = "/var/lib/clawrden/diverted"

// Host is the system that tools are diverted on. Its zero value with Shim and AgentsGID set is this host.
type Host struct {
	Dir       string // default [Dir]
	Shim      []byte // the shim's binary; only Remove can do without
	AgentsGID func() (uint32, error)
	// Record is told what is about to be done with a path, or was found; nil is for tests. An error of it keeps Add from
	// going on.
	Record func(event Event, d *Diversion, what string) error
	By     Person

	owner uint32       // whose directories may hold diverted tools; 0 but in tests
	after func(string) // called after each step, for tests that die there
}

// Event is what is recorded.
type Event int

// The events.
const (
	Diverted Event = iota + 1 // a shim takes a tool's place
	Restored                  // a tool comes back, or its shim goes
	Repaired
)

// Person is who asked for it.
type Person struct {
	UID   uint32 `json:"uid"`
	Login *int64 `json:"login_uid,omitempty"` // uid that logged in; nil if nobody did
}

// Diversion is one tool in whose place a shim is.
type Diversion struct {
	Path    string    `json:"path"` // the shim's; no symbolic link leads to its directory
	Real    string    `json:"real"` // the tool's
	State   State     `json:"state"`
	SHA256  string    `json:"sha256"` // of the tool when it was last looked at; of what it leads to where it is a link
	Dev     uint64    `json:"dev"`
	Ino     uint64    `json:"ino"`
	Link    string    `json:"link,omitempty"`    // what the tool leads to, where it is a symbolic link
	Manager string    `json:"manager,omitempty"` // dpkg, rpm; "" for neither
	Package string    `json:"package,omitempty"`
	Names   []string  `json:"names,omitempty"` // the paths that dpkg was told to divert
	Since   time.Time `json:"since"`
	By      Person    `json:"by"`
}

// State is how far it has come.
type State string

// The states. Whoever finds another than Active outside of the lock has found what a crash left.
const (
	Adding   State = "adding"
	Active   State = "active"
	Removing State = "removing"
)

// RefusalError says why a tool isn't diverted, and what to do instead.
type RefusalError struct{ Why, Hint string }

func (r *RefusalError) Error() string { return r.Why }

func refuse(hint, format string, args ...any) error {
	return &RefusalError{fmt.Sprintf(format, args...), hint}
}

// ErrNotDiverted says that no shim is in that place.
var ErrNotDiverted = errors.New("isn't diverted")

// Add puts a shim into a tool's place. changed is false where one is there already.
func (h *Host) Add(ctx context.Context, path string) (d Diversion, changed bool, err error) {
	r, err := h.open()
	if err != nil {
		return d, false, err
	}
	defer r.close()
	if d, err = h.plan(ctx, path); err != nil {
		return d, false, err
	}
	if old := r.find(d.Path); old != nil {
		if old.State == Active && h.isShim(d.Path) {
			return *old, false, nil
		}
		return d, false, refuse("`clawrden shims repair` mends it", "%s was diverted before, and something happened to it", d.Path)
	}
	if err := h.fit(&d); err != nil {
		return d, false, err
	}
	if err := h.writeAgents(); err != nil {
		return d, false, err
	}
	if err := h.record(Diverted, &d, "a shim takes its place"); err != nil {
		return d, false, err
	}
	d.State, d.Since, d.By = Adding, time.Now().UTC().Truncate(time.Second), h.By
	if err := r.put(d); err != nil {
		return d, false, err
	}
	h.step("registered")
	if err := h.add(ctx, &d); err != nil {
		what := fmt.Sprintf("the shim was not put there: %v", err)
		err = errors.Join(err, h.undo(context.WithoutCancel(ctx), r, &d), h.record(Restored, &d, what))
		return d, false, err
	}
	d.State = Active
	err = r.put(d)
	h.step("active")
	return d, err == nil, err
}

// add does the steps between "registered" and "active". Each may have been done before.
func (h *Host) add(ctx context.Context, d *Diversion) error {
	if err := tellDpkg(ctx, "--add", d); err != nil {
		return err
	}
	h.step("told dpkg")
	if err := os.Link(d.Path, d.Real); err != nil {
		return linkError(d.Path, err)
	}
	h.step("linked")
	if err := h.place(d.Path); err != nil {
		return err
	}
	h.step("placed")
	return nil
}

// undo takes back what add has done when it failed, or was killed.
func (h *Host) undo(ctx context.Context, r *registry, d *Diversion) error {
	_ = os.Remove(temporary(d.Path))
	tool, err := os.Lstat(d.Path)
	aside, err2 := os.Lstat(d.Real)
	switch {
	case errors.Is(err2, fs.ErrNotExist):
	case err2 != nil:
		return err2
	case err == nil && os.SameFile(tool, aside):
		err = os.Remove(d.Real) // rename(2) does nothing between two names of one file
	default:
		err = os.Rename(d.Real, d.Path) // an upgrade put it there meanwhile, or the shim is in its place
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot put %s back: %w", d.Path, err)
	}
	if err := syncDir(d.Path); err != nil {
		return err
	}
	if err := tellDpkg(ctx, "--remove", d); err != nil {
		return err
	}
	return r.drop(d.Path)
}

// Remove puts a tool back into its place.
func (h *Host) Remove(ctx context.Context, path string) (Diversion, error) {
	r, err := h.open()
	if err != nil {
		return Diversion{}, err
	}
	defer r.close()
	found := r.find(path)
	if found == nil {
		found = r.find(canonical(path))
	}
	if found == nil {
		return Diversion{}, fmt.Errorf("%s %w: %w", path, ErrNotDiverted, fs.ErrNotExist)
	}
	d := *found
	told := h.record(Restored, &d, "the tool comes back")
	if err := h.remove(ctx, r, &d); err != nil {
		return d, err
	}
	return d, told
}

func (h *Host) remove(ctx context.Context, r *registry, d *Diversion) error {
	d.State = Removing
	if err := r.put(*d); err != nil {
		return err
	}
	h.step("unregistering")
	_ = os.Remove(temporary(d.Path))
	if err := h.putBack(d); err != nil {
		return fmt.Errorf("cannot put %s back: %w", d.Path, err)
	}
	h.step("put back")
	if err := tellDpkg(ctx, "--remove", d); err != nil {
		return err
	}
	h.step("untold dpkg")
	return r.drop(d.Path)
}

// putBack gives the place to the tool. What isn't a shim there was put there by another package manager's upgrade, and is
// the newer tool; dpkg's own upgrades go to where the tool is.
func (h *Host) putBack(d *Diversion) error {
	_, err := os.Lstat(d.Real)
	aside := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	_, err = os.Lstat(d.Path)
	switch shim := h.isShim(d.Path); {
	case err == nil && !shim && aside && d.Manager != "dpkg":
		err = os.Remove(d.Real)
	case aside:
		err = h.exchange(d.Real, d.Path)
	case shim: // the tool was uninstalled
		err = os.Remove(d.Path)
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return err
	}
	return syncDir(d.Path)
}

// exchange moves a file over another; two names of one file become one.
func (h *Host) exchange(from, to string) error {
	a, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if b, err := os.Lstat(to); err == nil && os.SameFile(a, b) {
		return os.Remove(from)
	}
	return os.Rename(from, to)
}

// place makes the shim whole beside the tool and moves it over.
func (h *Host) place(path string) (err error) {
	temp := temporary(path)
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot put the shim there: %w", err)
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755) //nolint:gosec // everybody runs it
	if err != nil {
		return fmt.Errorf("cannot put the shim there: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp)
			err = fmt.Errorf("cannot put the shim there: %w", err)
		}
	}()
	_, err = f.Write(h.Shim)
	if err = errors.Join(err, f.Chmod(0o755), f.Sync(), f.Close()); err != nil { // the umask doesn't count
		return err
	}
	h.step("written")
	if err = os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(path)
}

// temporary is the shim's name until it is whole.
func temporary(path string) string { return path + ".clawrden-new" }

// isShim reports whether a path is a shim, of any release.
func (h *Host) isShim(path string) bool {
	shim, err := agentroot.IsShimFile(path)
	return err == nil && shim
}

func (h *Host) record(e Event, d *Diversion, what string) error {
	if h.Record == nil {
		return nil
	}
	return h.Record(e, d, what)
}

func (h *Host) step(name string) {
	if h.after != nil {
		h.after(name)
	}
}

func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// linkError says why a tool can't get another name.
func linkError(path string, err error) error {
	switch {
	case errors.Is(err, unix.EROFS):
		return refuse("an image that is read-only has to be built with the shim in place", "%s is on a read-only file system", path)
	case errors.Is(err, unix.EPERM):
		return refuse("`lsattr` shows whether the file can be changed at all", "the file system lets %s have no other name (hard link)", path)
	case errors.Is(err, unix.EMLINK), errors.Is(err, unix.EXDEV), errors.Is(err, unix.ENOTSUP):
		return refuse("add its name instead: `clawrden shims add "+filepath.Base(path)+"`", "the file system lets %s have no other name (hard link)", path)
	}
	return fmt.Errorf("cannot put %s aside: %w", path, err)
}
