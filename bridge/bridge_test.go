package bridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// host is a daemon in memory, as far as bridges see one. It is held against the real one in tests.
type host struct {
	mu       sync.Mutex
	waiting  map[string]clawrden.Pending
	ended    map[string]clawrden.Entry
	down     bool
	decided  []string // who and what, in order
	reports  []clawrden.BridgeReport
	events   chan clawrden.Event
	slow     chan struct{} // where not nil, deciding waits for it
	lastKill string
}

func newHost() *host {
	return &host{waiting: map[string]clawrden.Pending{}, ended: map[string]clawrden.Entry{}, events: make(chan clawrden.Event, 1000)}
}

func (h *host) ask(id string, change ...func(*clawrden.Pending)) {
	now := time.Now()
	p := clawrden.Pending{
		ID: id, Command: "git", Args: []string{"push", id}, Cwd: "/home/agent", Identity: clawrden.Identity{UID: 1000, User: "agent", Agent: "coder"},
		Rules: []clawrden.RuleRef{{Name: "push", File: "a.hcl", Line: 3}}, Reason: "look first", Digest: "d-" + id, Revision: 1, Lacking: 1,
		Created: clawrden.Timestamp{Time: now}, Expires: clawrden.Timestamp{Time: now.Add(10 * time.Minute)},
	}
	for _, c := range change {
		c(&p)
	}
	h.mu.Lock()
	h.waiting[id] = p
	h.mu.Unlock()
	h.events <- clawrden.Event{Type: clawrden.LivePending, Pending: &p}
}

func (h *host) end(id string, outcome clawrden.Outcome, by *clawrden.Approver, comment string) {
	h.mu.Lock()
	p := h.waiting[id]
	delete(h.waiting, id)
	e := clawrden.Entry{
		ID: id, Command: p.Command, Args: p.Args, Cwd: p.Cwd, Identity: p.Identity, Decision: outcome, Approver: by, Comment: comment,
		Rules: p.Rules, Timestamp: clawrden.Timestamp{Time: time.Now()},
	}
	h.ended[id] = e
	h.mu.Unlock()
	h.events <- clawrden.Event{Type: clawrden.LiveDecided, Entry: &e}
}

func (h *host) Follow(ctx context.Context, _ uint64, f client.Follower) error {
	h.mu.Lock()
	down := h.down
	h.mu.Unlock()
	if down {
		return client.ErrUnreachable
	}
	if err := f.Connected(ctx); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-h.events:
			if !ok {
				return client.ErrUnreachable
			}
			if err := f.Event(e); err != nil {
				return err
			}
		}
	}
}

func (h *host) Queue(context.Context) (all []clawrden.Pending, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.waiting {
		all = append(all, p)
	}
	return all, nil
}

func (h *host) Pending(_ context.Context, id string) (clawrden.Pending, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, ok := h.waiting[id]
	if !ok {
		return p, clawrden.ErrDecided
	}
	p.Commands = append([]clawrden.CommandVerdict{{Command: p.Command, Args: p.Args, Verdict: "ask"}}, p.Commands...)
	return p, nil
}

func (h *host) Entry(_ context.Context, id string) (clawrden.Entry, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.ended[id]
	if !ok {
		return e, clawrden.ErrNotFound
	}
	return e, nil
}

func (h *host) History(context.Context, string, int) (all []clawrden.Entry, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.ended {
		all = append(all, e)
	}
	return all, nil
}

func (h *host) Decide(ctx context.Context, person, id string, approve bool, a clawrden.Answer) error {
	h.mu.Lock()
	slow, down := h.slow, h.down
	h.mu.Unlock()
	if slow != nil {
		<-slow
	}
	if down {
		return client.ErrUnreachable
	}
	p, err := h.Pending(ctx, id)
	switch {
	case err != nil:
		return err
	case a.Digest != p.Digest, a.Revision != p.Revision:
		return clawrden.ErrStale
	}
	outcome := clawrden.OutcomeApproved
	if !approve {
		outcome = clawrden.OutcomeDenied
	}
	h.mu.Lock()
	h.decided = append(h.decided, fmt.Sprintf("%s %s %s %q", person, outcome, id, a.Comment))
	if a.Grant != nil {
		h.decided[len(h.decided)-1] += fmt.Sprintf(" %s/%s", a.Grant.Scope, a.Grant.For)
	}
	h.mu.Unlock()
	h.end(id, outcome, &clawrden.Approver{User: "ann", UID: 7, Door: "bridge", Bridge: "chat", Person: person}, a.Comment)
	return nil
}

