package daemon_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/approval"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/executor/mirror"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/protocol"
)

const stepPolicy = `
policy { default = "deny" }
rule "yes" {
  commands = ["true"]
  action   = "allow"
}
rule "ask" {
  commands = ["echo"]
  action   = "ask"
}
rule "no" {
  commands = ["false"]
  action   = "deny"
}
`

type stepQueue struct{ *approval.Queue }

func (q stepQueue) Restore(a clawrden.Approval) (daemon.Ticket, error) { return q.Queue.Restore(a) }

func (q stepQueue) Add(r clawrden.Request, f clawrden.Facts, d clawrden.Decision, digest string, expires time.Time) (daemon.Ticket, error) {
	return q.Queue.Add(r, f, d, digest, expires)
}

// stepHost is a daemon in this process, made of the real parts.
func stepHost(b *testing.B) (socket string, log *audit.Log, p *policy.Policy) {
	b.Helper()
	dir := b.TempDir()
	log, err := audit.Open(filepath.Join(dir, "audit.jsonl"), audit.Options{})
	if err != nil {
		b.Fatal(err)
	}
	p, diags := policy.Parse(map[string][]byte{"test.hcl": []byte(stepPolicy)})
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	asks := approval.New(approval.Limits{PerAgent: 10_000})
	d, err := daemon.New(daemon.Options{
		Logger: slog.New(slog.DiscardHandler), Audit: log, Queue: stepQueue{asks}, NewID: approval.NewIDs(log.Known).New,
		LoadPolicy: func() (daemon.Policy, error) { return p, nil },
		UserName:   func(uint32) string { return "" }, Home: func(uint32) string { return "/" },
		Plan: mirror.Plan, Unchanged: mirror.Unchanged, StateDir: dir, AskTimeout: time.Minute, Writable: agentroot.Seal,
	})
	if err != nil {
		b.Fatal(err)
	}
	socket = filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		b.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.Serve(b.Context(), l) }()
	waitServing(b, l)
	b.Cleanup(func() {
		_ = l.Close()
		<-served
		d.Wait(context.Background())
		_ = d.Close()
		_ = log.Close()
	})
	return socket, log, p
}

// waitServing waits until the daemon has set the listener up: what is sent to it before carries no sender.
func waitServing(b *testing.B, l *net.UnixListener) {
	raw, err := l.SyscallConn()
	if err != nil {
		b.Fatal(err)
	}
	for on := 0; on == 0; {
		if err := raw.Control(func(fd uintptr) { on, _ = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED) }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStepRoundTrip is a denied command as the shim sees it, without the shim's own start.
func BenchmarkStepRoundTrip(b *testing.B) {
	socket, _, _ := stepHost(b)
	frame := protocol.AppendRequest(nil, &protocol.Request{Tool: "false", Argv: []string{"false"}, Env: os.Environ(), Descriptors: 15})
	cwd, err := os.Open(".")
	if err != nil {
		b.Fatal(err)
	}
	defer cwd.Close()
	rights := unix.UnixRights(0, 1, 2, int(cwd.Fd()))
	for b.Loop() {
		c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := c.WriteMsgUnix(frame, rights, nil); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}

// BenchmarkStepIdentify is the step "identify": credentials, pidfd, groups, cgroup, namespaces.
func BenchmarkStepIdentify(b *testing.B) {
	socket, _, _ := stepHost(b)
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		p, err := peercred.Of(c)
		if err != nil {
			b.Fatal(err)
		}
		p.Close()
	}
}

// BenchmarkStepResolve is the step "resolve": PATH, the tool, its digest (from memory, as nobody but root can write it).
func BenchmarkStepResolve(b *testing.B) {
	proc, err := unix.Open("/proc/self", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(proc)
	h := agentroot.NewHasher(1 << 20)
	id := &clawrden.Identity{UID: 12345, GID: 12345}
	for b.Loop() {
		r, err := agentroot.Open(proc, agentroot.Options{Identity: id})
		if err != nil {
			b.Fatal(err)
		}
		found, err := r.Find("true", "/usr/local/bin:/usr/bin", func(f *agentroot.File) bool { return h.IsShim(b.Context(), f) })
		if err != nil {
			b.Fatal(err)
		}
		t, err := r.Load(b.Context(), found, h, agentroot.Seal)
		if err != nil {
			b.Fatal(err)
		}
		t.Close()
		r.Close()
	}
}

// BenchmarkStepEvaluate is the steps "understand" and "evaluate".
func BenchmarkStepEvaluate(b *testing.B) {
	_, _, p := stepHost(b)
	r := &clawrden.Request{Tool: "false", Argv: []string{"false"}, Env: os.Environ(), Cwd: "/"}
	for b.Loop() {
		f := p.Understand(r)
		p.Decide(&f)
	}
}

// BenchmarkStepRecord is the step "record", once: a command that runs has two.
func BenchmarkStepRecord(b *testing.B) {
	_, log, _ := stepHost(b)
	r := clawrden.Record{Event: clawrden.EventDecided, ID: "a", Command: "false", Cwd: "/", Identity: &clawrden.Identity{}, EnvNames: os.Environ()}
	for b.Loop() {
		c := r
		if err := log.Append(&c); err != nil {
			b.Fatal(err)
		}
	}
}
