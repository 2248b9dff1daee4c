package httpapitest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// The methods of httpapi.Control.

// Status counts the queue.
func (c *Control) Status() clawrden.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := clawrden.Status{Status: "running", Pending: len(c.waiting), Uptime: 3725, Version: "1.2.3", Locked: c.locked, ExitSource: "kernel"}
	s.Policy.Digest, s.Policy.Rules = Digest, 12
	s.Policy.Loaded = clawrden.Timestamp{Time: Epoch}
	s.Sessions = append(s.Sessions, c.sessions...)
	s.Bridges = append(s.Bridges, c.bridges...)
	if g := c.stage; g != nil {
		s.Stage = &clawrden.StageBrief{Digest: g.Digest, Until: g.Until, Ended: g.Ended, Counts: g.Counts}
	}
	return s
}

// Policy gives what SetPolicy set.
func (c *Control) Policy() clawrden.PolicySource {
	c.mu.Lock()
	defer c.mu.Unlock()
	return clawrden.PolicySource{Digest: Digest, Files: append([]clawrden.PolicyFile{}, c.policy...)}
}

// Sees shows everything to everybody, but to a caller that acts for somebody what the rule of that name asks about.
func (c *Control) Sees(by clawrden.Caller) func(*clawrden.Identity, []clawrden.RuleRef) bool {
	if by.For == "" {
		return nil
	}
	return func(_ *clawrden.Identity, rules []clawrden.RuleRef) bool {
		return slices.ContainsFunc(rules, func(r clawrden.RuleRef) bool { return r.Name == by.For })
	}
}

// InTeam says of nobody that a team binds it.
func (c *Control) InTeam(clawrden.Caller) bool { return false }

// Queue gives the waiting asks.
func (c *Control) Queue() []clawrden.Pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.waiting)
}

// QueuePage gives some of the waiting asks.
func (c *Control) QueuePage(after string, most int) ([]clawrden.Pending, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := 0
	if after != "" {
		from = slices.IndexFunc(c.waiting, func(p clawrden.Pending) bool { return p.ID == after }) + 1
		if from == 0 {
			return nil, false, fmt.Errorf("%w: %s", clawrden.ErrNotFound, after)
		}
	}
	to := min(from+most, len(c.waiting))
	return slices.Clone(c.waiting[from:to]), to < len(c.waiting), nil
}

// Pending finds a waiting ask.
func (c *Control) Pending(id string) (clawrden.Pending, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, err := c.find(id)
	if err != nil {
		return clawrden.Pending{}, err
	}
	return c.waiting[i], nil
}

// MayDecide refuses nobody.
func (c *Control) MayDecide(clawrden.Caller, string) error { return nil }

// Approve decides an ask and lets it run: it ends with status 0.
func (c *Control) Approve(_ context.Context, by clawrden.Caller, id string, a clawrden.Answer) error {
	return c.decide(by, id, a, clawrden.OutcomeApproved)
}

// Deny decides an ask.
func (c *Control) Deny(_ context.Context, by clawrden.Caller, id string, a clawrden.Answer) error {
	return c.decide(by, id, a, clawrden.OutcomeDenied)
}

func (c *Control) decide(by clawrden.Caller, id string, a clawrden.Answer, outcome clawrden.Outcome) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, err := c.find(id)
	if err != nil {
		return err
	}
	p := c.waiting[i]
	if a.Digest != "" && a.Digest != p.Digest || a.Revision != 0 && a.Revision != p.Revision {
		return clawrden.ErrStale
	}
	words := []string{string(outcome), p.ID, fmt.Sprintf("comment=%q", a.Comment)}
	entry := clawrden.Entry{
		ID: p.ID, Command: p.Command, Args: p.Args, ArgsB64: p.ArgsB64, Cwd: p.Cwd, Identity: p.Identity,
		Decision: outcome, Rules: p.Rules, Comment: a.Comment, Approver: &clawrden.Approver{UID: by.Identity.UID, User: "root", Door: by.Door},
	}
	if a.Args != nil {
		words = append(words, fmt.Sprintf("args=%q", clawrden.RawWords(a.Args, a.ArgsB64)))
		entry.Args, entry.ArgsB64, entry.AskedArgs, entry.AskedB64, entry.EditedBy = a.Args, a.ArgsB64, p.Args, p.ArgsB64, entry.Approver
	}
	if a.Grant != nil {
		words = append(words, fmt.Sprintf("grant=%s/%s", a.Grant.Scope, a.Grant.For))
	}
	c.called(by, words...)
	c.waiting = slices.Delete(c.waiting, i, i+1)
	c.record(entry)
	if outcome.Runs() {
		e := &c.entries[len(c.entries)-1]
		e.ExitCode, e.DurationMS, e.ExitSource = new(int), 20, clawrden.ExitKernel
		finished := *e
		c.emit(clawrden.Event{Type: clawrden.LiveFinished, Entry: &finished})
	}
	return nil
}

