package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
	"github.com/clawrden/clawrden/protocol/plain"
)

// TestFaultsDeny breaks each part that a command depends on. Each time the command is refused, on record where that is
// possible, and the daemon goes on.
func TestFaultsDeny(t *testing.T) {
	panics := fakePolicy(func(*clawrden.Facts) clawrden.Decision { panic("a bug") })
	invalid := always(clawrden.Invalid)
	for _, row := range []struct {
		name   string
		policy Policy
		change func(*Options)
		queue  func(id, digest string) (clawrden.Approval, error)
		log    func(*clawrden.Record) error
		code   uint8
		want   string
		silent bool // no "decided" record
	}{
		{name: "a policy that panics", policy: panics, code: 126, want: "internal error while the policy was evaluated"},
		{name: "a policy that panics while it reads the command", policy: confused{always(clawrden.Allow)}, code: 125, want: "internal error"},
		{name: "a policy without a verdict", policy: invalid, code: 126, want: "denied"},
		{name: "a queue that is full", policy: always(clawrden.Ask), queue: func(string, string) (clawrden.Approval, error) {
			return clawrden.Approval{}, errBroken
		}, code: 126, want: "broken"},
		{name: "a queue that ends an ask as pending", policy: always(clawrden.Ask), queue: func(string, string) (clawrden.Approval, error) {
			return clawrden.Approval{State: clawrden.StatePending}, nil
		}, code: 125, want: "cancelled"},
		{name: "a log that fails", policy: always(clawrden.Allow), log: func(r *clawrden.Record) error {
			if r.Event == clawrden.EventDecided {
				return errBroken
			}
			return nil
		}, code: 125, want: "the audit log can't be written", silent: true},
		{name: "a log that fails, for what is denied", policy: always(clawrden.Deny), log: func(r *clawrden.Record) error {
			if r.Event == clawrden.EventDecided {
				return errBroken
			}
			return nil
		}, code: 125, want: "the audit log can't be written", silent: true},
		{name: "no ids", policy: always(clawrden.Allow), change: func(o *Options) {
			o.NewID = func() (string, error) { return "", errBroken }
		}, code: 125, want: "cannot make a request id"},
		{name: "a tool that changes", policy: always(clawrden.Allow), change: func(o *Options) {
			o.Unchanged = func(*agentroot.Tool) bool { return false }
		}, code: 125, want: "it was changed while it was judged"},
		{name: "no plan", policy: always(clawrden.Allow), change: func(o *Options) {
			o.Plan = func(*agentroot.Tool, []string, protocol.Exec) ([]byte, []int, error) { return nil, nil, errBroken }
		}, code: 125, want: "broken"},
		{name: "a plan that panics", policy: always(clawrden.Allow), change: func(o *Options) {
			o.Plan = func(*agentroot.Tool, []string, protocol.Exec) ([]byte, []int, error) { panic("a bug") }
		}, code: 125, want: "internal error in the daemon"},
		{name: "an executor that isn't there", policy: fakePolicy(func(*clawrden.Facts) clawrden.Decision {
			return clawrden.Decision{Verdict: clawrden.Allow, Executor: "unit"}
		}), code: 125, want: `no executor "unit"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, row.policy, row.change)
			h.queue.end, h.log.fail = row.queue, row.log
			typ, code, text, _ := h.ask("true")
			if typ != protocol.TypeRefuse || code != row.code || !strings.Contains(text, row.want) {
				t.Errorf("answered with type %d, code %d, %q; want code %d and %q", typ, code, text, row.code, row.want)
			}
			decided := h.log.of(clawrden.EventDecided)
			if len(decided) == 0 != row.silent || len(decided) > 1 {
				t.Errorf("%d decisions on record", len(decided))
			}
		})
	}
}

// TestAuditOptional runs unrecorded only where the operator said so.
func TestAuditOptional(t *testing.T) {
	h := newHouse(t, always(clawrden.Allow), func(o *Options) { o.AuditOptional = true })
	h.log.fail = func(*clawrden.Record) error { return errBroken }
	if typ, _, text, _ := h.ask("true"); typ != protocol.TypeExec {
		t.Errorf("answered with type %d, %q", typ, text)
	}
	if u := h.d.Status().Unrecorded; u == nil || u.Denies {
		t.Errorf("the status says %+v", u)
	}
}

// TestAskedAgain approves something else than what would run, each time: the asks end, each on record under an id of its
// own, and nothing runs.
func TestAskedAgain(t *testing.T) {
	h := newHouse(t, always(clawrden.Ask), nil)
	h.queue.end = func(string, string) (clawrden.Approval, error) {
		return clawrden.Approval{State: clawrden.StateApproved, Digest: "another"}, nil
	}
	typ, code, text, waits := h.ask("true")
	if typ != protocol.TypeRefuse || code != protocol.ExitDenied || !strings.Contains(text, "kept changing") || waits != maxAsks {
		t.Errorf("type %d, code %d, %q after %d asks", typ, code, text, waits)
	}
	seen := map[string]bool{}
	for _, id := range h.queue.ids {
		if seen[id] {
			t.Errorf("the id %s was asked twice", id)
		}
		seen[id] = true
	}
	cancelled := 0
	for _, r := range h.log.of(clawrden.EventDecided) {
		if r.Decision == clawrden.OutcomeCancelled {
			cancelled++
		}
		if r.Decision.Runs() {
			t.Errorf("may run: %+v", r)
		}
	}
	if cancelled != maxAsks {
		t.Errorf("%d asks were ended on record, want %d", cancelled, maxAsks)
	}
}

// TestKillBetweenDecisionAndRun throws the switch at the last moment before the command could be found among the running.
func TestKillBetweenDecisionAndRun(t *testing.T) {
	var h *house
	h = newHouse(t, always(clawrden.Allow), func(o *Options) {
		o.Unchanged = func(*agentroot.Tool) bool {
			if _, err := h.d.Kill(context.Background(), clawrden.Caller{Door: "test"}, clawrden.KillOrder{Reason: "now"}); err != nil {
				t.Error(err)
			}
			return true
		}
	})
	if typ, code, text, _ := h.ask("true"); typ != protocol.TypeRefuse || code != protocol.ExitDenied || !strings.Contains(text, "kill switch") {
		t.Errorf("type %d, code %d, %q", typ, code, text)
	}
}

// TestLockFile keeps the switch on when its file can't be read.
func TestLockFile(t *testing.T) {
	for name, content := range map[string]string{"torn": `{"reason":`, "empty": "", "another form": `"x"`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "kill.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var l lockFile
		l.open(dir)
		if why, on := l.locked(&clawrden.Identity{}); !on || why == "" {
			t.Errorf("%s: locked %v, %q", name, on, why)
		}
	}
	var l lockFile
	dir := t.TempDir()
	l.open(dir)
	if _, on := l.locked(&clawrden.Identity{}); on {
		t.Error("locked without a file")
	}
	if err := l.set(clawrden.Whom{}, ""); err != nil {
		t.Fatal(err)
	}
	var again lockFile
	again.open(dir)
	if why, on := again.locked(&clawrden.Identity{}); !on || !strings.Contains(why, "by me") {
		t.Errorf("after a restart: locked %v, %q", on, why)
	}
}

// TestAuthorizeTheGone refuses a caller that has gone, or whose number another process has now.
func TestAuthorizeTheGone(t *testing.T) {
	h := newHouse(t, always(clawrden.Allow), func(o *Options) { o.ApproversGID = 4 })
	start, _, err := parentOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		id   clawrden.Identity
		ok   bool
	}{
		{"alive", clawrden.Identity{UID: 7, Groups: []uint32{4}, PID: os.Getpid(), Start: start}, true},
		{"another process with its number", clawrden.Identity{UID: 7, Groups: []uint32{4}, PID: os.Getpid(), Start: start - 1}, false},
		{"gone", clawrden.Identity{UID: 7, Groups: []uint32{4}, PID: 1<<22 + 1, Start: 5}, false},
		{"gone, root", clawrden.Identity{UID: 0, HostNS: true, PID: 1<<22 + 1, Start: 5}, false},
	} {
		err := h.d.Authorize(context.Background(), clawrden.Caller{Identity: row.id}, clawrden.RightDecide)
		if (err == nil) != row.ok || err != nil && !errors.Is(err, clawrden.ErrNotAuthorized) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

// TestSlots has an agent wait for its own slots, and nobody else.
func TestSlots(t *testing.T) {
	a := &agents{limits: Limits{ResolversPerAgent: 2}.withDefaults()}
	one, other := &clawrden.Identity{UID: 1}, &clawrden.Identity{UID: 2}
	var leave []func()
	for range 2 {
		l, err := a.resolve(t.Context(), one)
		if err != nil {
			t.Fatal(err)
		}
		leave = append(leave, l)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.resolve(ended, one); !errors.Is(err, errBusy) {
		t.Errorf("a third: %v", err)
	}
	l, err := a.resolve(ended, other)
	if err != nil && !errors.Is(err, errBusy) {
		t.Errorf("another agent: %v", err)
	}
	if err == nil {
		l()
	}
	got := make(chan error)
	go func() {
		l, err := a.resolve(t.Context(), one)
		if err == nil {
			l()
		}
		got <- err
	}()
	leave[0]()
	if err := <-got; err != nil {
		t.Errorf("after one has left: %v", err)
	}
	leave[1]()
}

// TestPlainOutputIsWhole reads what a pipe still holds after the time for it is over.
func TestPlainOutputIsWhole(t *testing.T) {
	ours, theirs := pair(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() // something in the background holds it
	const size = 60000
	if _, err := w.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := r.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	got := make(chan int)
	go func() {
		n, b := 0, make([]byte, 1<<16)
		for {
			m, err := theirs.Read(b)
			n += m
			if err != nil {
				got <- n
				return
			}
		}
	}()
	l := &lines{reply: plainReply{&call{conn: ours}}}
	l.copy(plain.TypeStdout, r)
	_ = ours.Close()
	if n := <-got; n < size {
		t.Errorf("%d bytes of lines came, for %d of output", n, size)
	}
}

// pair is a connection within this process.
func pair(t testing.TB) (a, b *net.UnixConn) {
	t.Helper()
	dir, err := os.MkdirTemp("", "clawrden-") //nolint:usetesting // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if b, err = net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr)); err != nil {
		t.Fatal(err)
	}
	if a, err = l.AcceptUnix(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(); _ = b.Close() })
	return a, b
}

// FuzzConnection sends any bytes to a daemon, in two pieces. It must answer or hang up, and let nothing run.
func FuzzConnection(f *testing.F) {
	request := protocol.AppendRequest(nil, &protocol.Request{Tool: "true", Argv: []string{"true"}})
	f.Add(request, 5)
	f.Add(request[:20], 0)
	f.Add([]byte(`{"command":"true"}`+"\n"), 3)
	f.Add([]byte(`{"command":"true","can":true}`+"\n"), 1)
	f.Add(protocol.AppendVersion(nil), 1)
	d, connect := fuzzDaemon(f)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		ours, theirs := connect()
		done := make(chan struct{})
		go func() { defer close(done); d.connection(t.Context(), ours, "") }()
		cut = max(0, min(cut, len(b)))
		_, _ = theirs.Write(b[:cut])
		_, _ = theirs.Write(b[cut:])
		_ = theirs.CloseWrite()
		buf := make([]byte, 1<<16)
		for {
			if _, err := theirs.Read(buf); err != nil {
				break
			}
		}
		_ = theirs.Close()
		<-done
	})
}
