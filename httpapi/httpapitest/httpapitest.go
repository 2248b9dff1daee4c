// Package httpapitest holds a stand-in for the daemon behind package httpapi, for the tests of the door, of the client and
// of the CLI. It keeps a queue, a history and events in memory as the daemon would, and writes down what was asked of
// it.
//
// It must never be part of a program that is shipped: it authorises whoever comes.
package httpapitest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi"
)

// Epoch is the time at which everything happens.
var Epoch = time.Date(2026, 1, 2, 15, 4, 5, 678901000, time.UTC)

// Digest is the digest of every ask.
const Digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// Agent is the identity of every requester.
var Agent = clawrden.Identity{UID: 1000, GID: 1000, User: "agent", PID: 4242, HostNS: true}

// Control is the stand-in; the zero value works.
type Control struct {
	mu         sync.Mutex
	waiting    []clawrden.Pending
	entries    []clawrden.Entry  // oldest first
	recordings map[string]string // by id
	events     []clawrden.Event
	readers    map[chan clawrden.Event]bool
	calls      []string
	refused    map[clawrden.Right]bool
	fault      error
	locked     bool
	grants     []clawrden.Grant
	agents     []clawrden.Agent
	tokens     []clawrden.Token
	sessions   []clawrden.Session
	bridges    []clawrden.BridgeState
	policy     []clawrden.PolicyFile
	stage      *clawrden.Stage
	versions   []clawrden.PolicyVersion // oldest first
}

// Serve answers on l until stop is called.
func (c *Control) Serve(l net.Listener) (stop func()) {
	server := httpapi.New(httpapi.Options{
		Control:    c,
		Authorizer: c,
		Logins:     c,
		Identify:   func(net.Conn) (clawrden.Identity, error) { return clawrden.Identity{UID: 0, HostNS: true}, nil },
	})
	var wg sync.WaitGroup
	wg.Go(func() { _ = server.Serve(l) })
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		wg.Wait()
	}
}

// Ask puts a command in the queue.
func (c *Control) Ask(id string, argv ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	args, b64 := clawrden.Words(argv[1:])
	p := clawrden.Pending{
		ID: id, Command: argv[0], Args: args, ArgsB64: b64, Cwd: "/home/agent/app", Identity: Agent,
		Exe:      &clawrden.Executable{Path: "/usr/bin/" + argv[0], Resolved: "/usr/bin/" + argv[0]},
		Rules:    []clawrden.RuleRef{{Name: "ask-" + argv[0], Action: clawrden.Ask, File: "/etc/clawrden/policy.d/10-ask.hcl", Line: 7}},
		Reason:   "a person looks at this first",
		Digest:   Digest,
		Revision: 1,
		Created:  clawrden.Timestamp{Time: Epoch},
		Expires:  clawrden.Timestamp{Time: Epoch.AddDate(100, 0, 0)},
	}
	c.wait(p)
}

// AskFor puts an ask in the queue as it is given.
func (c *Control) AskFor(p clawrden.Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wait(p)
}

func (c *Control) wait(p clawrden.Pending) {
	c.waiting = append(c.waiting, p)
	c.emit(clawrden.Event{Type: clawrden.LivePending, Pending: &p})
}

// Change has an ask wait as another than was shown: its digest and revision are new ones.
func (c *Control) Change(id string, args ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.waiting {
		if p := &c.waiting[i]; p.ID == id {
			p.Args, p.ArgsB64 = clawrden.Words(args)
			p.Revision, p.Digest = p.Revision+1, "0000000000000000000000000000000000000000000000000000000000000000"
			now := *p
			c.emit(clawrden.Event{Type: clawrden.LivePending, Pending: &now})
		}
	}
}

// Ran puts a command that was decided by the policy, and has ended, into the history.
func (c *Control) Ran(id string, outcome clawrden.Outcome, exit int, argv ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	args, b64 := clawrden.Words(argv[1:])
	e := clawrden.Entry{
		ID: id, Command: argv[0], Args: args, ArgsB64: b64, Cwd: "/home/agent/app", Identity: Agent, Decision: outcome,
		Executor: "mirror", Boundary: clawrden.BoundaryNone, Way: clawrden.WayShim,
	}
	if outcome.Runs() {
		e.ExitCode, e.DurationMS, e.ExitSource = &exit, 1234, clawrden.ExitKernel
	}
	c.record(e)
}

// Happened puts an entry into the history as it is given.
func (c *Control) Happened(e clawrden.Entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record(e)
}

// Refuse takes rights from everybody.
func (c *Control) Refuse(rights ...clawrden.Right) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = make(map[clawrden.Right]bool)
	for _, r := range rights {
		c.refused[r] = true
	}
}

// Fail makes every method that can fail do so; nil ends it.
func (c *Control) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = err
}

// SetPolicy puts a policy in force, as far as Policy tells of it.
func (c *Control) SetPolicy(files ...clawrden.PolicyFile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policy = files
}

// Calls is what was asked of it so far, reading aside.
func (c *Control) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.calls...)
}

// Drop closes every event stream, as the daemon does for a slow reader.
func (c *Control) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for r := range c.readers {
		close(r)
		delete(c.readers, r)
	}
}

// Readers is how many event streams are open.
func (c *Control) Readers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.readers)
}

// Authorize refuses what Refuse took.
func (c *Control) Authorize(_ context.Context, _ clawrden.Caller, right clawrden.Right) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused[right] {
		return fmt.Errorf("%w: %s needs membership in the group clawrden-approvers", clawrden.ErrNotAuthorized, right)
	}
	return nil
}

// called writes down a call.
func (c *Control) called(by clawrden.Caller, words ...string) {
	c.calls = append(c.calls, fmt.Sprintf("%s uid=%d door=%s", strings.Join(words, " "), by.Identity.UID, by.Door))
}

// record adds an entry and tells about it.
func (c *Control) record(e clawrden.Entry) {
	n := len(c.entries) + 1
	e.Seq, e.Timestamp = uint64(n), clawrden.Timestamp{Time: Epoch.Add(time.Duration(n) * time.Second)}
	c.entries = append(c.entries, e)
	c.emit(clawrden.Event{Type: clawrden.LiveDecided, Entry: &e})
}

func (c *Control) emit(e clawrden.Event) {
	e.Seq = uint64(len(c.events) + 1)
	c.events = append(c.events, e)
	for r := range c.readers {
		select {
		case r <- e:
		default:
			close(r)
			delete(c.readers, r)
		}
	}
}