// find gives the place of a waiting ask, by id or unique prefix.
func (c *Control) find(id string) (int, error) {
	if c.fault != nil {
		return 0, c.fault
	}
	found, ambiguous := -1, false
	for i, p := range c.waiting {
		if p.ID == id {
			return i, nil
		}
		if strings.HasPrefix(p.ID, id) {
			if found >= 0 {
				ambiguous = true
			}
			found = i
		}
	}
	if ambiguous {
		return 0, fmt.Errorf("%w: %s", clawrden.ErrAmbiguous, id)
	}
	if found >= 0 {
		return found, nil
	}
	for _, e := range c.entries {
		if e.ID == id {
			return 0, fmt.Errorf("%w: %s", clawrden.ErrDecided, e.Decision)
		}
	}
	return 0, fmt.Errorf("%w: %s", clawrden.ErrNotFound, id)
}

// History gives entries, newest first.
func (c *Control) History(f clawrden.HistoryFilter) ([]clawrden.Entry, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return nil, false, c.fault
	}
	var out []clawrden.Entry
	for _, e := range slices.Backward(c.entries) {
		if f.Before != 0 && e.Seq >= f.Before || !f.Finds(&e) {
			continue
		}
		if len(out) == f.Limit {
			return out, true, nil
		}
		out = append(out, e)
	}
	return out, false, nil
}

// Entry finds an entry by id or prefix.
func (c *Control) Entry(id string) (clawrden.Entry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return clawrden.Entry{}, c.fault
	}
	for _, e := range slices.Backward(c.entries) {
		if strings.HasPrefix(e.ID, id) {
			return e, nil
		}
	}
	return clawrden.Entry{}, fmt.Errorf("%w: %s", clawrden.ErrNotFound, id)
}

// Story gives an entry as a log would that holds nothing else.
func (c *Control) Story(id string) (clawrden.Story, error) {
	e, err := c.Entry(id)
	if err != nil {
		return clawrden.Story{}, err
	}
	verdict := clawrden.Ask
	if v, err := clawrden.ParseVerdict(string(e.Decision)); err == nil {
		verdict = v
	}
	s := clawrden.Story{Entry: e, Decided: &clawrden.Record{
		Verdict: &verdict,
		Schema:  clawrden.Schema, Event: clawrden.EventDecided, Seq: e.Seq, ID: e.ID, Timestamp: e.Timestamp, Command: e.Command, Args: e.Args, ArgsB64: e.ArgsB64,
		Cwd: e.Cwd, Identity: &e.Identity, Decision: e.Decision, Rules: e.Rules, Policy: Digest,
	}}
	if e.ExitCode != nil || e.Signal != "" {
		s.Finished = &clawrden.Record{
			Schema: clawrden.Schema, Event: clawrden.EventFinished, Seq: e.Seq + 1, ID: e.ID, Timestamp: e.Timestamp, ExitCode: e.ExitCode,
			Signal: e.Signal, ExitSource: e.ExitSource, DurationMS: e.DurationMS, Usage: e.Usage, Output: e.Output, Recording: e.Recording,
		}
		s.Sealed = &clawrden.Seal{Records: e.Seq + 1, Head: Digest, Why: "count", Time: e.Timestamp}
	}
	return s, nil
}

