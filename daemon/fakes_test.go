package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakePolicy decides by a function.
type fakePolicy func(*clawrden.Facts) clawrden.Decision

func (fakePolicy) Understand(r *clawrden.Request) clawrden.Facts      { return nothing{}.Understand(r) }
func (p fakePolicy) Decide(f *clawrden.Facts) clawrden.Decision       { return p(f) }
func (fakePolicy) Counts(*clawrden.Facts) []clawrden.Counter          { return nil }
func (fakePolicy) RunsOwn(*clawrden.Facts) bool                       { return false }
func (fakePolicy) Verdicts(*clawrden.Facts) []clawrden.CommandVerdict { return nil }
func (fakePolicy) Digest() string                                     { return "fake" }
func (fakePolicy) Files() []clawrden.PolicyFile                       { return nil }
func (fakePolicy) Grants() []clawrden.Grant                           { return nil }
func (fakePolicy) Rules() int                                         { return 1 }
func (fakePolicy) KillSwitch() clawrden.KillSwitch                    { return clawrden.KillSwitch{} }
func (fakePolicy) Sandbox(string) (*clawrden.Profile, bool)           { return nil, false }
func (fakePolicy) ProfileList() []clawrden.ProfileInfo                { return nil }
func (fakePolicy) Explained(*clawrden.Facts) (json.RawMessage, error) { return nil, nil }
func (fakePolicy) Environ(*clawrden.Decision, bool, []string) clawrden.EnvChange {
	return clawrden.EnvChange{}
}

func always(v clawrden.Verdict) fakePolicy {
	return func(*clawrden.Facts) clawrden.Decision { return clawrden.Decision{Verdict: v} }
}

// confused panics while it reads the command.
type confused struct{ fakePolicy }

func (confused) Understand(*clawrden.Request) clawrden.Facts { panic("cannot make sense of it") }

// fakeLog keeps records, and fails where it is told to.
type fakeLog struct {
	mu      sync.Mutex
	records []clawrden.Record
	fail    func(*clawrden.Record) error
}

func (l *fakeLog) Append(r *clawrden.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(r); err != nil {
			return err
		}
	}
	l.records = append(l.records, *r)
	return nil
}
func (l *fakeLog) AppendSync(r *clawrden.Record) error { return l.Append(r) }
func (l *fakeLog) History(clawrden.HistoryFilter) ([]clawrden.Entry, bool, error) {
	return nil, false, nil
}

func (l *fakeLog) Story(string) (clawrden.Story, error) {
	return clawrden.Story{}, clawrden.ErrNotFound
}

func (l *fakeLog) Lookup(string) (clawrden.Entry, error) {
	return clawrden.Entry{}, clawrden.ErrNotFound
}

// of gives the records of one kind.
func (l *fakeLog) of(event string) (found []clawrden.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if r.Event == event {
			found = append(found, r)
		}
	}
	return found
}

// fakeQueue ends each ask at once, as it is told.
type fakeQueue struct {
	end  func(id, digest string) (clawrden.Approval, error)
	once func() (clawrden.Approval, bool)
	// cancelled changes a restored ask when it is cancelled.
	cancelled func(a *clawrden.Approval, why string)

	mu       sync.Mutex
	ids      []string
	restored *ended
}

func (q *fakeQueue) Add(r clawrden.Request, f clawrden.Facts, d clawrden.Decision, digest string, _ time.Time) (Ticket, error) {
	q.mu.Lock()
	q.ids = append(q.ids, r.ID)
	q.mu.Unlock()
	a, err := q.end(r.ID, digest)
	if err != nil {
		return nil, err
	}
	a.ID, a.Request, a.Facts, a.Decision = r.ID, r, f, d
	return ended(a), nil
}

func (q *fakeQueue) Approve(string, clawrden.Approver, clawrden.Answer) (clawrden.Approval, error) {
	return clawrden.Approval{}, clawrden.ErrNotFound
}

func (q *fakeQueue) Deny(string, clawrden.Approver, clawrden.Answer) (clawrden.Approval, error) {
	return clawrden.Approval{}, clawrden.ErrNotFound
}

func (q *fakeQueue) Cancel(_, why string) (clawrden.Approval, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.restored != nil && q.cancelled != nil {
		q.cancelled((*clawrden.Approval)(q.restored), why)
		return clawrden.Approval(*q.restored), nil
	}
	return clawrden.Approval{}, clawrden.ErrDecided
}

func (q *fakeQueue) Room(*clawrden.Request, *clawrden.Facts) error { return nil }

func (q *fakeQueue) Restore(a clawrden.Approval) (Ticket, error) {
	q.restored = (*ended)(&a)
	return q.restored, nil
}
func (q *fakeQueue) Return(clawrden.Request, clawrden.Facts)    {}
func (q *fakeQueue) Memory(string) (m clawrden.Memory, ok bool) { return m, false }
func (q *fakeQueue) Remember(clawrden.Memory) error             { return nil }

