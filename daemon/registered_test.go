package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

// fakeRegistry knows agents by name, and takes every caller for the one that it is told.
type fakeRegistry struct {
	mu     sync.Mutex
	agents map[string]clawrden.Agent
	caller string
	err    error
}

func (r *fakeRegistry) Add(a clawrden.Agent) (clawrden.Agent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.agents[a.Name]; there {
		return a, clawrden.ErrExists
	}
	r.agents[a.Name] = a
	return a, nil
}
func (r *fakeRegistry) Update(clawrden.Agent) error { return nil }
func (r *fakeRegistry) Remove(name string) (clawrden.Agent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, there := r.agents[name]
	if !there {
		return a, clawrden.ErrNotFound
	}
	delete(r.agents, name)
	return a, nil
}

func (r *fakeRegistry) Get(name string) (clawrden.Agent, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, there := r.agents[name]
	return a, there
}

func (r *fakeRegistry) List() (all []clawrden.Agent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.agents {
		all = append(all, a)
	}
	return all
}

func (r *fakeRegistry) Of(*clawrden.Identity, string, bool) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.caller, r.err
}

func (r *fakeRegistry) is(caller string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.caller, r.err = caller, err
}

// socketsIn makes agents' sockets in a directory, but for the agent "unlucky".
type socketsIn string

func (s socketsIn) Open(_ context.Context, a *clawrden.Agent) (*net.UnixListener, error) {
	if a.Name == "unlucky" {
		return nil, errors.New("no group can be had")
	}
	a.Socket = filepath.Join(string(s), a.Name)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: a.Socket, Net: "unix"})
	if err == nil {
		err = passCredentials(l)
	}
	return l, err
}