// Rejudge denies everything that was allowed, and allows the rest.
func (c *Control) Rejudge(id string) (clawrden.Rejudged, error) {
	e, err := c.Entry(id)
	if err != nil {
		return clawrden.Rejudged{}, err
	}
	then, now := clawrden.Allow, clawrden.Deny
	if e.Decision == clawrden.OutcomeDeny {
		then, now = now, then
	}
	text, err := c.Explained(context.Background(), clawrden.Caller{}, clawrden.ExplainWish{Argv: append([]string{e.Command}, e.Args...)})
	return clawrden.Rejudged{
		ID: e.ID, Explanation: text, Unknown: []string{"what the weather was"},
		Then: clawrden.Judgment{Verdict: then, Outcome: e.Decision, Rules: e.Rules, Policy: Digest, Time: &e.Timestamp},
		Now:  clawrden.Judgment{Verdict: now, Rules: []clawrden.RuleRef{{Name: "no-" + e.Command, Action: now, File: "a.hcl", Line: 7}}, Policy: Digest},
	}, err
}

// Record has an entry have a recording: lines of it behind the first one.
func (c *Control) Record(id string, lines ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := `{"schema":"clawrden.recording/1","id":"` + id + `"}` + "\n" + strings.Join(append(lines, ""), "\n")
	if c.recordings == nil {
		c.recordings = map[string]string{}
	}
	c.recordings[id] = text
	sum := sha256.Sum256([]byte(text))
	for i := range c.entries {
		if c.entries[i].ID == id {
			c.entries[i].Recording = &clawrden.Recording{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(text))}
		}
	}
}

// Recording gives what Record has set, and else a recording of one line.
func (c *Control) Recording(id string) (io.ReadCloser, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return nil, c.fault
	}
	if text := c.recordings[id]; text != "" {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	return io.NopCloser(strings.NewReader(`{"schema":"clawrden.recording/1","id":"` + id + `"}` + "\n")), nil
}

// Kill throws the kill switch.
func (c *Control) Kill(_ context.Context, by clawrden.Caller, o clawrden.KillOrder) (clawrden.KillResult, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return clawrden.KillResult{}, c.fault
	}
	c.called(by, append([]string{"kill", fmt.Sprintf("reason=%q", o.Reason)}, about(o.Agent)...)...)
	c.locked = c.locked || o.Agent == ""
	c.emit(clawrden.Event{Type: clawrden.LiveKilled, Message: o.Reason})
	return clawrden.KillResult{
		Message: "2 commands stopped, 1 ask denied; every command is denied until it is unlocked",
		Whom:    o.Agent, Killed: 2, Cancelled: 1, Unreached: []string{"container:c0ffee: no engine answers"},
	}, nil
}

// about is the word for a call that is about one agent.
func about(agent string) []string {
	if agent == "" {
		return nil
	}
	return []string{fmt.Sprintf("agent=%q", agent)}
}

// Unlock ends what Kill began.
func (c *Control) Unlock(_ context.Context, by clawrden.Caller, agent string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return "", c.fault
	}
	c.called(by, append([]string{"unlock"}, about(agent)...)...)
	c.locked = c.locked && agent != ""
	c.emit(clawrden.Event{Type: clawrden.LiveUnlocked})
	return "the kill switch is off", nil
}

// Reload does nothing but say so.
func (c *Control) Reload(_ context.Context, by clawrden.Caller) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault != nil {
		return c.fault
	}
	c.called(by, "reload")
	c.emit(clawrden.Event{Type: clawrden.LiveReloaded})
	return nil
}

// Subscribe gives events; a reader that is 64 behind is dropped.
func (c *Control) Subscribe(since uint64) (<-chan clawrden.Event, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readers == nil {
		c.readers = make(map[chan clawrden.Event]bool)
	}
	var old []clawrden.Event
	if since > 0 && since < uint64(len(c.events)) {
		old = c.events[since:]
	}
	r := make(chan clawrden.Event, len(old)+64)
	for _, e := range old {
		r <- e
	}
	c.readers[r] = true
	return r, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.readers, r)
	}
}