func (q *fakeQueue) Refused(*clawrden.Request, *clawrden.Facts, *clawrden.Decision) (was clawrden.Approval, until time.Time, ok bool) {
	return was, until, false
}

func (q *fakeQueue) Once(*clawrden.Identity, string) (was clawrden.Approval, ok bool) {
	if q.once == nil {
		return was, false
	}
	return q.once()
}
func (q *fakeQueue) Lapse(string) bool { return false }

func (q *fakeQueue) CancelAll(string) int                                { return 0 }
func (q *fakeQueue) List() []clawrden.Approval                           { return nil }
func (q *fakeQueue) Page(string, int) ([]clawrden.Approval, bool, error) { return nil, false, nil }
func (q *fakeQueue) Len() int                                            { return 0 }
func (q *fakeQueue) Get(string) (clawrden.Approval, error) {
	return clawrden.Approval{}, clawrden.ErrNotFound
}

// ended is a ticket of an ask that is over.
type ended clawrden.Approval

func (ended) Done() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}
func (ended) Then(f func())               { go f() }
func (e ended) Result() clawrden.Approval { return clawrden.Approval(e) }

// house is a daemon with fakes, on a socket of its own.
type house struct {
	t      *testing.T
	d      *Daemon
	log    *fakeLog
	queue  *fakeQueue
	socket string
}

// newHouse starts one; the options may be changed first.
func newHouse(t *testing.T, p Policy, change func(*Options)) *house {
	t.Helper()
	dir, err := os.MkdirTemp("", "clawrden-") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h := &house{t: t, log: &fakeLog{}, queue: &fakeQueue{}, socket: filepath.Join(dir, "s")}
	n := 0
	var mu sync.Mutex
	o := Options{
		Logger: slog.New(slog.DiscardHandler), Audit: h.log, Queue: h.queue, StateDir: dir,
		NewID: func() (string, error) {
			mu.Lock()
			defer mu.Unlock()
			n++
			return fmt.Sprintf("id%d", n), nil
		},
		LoadPolicy: func() (Policy, error) { return p, nil },
		UserName:   func(uint32) string { return "" }, Home: func(uint32) string { return "" },
		Plan: func(*agentroot.Tool, []string, protocol.Exec) ([]byte, []int, error) {
			return protocol.AppendExec(nil, &protocol.Exec{Path: "/bin/true"}), nil, nil
		},
		Unchanged:  func(*agentroot.Tool) bool { return true },
		ExitStatus: ExitShim, Writable: "path", MaxSealed: 1 << 20, AskTimeout: time.Minute,
	}
	if change != nil {
		change(&o)
	}
	if h.d, err = New(o); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: h.socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	if err := passCredentials(l); err != nil { // before anybody connects, as systemd and the daemon's main do
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- h.d.Serve(ctx, l) }()
	t.Cleanup(func() {
		_ = l.Close()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		h.d.Wait(context.Background())
		_ = h.d.Close()
	})
	return h
}

// ask sends a request and returns the first answer that isn't Wait, and how often Wait came.
func (h *house) ask(tool string) (typ protocol.Type, code uint8, text string, waits int) {
	h.t.Helper()
	b := protocol.AppendRequest(nil, &protocol.Request{Tool: tool, Argv: []string{tool}, Env: []string{"PATH=/usr/bin:/bin"}})
	return h.send(b)
}

// askWith does so with a variable more in the environment.
func (h *house) askWith(tool, variable string) {
	h.t.Helper()
	h.send(protocol.AppendRequest(nil, &protocol.Request{Tool: tool, Argv: []string{tool}, Env: []string{"PATH=/usr/bin:/bin", variable}}))
}

func (h *house) send(b []byte) (typ protocol.Type, code uint8, text string, waits int) {
	h.t.Helper()
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: h.socket, Net: "unix"})
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := c.Write(b); err != nil {
		h.t.Fatal(err)
	}
	for {
		header := make([]byte, protocol.HeaderLen)
		if _, err := io.ReadFull(c, header); err != nil {
			h.t.Fatalf("no answer: %v", err)
		}
		head, err := protocol.ParseHeader(header)
		if err != nil {
			h.t.Fatal(err)
		}
		p := make([]byte, head.Length)
		if _, err := io.ReadFull(c, p); err != nil {
			h.t.Fatal(err)
		}
		switch head.Type {
		case protocol.TypeWait:
			waits++
			continue
		case protocol.TypeRefuse, protocol.TypeAnswer:
			if code, text, err = protocol.ParseCoded(p); err != nil {
				h.t.Fatal(err)
			}
		case protocol.TypeExec:
			if _, err := c.Write(protocol.AppendNumber(nil, protocol.TypeFinished, 0)); err != nil {
				h.t.Fatal(err)
			}
		case protocol.TypeRequest, protocol.TypeStarted, protocol.TypeExited, protocol.TypeFinished, protocol.TypeFailed, protocol.TypeSignal, protocol.TypeVersion, protocol.TypeAttach:
		}
		return head.Type, code, text, waits
	}
}

var errBroken = errors.New("broken")
