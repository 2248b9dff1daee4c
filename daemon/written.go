package daemon

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// maxWritten is how many grants the policy holds: people go over them one by one.
const maxWritten = 256

// Written is the file of grants that are part of the policy. It is whole or not at all: no other file is read anew with it,
// since when those count is decided by whoever may reload.
type Written interface {
	File() string
	// With gives the policy with these grants in place of those that its file held, and the text that the file would have.
	With(p Policy, grants []clawrden.Grant) (Policy, []byte, error)
	Keep(text []byte) error
}

// written is what the daemon knows of those grants beside their file.
type written struct {
	mu   sync.Mutex
	used map[string]int // by id, since the daemon's start; guarded by mu
}

func (w *written) use(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.used == nil {
		w.used = map[string]int{}
	}
	if len(w.used) < 2*maxWritten || w.used[id] > 0 {
		w.used[id]++
	}
}

// writtenGrants gives the grants in force that the policy holds, wherever they stand.
func (d *Daemon) writtenGrants() []clawrden.Grant {
	list, now := d.policy.Load().Grants(), time.Now()
	list = slices.DeleteFunc(list, func(g clawrden.Grant) bool { return !now.Before(g.Expires.Time) })
	d.written.mu.Lock()
	defer d.written.mu.Unlock()
	for i := range list {
		list[i].Used = d.written.used[list[i].ID]
	}
	return list
}

// grantOf gives a grant of the policy by its whole id.
func (d *Daemon) grantOf(id string) *clawrden.Grant {
	for _, g := range d.policy.Load().Grants() {
		if g.ID == id {
			return &g
		}
	}
	return nil
}

// writeGrant puts a grant into the policy: into the one in force, and into its file.
func (d *Daemon) writeGrant(id string, w clawrden.GrantWish, who clawrden.Approver) (clawrden.Grant, error) {
	if d.o.Written == nil {
		return clawrden.Grant{}, fmt.Errorf("%w: this daemon writes no rules", clawrden.ErrBadRequest)
	}
	g, err := d.o.Grants.Preview(id, w, who)
	if err != nil {
		return g, err
	}
	if g.ID, err = d.o.NewID(); err != nil {
		return g, err
	}
	g.File = d.o.Written.File()
	err = d.rewrite(func(list []clawrden.Grant) ([]clawrden.Grant, error) {
		if len(list) >= maxWritten {
			return nil, fmt.Errorf("%w: %d rules are written, the limit; revoke some", clawrden.ErrBadRequest, len(list))
		}
		return append(list, g), nil
	}, false)
	return g, err
}

// eraseGrant takes a grant out of the policy. It has ended from then on, also when the error says that a restart would bring
// it back.
func (d *Daemon) eraseGrant(g *clawrden.Grant) error {
	if d.o.Written == nil || g.File != d.o.Written.File() {
		return fmt.Errorf("%w: the grant %s stands in %s:%d; take it out there, and reload", clawrden.ErrBadRequest, g.ID, g.File, g.Line)
	}
	return d.rewrite(func(list []clawrden.Grant) ([]clawrden.Grant, error) {
		return slices.DeleteFunc(list, func(x clawrden.Grant) bool { return x.ID == g.ID }), nil
	}, true)
}

// rewrite changes the grants of the file, without those that have expired. A grant that comes counts once it is kept; one that
// goes, goes whether that can be kept or not.
func (d *Daemon) rewrite(change func([]clawrden.Grant) ([]clawrden.Grant, error), regardless bool) error {
	d.loading.Lock()
	defer d.loading.Unlock()
	now := d.policy.Load()
	list := slices.DeleteFunc(d.writtenGrants(), func(g clawrden.Grant) bool { return g.File != d.o.Written.File() })
	list, err := change(list)
	if err != nil {
		return err
	}
	p, text, err := d.o.Written.With(now.Policy, list)
	if err != nil {
		return err
	}
	kept := d.o.Written.Keep(text)
	if kept == nil || regardless {
		next := *now
		next.Policy = p
		d.policy.Store(&next)
		d.restage(false)
	}
	if kept != nil && regardless {
		return fmt.Errorf("it is revoked, but a restart would bring it back: %w", kept)
	}
	return kept
}

// findGrant finds a grant in force by its id or a unique prefix.
func (d *Daemon) findGrant(id string) (clawrden.Grant, error) {
	var found []clawrden.Grant
	for _, g := range d.Grants() {
		if g.ID == id {
			return g, nil
		}
		if id != "" && strings.HasPrefix(g.ID, id) {
			found = append(found, g)
		}
	}
	switch len(found) {
	case 0:
		return clawrden.Grant{}, clawrden.Missing("there is no grant %s", clawrden.Text(id))
	case 1:
		return found[0], nil
	}
	return clawrden.Grant{}, fmt.Errorf("%w: %d grants begin with %s", clawrden.ErrAmbiguous, len(found), clawrden.Text(id))
}
