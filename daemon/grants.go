package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
)

// Grants holds what people have let be remembered of their approvals.
type Grants interface {
	// Use tells whether a grant covers what is about to be asked.
	Use(*clawrden.Request, *clawrden.Facts, *clawrden.Decision) (clawrden.Grant, bool)
	// Note keeps an ask of an earlier life among those that a grant can be made from.
	Note(*clawrden.Request, *clawrden.Facts, *clawrden.Decision)
	// Asked gives one of the last asks, as far as is needed to say who may decide it.
	Asked(id string) (clawrden.Approval, error)
	Preview(id string, w clawrden.GrantWish, by clawrden.Approver) (clawrden.Grant, error)
	Add(id string, w clawrden.GrantWish, by clawrden.Approver) (clawrden.Grant, error)
	List() []clawrden.Grant
	Revoke(id string) (clawrden.Grant, error)
}

// granted lowers an ask to allow where a grant covers it.
func (d *Daemon) granted(c *call) bool {
	if d.o.Grants == nil {
		return false
	}
	g, ok := d.o.Grants.Use(&c.request, &c.facts, &c.decision)
	if !ok {
		return false
	}
	c.grant, c.outcome = &g, clawrden.OutcomeAllow
	return true
}

// Grants gives the grants in force, oldest first, those in the policy after the others.
func (d *Daemon) Grants() []clawrden.Grant {
	var list []clawrden.Grant
	if d.o.Grants != nil {
		list = d.o.Grants.List()
	}
	return append(list, d.writtenGrants()...)
}

// AddGrant has an approval of one of the last asks remembered, for whoever has the right to grant and might approve that ask
// alone. With preview it only tells what the grant would cover.
func (d *Daemon) AddGrant(_ context.Context, by clawrden.Caller, id string, w clawrden.GrantWish, preview bool) (clawrden.Grant, error) {
	if d.o.Grants == nil {
		return clawrden.Grant{}, fmt.Errorf("%w: this daemon keeps no grants", clawrden.ErrBadRequest)
	}
	asked, err := d.o.Grants.Asked(id)
	if err != nil {
		return clawrden.Grant{}, err
	}
	who, err := d.mayDecide(by, &asked)
	if err != nil {
		return clawrden.Grant{}, err
	}
	for _, demand := range demandsOf(&asked.Decision) {
		if !slices.Contains(who.For, demand.Name) {
			return clawrden.Grant{}, fmt.Errorf("%w: others than the caller have to approve this request too, so it can't grant it", clawrden.ErrNotAuthorized)
		}
	}
	if preview {
		return d.o.Grants.Preview(asked.ID, w, who)
	}
	add := d.o.Grants.Add
	if reach.Written(w.Scope) {
		add = d.writeGrant
	}
	g, err := add(asked.ID, w, who)
	if err != nil {
		return g, err
	}
	if err := d.record(d.grantRecord(clawrden.EventGranted, &g, &who)); err != nil {
		undone := d.endGrant(&g)
		return g, fmt.Errorf("the grant can't be recorded, so it was not made: %w %v", err, undone)
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveGranted, Grant: &g, Message: person(&who) + " granted " + g.Words})
	return g, nil
}

// RevokeGrant ends a grant.
func (d *Daemon) RevokeGrant(_ context.Context, by clawrden.Caller, id string) (clawrden.Grant, error) {
	g, err := d.findGrant(id)
	if err != nil {
		return g, err
	}
	if as, who, ok := d.speaksAs(by); ok {
		if err := d.ofOtherTeam(by, &as, &who, &clawrden.Identity{Agent: g.Agent}, id); err != nil {
			return clawrden.Grant{}, err
		}
	}
	if err = d.endGrant(&g); !errors.Is(err, clawrden.ErrBadRequest) { // else it stands where only root can end it
		who := d.approver(by)
		_ = d.record(d.grantRecord(clawrden.EventRevoked, &g, who))
		d.live.publish(clawrden.Event{Type: clawrden.LiveRevoked, Grant: &g, Message: person(who) + " revoked the grant of " + g.Words})
	}
	return g, err
}

// endGrant ends a grant wherever it is kept.
func (d *Daemon) endGrant(g *clawrden.Grant) error {
	if reach.Written(g.Scope) {
		return d.eraseGrant(g)
	}
	_, err := d.o.Grants.Revoke(g.ID)
	return err
}

func (d *Daemon) grantRecord(event string, g *clawrden.Grant, who *clawrden.Approver) *clawrden.Record {
	r := &clawrden.Record{Event: event, Grant: g.ID, ID: g.Request, Command: clawrden.Text(g.Tool), Cwd: g.Cwd, Reason: g.Words, Approver: who}
	if reach.Written(g.Scope) {
		r.Policy = d.policy.Load().Digest() // it is another one with it, or without
	}
	return r
}

// approveAndGrant approves one waiting request and has that remembered. What can't be granted isn't approved either: the
// person has to know first.
func (d *Daemon) approveAndGrant(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error {
	if err := d.Authorize(ctx, by, clawrden.RightGrant); err != nil {
		return err
	}
	asked, err := d.o.Queue.Get(id)
	if err != nil {
		return err
	}
	if _, err := d.AddGrant(ctx, by, asked.ID, *a.Grant, true); err != nil {
		return err
	}
	if err := d.answer(ctx, by, asked.ID, a, d.o.Queue.Approve); err != nil {
		return err
	}
	if _, err := d.AddGrant(ctx, by, asked.ID, *a.Grant, false); err != nil {
		return fmt.Errorf("it was approved, but that is not remembered: %w", err)
	}
	return nil
}