func (s socketsIn) Remove(a *clawrden.Agent) error {
	if err := os.Remove(filepath.Join(string(s), a.Name)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
func (socketsIn) Start(*clawrden.Agent) string { return "start it" }

// newAgentHouse is a house with registered agents; its policy allows whoever has a name, and asks for the rest.
func newAgentHouse(t *testing.T, change func(*Options)) (*house, *fakeRegistry) {
	t.Helper()
	r := &fakeRegistry{agents: map[string]clawrden.Agent{"a": {Name: "a", User: "bot"}, "b": {Name: "b", Unit: "b.service"}, "g": {Name: "g"}, "unlucky": {Name: "unlucky"}}}
	dir, err := os.MkdirTemp("", "clawrden-") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := fakePolicy(func(f *clawrden.Facts) clawrden.Decision {
		if f.Identity.Agent == "" {
			return clawrden.Decision{Verdict: clawrden.Deny, Reason: "no name"}
		}
		return clawrden.Decision{Verdict: clawrden.Allow, Reason: "it is " + f.Identity.Agent}
	})
	h := newHouse(t, p, func(o *Options) {
		o.Registry, o.AgentSockets = r, socketsIn(dir)
		if change != nil {
			change(o)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	served, ready := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(served)
		h.d.ServeAgents(ctx, func() { close(ready) })
	}()
	<-ready
	t.Cleanup(func() { cancel(); <-served })
	return h, r
}

// by asks for a command by an agent's socket; "" is the shared one.
func (h *house) by(agent, tool string) (typ protocol.Type, code uint8, text string) {
	shared := h.socket
	defer func() { h.socket = shared }()
	if agent != "" {
		h.socket = filepath.Join(string(h.d.o.AgentSockets.(socketsIn)), agent)
	}
	typ, code, text, _ = h.ask(tool)
	return typ, code, text
}

// A name comes from the socket and from what the kernel says of the caller. Where the two disagree nothing runs, and it is
// on record.
func TestAttest(t *testing.T) {
	h, r := newAgentHouse(t, nil)
	for _, row := range []struct {
		socket, caller string
		err            error
		agent          string // what the request is named; "" and no text: denied by the policy
		text           string
	}{
		{socket: "", caller: ""},
		{socket: "", caller: "a", agent: "a"},
		{socket: "a", caller: "a", agent: "a"},
		{socket: "g", caller: "", agent: "g"},
		{socket: "a", caller: "", text: "this is the socket of agent a, which is user bot; the caller is uid"},
		{socket: "b", caller: "", text: "which is unit b.service"},
		{socket: "a", caller: "b", text: "this is the socket of agent a, and the caller is agent b"},
		{socket: "g", caller: "a", text: "this is the socket of agent g, and the caller is agent a"},
		{socket: "", err: errBroken, text: "cannot tell which agent this is: broken"},
		{socket: "g", err: errBroken, text: "cannot tell which agent this is: broken"},
	} {
		r.is(row.caller, row.err)
		before := len(h.log.of(clawrden.EventDecided))
		typ, code, text := h.by(row.socket, "true")
		records := h.log.of(clawrden.EventDecided)
		if len(records) != before+1 {
			t.Errorf("%+v: %d records more", row, len(records)-before)
			continue
		}
		last := records[before]
		if last.Identity.Agent != row.agent {
			t.Errorf("%+v: recorded as %q", row, last.Identity.Agent)
		}
		switch {
		case row.agent != "":
			if typ != protocol.TypeExec || last.Decision != clawrden.OutcomeAllow {
				t.Errorf("%+v: %v %q, recorded %q", row, typ, text, last.Decision)
			}
		case typ != protocol.TypeRefuse || code != protocol.ExitDenied || !strings.Contains(text, row.text) || last.Decision != clawrden.OutcomeDeny || !strings.Contains(last.Reason, row.text):
			t.Errorf("%+v: %v %d %q, recorded %q for %q", row, typ, code, text, last.Decision, last.Reason)
		}
	}
}

func TestAddAndRemoveAgents(t *testing.T) {
	h, r := newAgentHouse(t, nil)
	by := clawrden.Caller{Door: "control"}
	ctx := t.Context()
	if a := h.d.Agents(); !slices.ContainsFunc(a, func(a clawrden.Agent) bool { return a.Name == "unlucky" && strings.Contains(a.Error, "no group") }) {
		t.Errorf("nothing tells of a socket that isn't there: %+v", a)
	}
	a, err := h.d.AddAgent(ctx, by, clawrden.AgentWish{Name: "new"})
	if err != nil || a.Socket == "" || a.Start != "start it" {
		t.Fatalf("%+v, %v", a, err)
	}
	if typ, _, text := h.by("new", "true"); typ != protocol.TypeExec {
		t.Errorf("the new one: %v %q", typ, text)
	}
	for h.d.running.len() > 0 { // a removal would kill the caller, which is this process
		runtime.Gosched()
	}
	if _, err := h.d.AddAgent(ctx, by, clawrden.AgentWish{Name: "new"}); !errors.Is(err, clawrden.ErrExists) {
		t.Errorf("twice: %v", err)
	}
	if _, err := r.Remove("unlucky"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.d.AddAgent(ctx, by, clawrden.AgentWish{Name: "unlucky"}); !errors.Is(err, clawrden.ErrBadRequest) {
		t.Errorf("one that can't have a socket: %v", err)
	}
	if _, there := r.Get("unlucky"); there {
		t.Error("one that can't have a socket is registered")
	}
	if _, err := h.d.RemoveAgent(ctx, by, "new"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(a.Socket); err == nil {
		t.Error("the socket of a removed agent is there")
	}
	if _, err := h.d.RemoveAgent(ctx, by, "new"); !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	for event, want := range map[string]int{clawrden.EventAdded: 1, clawrden.EventRemoved: 1} {
		if got := h.log.of(event); len(got) != want || got[0].Agent != "new" || got[0].Approver == nil {
			t.Errorf("%s: %+v", event, got)
		}
	}
	h.log.mu.Lock()
	h.log.fail = func(rec *clawrden.Record) error {
		if rec.Event == clawrden.EventAdded {
			return errBroken
		}
		return nil
	}
	h.log.mu.Unlock()
	if _, err := h.d.AddAgent(ctx, by, clawrden.AgentWish{Name: "quiet"}); !errors.Is(err, errBroken) {
		t.Errorf("one that can't be recorded: %v", err)
	}
	if _, there := r.Get("quiet"); there {
		t.Error("one that can't be recorded is registered")
	}
}

// What was allowed before the removal doesn't begin to run after it.
func TestRemovedWhileItIsJudged(t *testing.T) {
	var r *fakeRegistry
	var h *house
	h, r = newAgentHouse(t, func(o *Options) {
		plan := o.Plan
		o.Plan = func(tool *agentroot.Tool, argv []string, e protocol.Exec) ([]byte, []int, error) { // the last step before it runs
			if _, err := r.Remove("g"); err != nil {
				t.Error(err)
			}
			return plan(tool, argv, e)
		}
	})
	if typ, code, text := h.by("g", "true"); typ != protocol.TypeRefuse || code != protocol.ExitDenied || !strings.Contains(text, "agent g has been removed") {
		t.Errorf("%v %d %q", typ, code, text)
	}
}
