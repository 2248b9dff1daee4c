package bridge

import (
	"context"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

const queuePage = 500 // asks that are read at once

// Own is a daemon as a person's own program asks it: everything as that person itself, who is nobody's bridge.
type Own struct{ Remote }

// History gives what this person may see.
func (o Own) History(ctx context.Context, _ string, most int) ([]clawrden.Entry, error) {
	return o.Remote.History(ctx, "", most)
}

// Decide decides as this person.
func (o Own) Decide(ctx context.Context, _, id string, approve bool, a clawrden.Answer) error {
	return o.Remote.Decide(ctx, "", id, approve, a)
}

// Preview tells what this person would have remembered.
func (o Own) Preview(ctx context.Context, _, id string, w clawrden.GrantWish) (clawrden.Grant, error) {
	return o.Remote.Preview(ctx, "", id, w)
}

// Kill throws the kill switch as this person.
func (o Own) Kill(ctx context.Context, _, reason string) (string, error) {
	return o.Remote.Kill(ctx, "", reason)
}

// Report tells the daemon how this person's desktop is. It is for that person's own tests.
func (o Own) Report(ctx context.Context, report clawrden.BridgeReport) error {
	return o.Client.ReportDesktop(ctx, report)
}

// Remote is a daemon behind its API.
type Remote struct{ Client *client.Client }

// Follow hands on the daemon's events.
func (r Remote) Follow(ctx context.Context, since uint64, f client.Follower) error {
	return r.Client.Follow(ctx, since, f)
}

// Queue gives all that waits, in pages.
func (r Remote) Queue(ctx context.Context) (all []clawrden.Pending, err error) {
	for page, err := range r.Client.QueuePages(ctx, queuePage) {
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
	return all, nil
}

// Pending gives one ask that waits.
func (r Remote) Pending(ctx context.Context, id string) (clawrden.Pending, error) {
	return r.Client.Pending(ctx, id)
}

// Entry gives one that was decided.
func (r Remote) Entry(ctx context.Context, id string) (clawrden.Entry, error) {
	return r.Client.Entry(ctx, id)
}

// History gives the last that were decided, as a person may see them.
func (r Remote) History(ctx context.Context, person string, most int) ([]clawrden.Entry, error) {
	entries, _, err := r.Client.For(person).History(ctx, clawrden.HistoryFilter{Limit: most})
	return entries, err
}

// Decide decides for a person.
func (r Remote) Decide(ctx context.Context, person, id string, approve bool, a clawrden.Answer) error {
	if approve {
		return r.Client.For(person).Approve(ctx, id, a)
	}
	return r.Client.For(person).Deny(ctx, id, a)
}

// Preview tells what would be remembered for a person.
func (r Remote) Preview(ctx context.Context, person, id string, w clawrden.GrantWish) (clawrden.Grant, error) {
	return r.Client.For(person).AddGrant(ctx, id, w, true)
}

// Kill throws the kill switch for a person.
func (r Remote) Kill(ctx context.Context, person, reason string) (string, error) {
	result, err := r.Client.For(person).Kill(ctx, clawrden.KillOrder{Reason: reason})
	return result.Message, err
}

// Report tells the daemon how the bridge is.
func (r Remote) Report(ctx context.Context, report clawrden.BridgeReport) error {
	return r.Client.Report(ctx, report)
}