func (h *host) Preview(_ context.Context, person, id string, w clawrden.GrantWish) (clawrden.Grant, error) {
	if w.Scope == clawrden.ScopeSubcommand || id == "none" {
		return clawrden.Grant{}, fmt.Errorf("%w: git runs what it is told to", clawrden.ErrBadRequest)
	}
	return clawrden.Grant{Words: person + " lets " + id + " run\x1b[2J", Covered: 3, Of: 20}, nil
}

func (h *host) Kill(_ context.Context, person, reason string) (string, error) {
	h.lastKill = person + ": " + reason
	return "all stopped", nil
}

func (h *host) Report(_ context.Context, r clawrden.BridgeReport) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reports = append(h.reports, r)
	return nil
}

func (h *host) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.decided)
}

// chat is a service in memory.
type chat struct {
	mu     sync.Mutex
	hangs  bool // posting never ends by itself
	traits Traits
	shown  map[string]Message // by reference
	posts  []string           // keys
	log    []string           // what it was asked for
	fail   func(kind string) error
	n      int
}

func (c *chat) Traits() Traits { return c.traits }

func (c *chat) Run(ctx context.Context, desk Desk) error {
	desk.Healthy(nil)
	<-ctx.Done()
	return nil
}

func (c *chat) failing(kind string) error {
	if c.fail != nil {
		return c.fail(kind)
	}
	return nil
}

func (c *chat) Post(ctx context.Context, m *Message) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hangs {
		c.mu.Unlock()
		<-ctx.Done()
		c.mu.Lock()
		return "", ctx.Err()
	}
	c.posts = append(c.posts, m.Key)
	if err := c.failing("post"); err != nil {
		return "", err
	}
	c.n++
	ref := fmt.Sprint("r", c.n)
	c.shown[ref] = *m
	c.log = append(c.log, "post "+m.To+" "+ids(m))
	return ref, nil
}

func (c *chat) Edit(_ context.Context, ref string, m *Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.failing("edit"); err != nil {
		return err
	}
	c.shown[ref] = *m
	c.log = append(c.log, "edit "+ids(m))
	return nil
}

func (c *chat) Remind(_ context.Context, _ string, m *Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = append(c.log, "remind "+ids(m))
	return c.failing("remind")
}

func ids(m *Message) string {
	var all []string
	for i := range m.Asks {
		all = append(all, m.Asks[i].ID)
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

func (c *chat) did() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log)
}

// of gives the message about an ask, and its reference.
func (c *chat) of(t *testing.T, id string) (string, Message) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for ref, m := range c.shown {
		if !m.List && m.Asks[0].ID == id {
			return ref, m
		}
	}
	t.Fatalf("no message about %s; %q", id, c.log)
	return "", Message{}
}

// press is a click on a button of a message as it is shown.
func press(ref string, m *Message, verb Verb, person string) Click {
	for _, b := range m.Buttons {
		if b.Verb == verb {
			return Click{Person: person, To: m.To, Ref: ref, Value: b.Value}
		}
	}
	return Click{Person: person, To: m.To, Ref: ref}
}

// life is one run of a bridge.
type life struct {
	*Bridge
	stop func()
}

func settings() Options {
	return Options{
		Bridge: clawrden.Bridge{Name: "chat", People: map[string]string{"U1": "ann", "U2": "bob"}, Show: clawrden.ShowCommand, Rate: 600, Batch: 5},
		Routes: []clawrden.Route{{Name: "main", Bridge: "chat", To: "C1"}, {Name: "other", Bridge: "another", To: "C9"}},
	}
}

func begin(t *testing.T, o Options, h *host, c *chat, dir string) life {
	t.Helper()
	o.Daemon, o.Service, o.State, o.Log = h, c, filepath.Join(dir, "book.json"), slog.New(slog.DiscardHandler)
	if c.shown == nil {
		c.shown = map[string]Message{}
	}
	b, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("it ended with %v", err)
		}
	}
	t.Cleanup(stop)
	synctest.Wait()
	return life{b, stop}
}

// in runs a test on a clock of its own, with everything stopped at its end.
func in(t *testing.T, test func(t *testing.T, h *host, c *chat, dir string)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { test(t, newHost(), &chat{}, dir) })
}

func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

var errDown = errors.New("connection refused")
