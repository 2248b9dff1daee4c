package divert

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// Mended is what Repair found wrong with one diversion, and what it did.
type Mended struct {
	Path string `json:"path"`
	What string `json:"what"`
	Err  string `json:"error,omitempty"` // why it couldn't be mended
}

// Repair finishes or takes back what a crash has left, puts shims back that an upgrade has replaced, and renews old ones. One
// that can't be mended doesn't keep it from the others.
func (h *Host) Repair(ctx context.Context) ([]Mended, error) {
	r, err := h.open()
	if err != nil {
		return nil, err
	}
	defer r.close()
	var all []Mended
	if len(r.all) > 0 {
		if err := h.writeAgents(); err != nil {
			return nil, err
		}
	}
	for _, d := range append([]Diversion(nil), r.all...) {
		what, err := h.mend(ctx, r, &d)
		if what == "" && err == nil {
			continue
		}
		m := Mended{Path: d.Path, What: what}
		if err != nil {
			m.Err = err.Error()
		}
		all = append(all, m)
		if err := h.record(Repaired, &d, what+errorText(err)); err != nil {
			all = append(all, Mended{Path: d.Path, Err: "it was not recorded: " + err.Error()})
		}
	}
	return all, nil
}

const goneByRPM = "its package was removed: the tool went, too"

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return "; it failed: " + err.Error()
}

// mend brings one diversion to where it should be; "" if it is there.
func (h *Host) mend(ctx context.Context, r *registry, d *Diversion) (what string, err error) {
	_ = os.Remove(temporary(d.Path))
	shim, tool, aside := h.isShim(d.Path), present(d.Path), present(d.Real)
	switch d.State {
	case Removing:
		return "the tool was being put back: it is back now", h.remove(ctx, r, d)
	case Adding:
		if shim && !aside {
			d.State = Active
			return "the tool is gone, and its shim stands for nothing", r.put(*d)
		}
		if shim {
			return "the shim was being put in place: it is there now", h.settle(ctx, r, d)
		}
		return "the shim was being put in place: the tool has its place again", h.undo(ctx, r, d)
	case Active:
	}
	switch {
	case shim && aside && rpmGone(ctx, d):
		return goneByRPM, h.forget(r, d, d.Path, d.Real)
	case shim && aside:
		return h.refresh(ctx, r, d)
	case shim:
		return "the tool is gone, and its shim stands for nothing: install it, or `clawrden shims remove --divert " + d.Path + "`", nil
	case tool:
		return newer, h.again(ctx, r, d)
	case aside && rpmBusy(ctx, d):
		return "", nil // it may be about to remove the tool, or to bring another: who watches comes again
	case aside && rpmGone(ctx, d):
		return goneByRPM, h.forget(r, d, d.Real)
	case aside:
		if err := h.place(d.Path); err != nil {
			return "", err
		}
		return "the shim was gone: it is there again", h.settle(ctx, r, d)
	}
	if err := tellDpkg(ctx, "--remove", d); err != nil {
		return "", err
	}
	return "the tool and its shim are gone: it isn't diverted any more", r.drop(d.Path)
}

const newer = "something else, such as an upgrade, had put a tool there: a shim has its place again"

// forget removes what is left of a tool that was uninstalled.
func (h *Host) forget(r *registry, d *Diversion, files ...string) error {
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return r.drop(d.Path)
}

// refresh renews the shim, and notes a tool that was upgraded.
func (h *Host) refresh(ctx context.Context, r *registry, d *Diversion) (what string, err error) {
	if there, err := os.ReadFile(d.Path); err != nil || !bytes.Equal(there, h.Shim) {
		if present(d.Path) && !h.isShim(d.Path) { // it came since it was looked at
			return newer, h.again(ctx, r, d)
		}
		if err := h.place(d.Path); err != nil {
			return "", err
		}
		what = "the shim was of another release: it is this one's now"
	}
	old := *d
	if err := h.settle(ctx, r, d); err != nil {
		return what, err
	}
	if what == "" && old.Manager != d.Manager {
		what = "it belongs to another package manager now"
	}
	return what, nil
}

// settle notes how things are, and makes sure that dpkg knows.
func (h *Host) settle(ctx context.Context, r *registry, d *Diversion) error {
	d.State = Active
	if err := h.look(d, d.Real); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	now := Diversion{Path: d.Path}
	if err := findOwner(ctx, &now); err != nil {
		return err
	}
	if now.Manager != "" {
		gone := *d
		gone.Names = slices.DeleteFunc(slices.Clone(d.Names), func(n string) bool { return slices.Contains(now.Names, n) })
		if err := tellDpkg(ctx, "--remove", &gone); err != nil {
			return err
		}
		d.Manager, d.Package, d.Names = now.Manager, now.Package, now.Names
	}
	if err := tellDpkg(ctx, "--add", d); err != nil {
		return err
	}
	return r.put(*d)
}

// again diverts a tool that came to where the shim was: it is the newer one.
func (h *Host) again(ctx context.Context, r *registry, d *Diversion) error {
	link, err := h.checkTool(d.Path)
	if err != nil {
		return err
	}
	d.Link = link
	// The new tool gets its second name in one step over the old one, so that the tool is there all the time.
	temp := temporary(d.Path)
	if err := os.Link(d.Path, temp); err != nil {
		return linkError(d.Path, err)
	}
	if err := h.exchange(temp, d.Real); err != nil {
		return fmt.Errorf("cannot put %s aside: %w", d.Path, err)
	}
	h.step("linked again")
	if err := h.place(d.Path); err != nil {
		return err
	}
	return h.settle(ctx, r, d)
}

func present(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
