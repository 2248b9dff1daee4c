package approval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
	"github.com/clawrden/clawrden/internal/wholefile"
)

const (
	maxGrants = 1024 // more than people keep in mind; a full list is an error, not a lost grant
	maxAsked  = 256  // past asks that a grant can be made from, and is previewed on
)

// Grants holds what people have let be remembered of their approvals, and the last asks, on which new ones are previewed.
// It is kept in one small file, written whole. It is safe for many goroutines.
type Grants struct {
	path  string
	newID func() (string, error)

	mu   sync.Mutex
	list []clawrden.Grant // oldest first
	past []asked          // oldest first
	// saving orders the writes of the file; it is taken before mu.
	saving sync.Mutex
}

// OpenGrants reads the grants of an earlier life from a file, which need not exist. Those that have expired are left out. A
// file that can't be read is an error: grants that an operator revoked in it must not be guessed.
func OpenGrants(path string) (*Grants, error) {
	g := &Grants{path: path}
	g.newID = NewIDs(func(id string) bool {
		return slices.ContainsFunc(g.list, func(x clawrden.Grant) bool { return x.ID == id })
	}).New
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return g, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &g.list)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the grants: %v; mend the file, or remove it to revoke them all", err)
	}
	for i := range g.list {
		g.list[i].Used = 0
	}
	g.sweep(time.Now())
	return g, nil
}

// sweep drops what has expired.
func (g *Grants) sweep(now time.Time) {
	g.list = slices.DeleteFunc(g.list, func(x clawrden.Grant) bool { return !now.Before(x.Expires.Time) })
}

// Use tells whether a grant covers what is about to be asked; the ask is kept for previews either way.
func (g *Grants) Use(r *clawrden.Request, f *clawrden.Facts, d *clawrden.Decision) (clawrden.Grant, bool) {
	a := askedOf(r, f, d)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.note(a)
	now := time.Now()
	for i := range g.list {
		if now.Before(g.list[i].Expires.Time) && reach.Covers(&g.list[i], &a.Ask) {
			g.list[i].Used++
			return g.list[i], true
		}
	}
	return clawrden.Grant{}, false
}

// Note keeps an ask of an earlier life for previews.
func (g *Grants) Note(r *clawrden.Request, f *clawrden.Facts, d *clawrden.Decision) {
	a := askedOf(r, f, d)
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.ContainsFunc(g.past, func(x asked) bool { return x.id == a.id }) {
		g.note(a)
	}
}

func (g *Grants) note(a asked) {
	if len(g.past) >= maxAsked {
		g.past = append(g.past[:0], g.past[1:]...)
	}
	g.past = append(g.past, a)
}

// Asked gives one of the last asks by its id or a unique prefix, without its words: enough to say who may decide it.
func (g *Grants) Asked(id string) (clawrden.Approval, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	a, err := g.find(id)
	if err != nil {
		return clawrden.Approval{}, err
	}
	return clawrden.Approval{
		ID: a.id, Request: clawrden.Request{ID: a.id, Tool: a.Tool, Identity: a.Identity},
		Decision: clawrden.Decision{Verdict: clawrden.Ask, Rules: ruleRefs(a.Rules), Demands: a.Demands}, Created: a.created,
	}, nil
}

func ruleRefs(names []string) (refs []clawrden.RuleRef) {
	for _, name := range names {
		refs = append(refs, clawrden.RuleRef{Name: name, Action: clawrden.Ask})
	}
	return refs
}

func (g *Grants) find(id string) (*asked, error) {
	var found *asked
	for i := range g.past {
		a := &g.past[i]
		switch {
		case a.id == id:
			return a, nil
		case id != "" && strings.HasPrefix(a.id, id) && found != nil:
			return nil, fmt.Errorf("%w: several requests begin with %s", clawrden.ErrAmbiguous, clawrden.Text(id))
		case id != "" && strings.HasPrefix(a.id, id):
			found = a
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%w: %s is none of the last %d that were asked for", clawrden.ErrNotFound, clawrden.Text(id), maxAsked)
	}
	return found, nil
}

// Preview makes the grant that a person wishes for one of the last asks, without putting it in force, and counts how many of
// them it would have covered. ErrBadRequest says why it can't be had.
func (g *Grants) Preview(id string, w clawrden.GrantWish, by clawrden.Approver) (clawrden.Grant, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.preview(id, w, by)
}

func (g *Grants) preview(id string, w clawrden.GrantWish, by clawrden.Approver) (clawrden.Grant, error) {
	a, err := g.find(id)
	if err != nil {
		return clawrden.Grant{}, err
	}
	made, err := grantOf(a, w, by, time.Now())
	if err != nil {
		return made, err
	}
	for i := range g.past {
		if reach.Covers(&made, &g.past[i].Ask) {
			made.Covered++
		}
	}
	made.Of = len(g.past)
	return made, nil
}

// Add puts such a grant in force, and keeps it.
func (g *Grants) Add(id string, w clawrden.GrantWish, by clawrden.Approver) (clawrden.Grant, error) {
	g.saving.Lock()
	defer g.saving.Unlock()
	made, err := g.add(id, w, by)
	if err != nil {
		return made, err
	}
	if err := g.save(); err != nil {
		g.drop(made.ID)
		return made, err
	}
	return made, nil
}

func (g *Grants) add(id string, w clawrden.GrantWish, by clawrden.Approver) (clawrden.Grant, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	made, err := g.preview(id, w, by)
	if err != nil {
		return made, err
	}
	if g.sweep(time.Now()); len(g.list) >= maxGrants {
		return made, fmt.Errorf("%w: there are %d grants, the limit; revoke some", clawrden.ErrBadRequest, len(g.list))
	}
	if made.ID, err = g.newID(); err != nil {
		return made, err
	}
	g.list = append(g.list, made)
	return made, nil
}

// List gives the grants in force, oldest first.
func (g *Grants) List() []clawrden.Grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep(time.Now())
	return slices.Clone(g.list)
}

// Revoke ends a grant, by its id or a unique prefix. It has ended from then on, also when the error says that a restart would
// bring it back.
func (g *Grants) Revoke(id string) (clawrden.Grant, error) {
	g.saving.Lock()
	defer g.saving.Unlock()
	var found []clawrden.Grant
	for _, x := range g.List() {
		if x.ID == id {
			found = []clawrden.Grant{x}
			break
		}
		if id != "" && strings.HasPrefix(x.ID, id) {
			found = append(found, x)
		}
	}
	switch len(found) {
	case 0:
		return clawrden.Grant{}, clawrden.Missing("there is no grant %s", clawrden.Text(id))
	case 1:
	default:
		return clawrden.Grant{}, fmt.Errorf("%w: %d grants begin with %s", clawrden.ErrAmbiguous, len(found), clawrden.Text(id))
	}
	g.drop(found[0].ID)
	if err := g.save(); err != nil {
		return found[0], fmt.Errorf("it is revoked, but a restart would bring it back: %w", err)
	}
	return found[0], nil
}

func (g *Grants) drop(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = slices.DeleteFunc(g.list, func(x clawrden.Grant) bool { return x.ID == id })
}

// save replaces the file: a reader, also after a power cut, sees the old content or the new.
func (g *Grants) save() error {
	b, err := json.MarshalIndent(g.List(), "", "  ")
	if err != nil {
		return fmt.Errorf("cannot keep the grants: %v", err)
	}
	if err := wholefile.Write(g.path, append(b, '\n')); err != nil {
		return fmt.Errorf("cannot keep the grants: %v", err)
	}
	return nil
}
