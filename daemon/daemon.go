// Package daemon is the way of one command: accept, identify, understand, resolve, evaluate, await, record, execute,
// record. It reads top to bottom: this file is the story, each step has a file of its own.
//
// It knows no policy language, no approval store, no audit file and no executor: it declares the small interfaces that it
// calls, and cmd/clawrdend wires them. Every error between accept and execute is a deny, recorded; nothing runs before its
// "decided" record is written; nothing that an agent sends is believed about who it is.
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
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/protocol"
)

// Policy judges. It is an immutable value: a reload puts another in its place.
type Policy interface {
	Understand(*clawrden.Request) clawrden.Facts
	Decide(*clawrden.Facts) clawrden.Decision
	Counts(*clawrden.Facts) []clawrden.Counter          // the rate conditions that count this request
	Verdicts(*clawrden.Facts) []clawrden.CommandVerdict // of each command, for people
	Digest() string
	Rules() int
	Files() []clawrden.PolicyFile
	Grants() []clawrden.Grant // that the files hold, expired ones too; the list is the caller's
	KillSwitch() clawrden.KillSwitch
	// Explained says how the decision comes about, for people: each command, the rules that matched and those that nearly did.
	Explained(*clawrden.Facts) (json.RawMessage, error)
	ProfileList() []clawrden.ProfileInfo
	// Sandbox gives a profile by its name, a built-in one too.
	Sandbox(name string) (*clawrden.Profile, bool)
	// Environ says what becomes of the environment of a command that a decision lets run; elsewhere: in a unit or container
	// of its own.
	Environ(d *clawrden.Decision, elsewhere bool, env []string) clawrden.EnvChange
	// RunsOwn reports whether a program that runs with these facts runs its own code and nobody else's.
	RunsOwn(*clawrden.Facts) bool
}

// Log is the audit log. AppendSync also forces the record to the disk.
type Log interface {
	Append(*clawrden.Record) error
	AppendSync(*clawrden.Record) error
	History(clawrden.HistoryFilter) ([]clawrden.Entry, bool, error)
	Lookup(id string) (clawrden.Entry, error)
	// Story gives all that it has of one command.
	Story(id string) (clawrden.Story, error)
}

// Queue holds the asks that wait.
type Queue interface {
	Room(*clawrden.Request, *clawrden.Facts) error // nil: Add would take it
	Add(clawrden.Request, clawrden.Facts, clawrden.Decision, string, time.Time) (Ticket, error)
	Approve(id string, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error)
	Deny(id string, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error)
	Cancel(id, why string) (clawrden.Approval, error)
	CancelAll(why string) int
	// Lapse keeps an ask whose caller has gone and may come again: an approval is for the same, once.
	Lapse(id string) bool
	// Restore takes an ask of an earlier life; Memory and Remember hand over what is remembered of those that have ended.
	Restore(clawrden.Approval) (Ticket, error)
	// Return gives a restored ask what only its caller has: the environment.
	Return(clawrden.Request, clawrden.Facts)
	Memory(id string) (clawrden.Memory, bool)
	Remember(clawrden.Memory) error
	// Refused tells how a person refused the same a short while ago; Once takes an approval that came after its time.
	Refused(*clawrden.Request, *clawrden.Facts, *clawrden.Decision) (was clawrden.Approval, until time.Time, ok bool)
	Once(id *clawrden.Identity, digest string) (was clawrden.Approval, ok bool)
	List() []clawrden.Approval
	Page(after string, most int) (page []clawrden.Approval, more bool, err error)
	Get(id string) (clawrden.Approval, error)
	Len() int
}

// Ticket is one waiting ask: Done is closed when it has ended, then Result tells how.
type Ticket interface {
	Done() <-chan struct{}
	Then(f func()) // has f called when it has ended
	Result() clawrden.Approval
}

// Containers is the container engine's word on its containers.
type Containers interface {
	// Confirm makes sure that the process, by its /proc directory, stands in the container, and tells the container's name and
	// its image.
	Confirm(ctx context.Context, proc int, container string) (name, image string, err error)
}

// Executor runs commands elsewhere than in the caller's own context.
type Executor interface {
	// Boundary is what its records name.
	Boundary() clawrden.Boundary
	// May tells, before anybody is asked, why it can't run an allowed request; nil if it can. It does no I/O.
	May(*clawrden.Request, *clawrden.Decision) error
	// Start runs it. The context's end ends it.
	Start(context.Context, *job.Job) (Process, error)
}

// Finder is an executor that finds the tool itself, elsewhere than among the caller's files. What it finds is what is judged
// and approved, and is handed to Start.
type Finder interface {
	Find(context.Context, *clawrden.Request, *clawrden.Decision) (clawrden.Executable, error)
}

// gapped is a Process under a profile with best_effort, of which not everything could be held.
type gapped interface{ Gaps() []string }

// Taps stand between a command and its caller's descriptors.
type Taps interface {
	Start(*job.Tap) (Tap, error)
	// Recording gives what was recorded of a request.
	Recording(id string) (io.ReadCloser, error)
	// Ended tells of the recording of a command that an earlier life of the daemon has begun; nil if there is none.
	Ended(id string) *clawrden.Recording
}

// Tap is one of them.
type Tap interface {
	Stdio() (files [3]*os.File, terminal bool) // for the command
	Handed()                                   // the command has them
	Over() <-chan struct{}                     // closed when there was more output than the limit
	WindowChanged()
	End() job.Passed // the command has ended: waits until the caller has its output
	Leave()          // it goes on without the daemon
}

// Process is a command that an executor has started.
type Process interface {
	Wait() job.Exit
	Signal(syscall.Signal) // SIGKILL ends all that the command has started, as far as the executor can
}

// Options are what a daemon is made of; all without a default must be set.
type Options struct {
	Logger  *slog.Logger
	Audit   Log
	Queue   Queue
	Grants  Grants  // nil: none
	Written Written // nil: no grant can be written into the policy
	// Tokens keeps the bearer tokens. nil: there are none.
	Tokens Tokens
	// Teams bind their approvers to their own agents.
	Teams []clawrden.Team
	// Registry keeps the registered agents, AgentSockets makes their sockets. nil: none can be registered.
	Registry     Registry
	AgentSockets AgentSockets
	NewID        func() (string, error)
	// LoadPolicy is called at start and at each reload. An error keeps the policy in force; at start the one that comes with
	// the error, if any, is put in force all the same.
	LoadPolicy func() (Policy, error)
	// Rejudge judges a command of the past by a policy. nil: it can't be asked for.
	Rejudge func(Policy, *clawrden.Record) (clawrden.Rejudged, error)
	// Rollout compiles candidates of the policy and puts them in place, Versions keeps those that were in force. nil: there are none.
	Rollout  Rollout
	Versions Versions
	// CheckPolicy reads files as LoadPolicy would, and puts nothing in force. nil: it can't be asked for.
	CheckPolicy func(files map[string][]byte) clawrden.PolicyCheck
	UserName    func(uid uint32) string
	Users       Users                   // for the approvers that a policy names; nil: only numbers are known
	Home        func(uid uint32) string // home directory by the host's user database; "" if unknown
	// Plan says what the shim runs in place; see executor/mirror.
	Plan func(t *agentroot.Tool, argv []string, e protocol.Exec) (frame []byte, fds []int, err error)
	// Shims are the places of the shim of this release, as callers see them, the best one first. In sessions it is let through.
	Shims []string
	// Launchers are the same for its launcher, by which what the container engine runs comes under guard.
	Launchers []string
	// Unchanged says whether the files of a tool are as they were hashed.
	Unchanged func(*agentroot.Tool) bool
	// Containers tells which image a caller's container has; nil: no container counts.
	Containers Containers
	// Executors that this daemon has beside mirror in place, by the word that a rule names; see executorOf.
	Executors map[string]Executor
	// Taps record and bound output. nil: what would need one is refused.
	Taps Taps
	// Starter begins sessions whose launchers go to GuardSocket; nil: none can be begun by this daemon.
	Starter Starter
	// What the container engine runs for callers under guard comes by it, too.
	GuardSocket string
	// Frozen has sessions stand still while there is no guard. It tells why they couldn't be kept that long. nil: they are ended.
	Frozen func(context.Context) error
	// Keepers reach whole units ("unit") and containers ("container") for the kill switch; one that is missing is said to be.
	Keepers map[string]Keeper
	Meter   Meter // nil: nobody counts

	Version       string
	StateDir      string        // where the kill switch is kept, what waits and what runs
	Grace         time.Duration // how long callers of an earlier life are waited for; 30 s
	Bridges       []clawrden.Bridge
	Dev           bool   // --dev: local executor, plain mode without a unit, self-approval
	ApproversGID  uint32 // group that may read, decide and kill; 0 for none
	AgentsGID     uint32 // group that may use the shim socket; 0 for none
	AskTimeout    time.Duration
	ExitStatus    ExitStatus
	Writable      agentroot.Writable
	MaxSealed     int64 // bytes
	AuditOptional bool  // a record that can't be written doesn't deny (audit.on_error = "allow")
	Limits        Limits
}

// ExitStatus is how the end of an in-place command becomes known.
type ExitStatus string

// The ways: the kernel tells (Linux 6.15), or the shim stays as parent and says so. Auto takes the first where it is there.
const (
	ExitAuto   ExitStatus = "auto"
	ExitKernel ExitStatus = "kernel"
	ExitShim   ExitStatus = "shim"
)

// Daemon governs commands. It is safe for concurrent use.
type Daemon struct {
	o          Options
	log        *slog.Logger
	started    time.Time
	policy     atomic.Pointer[loaded]
	stage      stage
	loading    sync.Mutex // one load at a time
	hasher     *agentroot.Hasher
	mounts     agentroot.Mounts // of sessions
	watch      *pidfd.Watcher
	stay       bool // shims stay as parents
	lock       lockFile
	live       stream
	agents     agents
	running    running
	rates      rates
	denials    denials
	refusals   refusals
	places     places
	registered registered
	// bridgeReports is what bridges say of themselves.
	bridgeReports reports
	followed      followed
	steps         steps
	holds         holds
	entries       entries
	sessions      sessions
	tally         tally
	written       written
	boot          string // of the machine
	asks          askFiles
	absent        absents
	lights        lights
	flights       flights
	// ending is closed when the daemon stops; following holds those who follow commands of an earlier life until then.
	ending    chan struct{}
	end       func()
	following sync.WaitGroup
	// entering holds one for each connection that was accepted and isn't counted by the limits yet: they take descriptors too.
	entering chan struct{}
	work     sync.WaitGroup // every connection and every execution that is waited for
}

// New makes a daemon and loads its policy; an invalid policy is an error only for the log: then everything is denied.
func New(o Options) (*Daemon, error) {
	watch, err := pidfd.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("cannot watch processes: %v", err)
	}
	d := &Daemon{o: o, log: o.Logger, started: time.Now(), watch: watch, hasher: agentroot.NewHasher(o.MaxSealed), entering: make(chan struct{}, 16)}
	if err := agentroot.WritersKeptOut(); err != nil {
		d.hasher.Loose = true
		d.log.Warn("programs that agents can write count as remote in sessions", slog.Any("cause", err))
	}
	if d.o.Meter == nil {
		d.o.Meter = uncounted{}
	}
	if d.followed.watch, err = pidfd.NewWatcher(); err != nil {
		watch.Close()
		return nil, fmt.Errorf("cannot watch processes: %v", err)
	}
	d.steps.own, d.steps.launchers = d.openOwn(o.Shims), d.openOwn(o.Launchers)
	d.registered.opened, d.registered.over = make(chan opened), make(chan struct{})
	d.agents.limits = o.Limits.withDefaults().within(descriptorLimit())
	if d.stay, err = staying(o.ExitStatus); err != nil {
		watch.Close()
		d.followed.watch.Close()
		return nil, err
	}
	d.ending = make(chan struct{})
	d.end = sync.OnceFunc(func() { close(d.ending) })
	if d.o.Grace <= 0 {
		d.o.Grace = defaultGrace
	}
	d.lock.open(o.StateDir)
	if err := d.loadPolicy(); err != nil {
		d.log.Error("the policy is invalid", slog.Any("error", err), slog.Bool("last_good_in_force", d.policy.Load().Digest() != ""))
	}
	if err := d.record(&clawrden.Record{Event: clawrden.EventStarted, Reason: d.o.Version, Policy: d.policy.Load().Digest()}); err != nil {
		return d, err
	}
	d.noteVersion(clawrden.CameStarted, nil)
	d.openStage()
	d.goOn()
	return d, nil
}

// goOn takes up what an earlier life has left in the state directory: what runs, and what waits.
func (d *Daemon) goOn() {
	d.boot = bootID(os.ReadFile)
	d.asks.open(d.o.StateDir, d.log)
	d.sessions.files.open(d.o.StateDir, d.boot, d.log)
	d.flights.open(d.o.StateDir, d.log)
	ran := d.adopt()
	d.restoreAsks(ran)
	d.lost(ran)
}

// Serve accepts commands on a listener until it is closed. It may be called for several.
func (d *Daemon) Serve(ctx context.Context, l *net.UnixListener) error { return d.serve(ctx, l, "") }

// serve accepts commands on a listener, which may be a registered agent's.
func (d *Daemon) serve(ctx context.Context, l *net.UnixListener, agent string) error {
	if err := passCredentials(l); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	context.AfterFunc(ctx, d.end)
	for {
		conn, err := l.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			// Out of descriptors, most likely: those go that have sent nothing for longest.
			d.log.WarnContext(ctx, "cannot accept", slog.Any("error", err))
			d.agents.relieve()
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
				return nil
			}
			continue
		}
		d.o.Meter.Connected(socketShim)
		d.entering <- struct{}{} // given back as soon as the limits count the connection
		d.work.Go(func() { d.connection(ctx, conn, agent) })
	}
}

// Wait returns when nothing is in flight any more, or the context ends; in-place commands run on without the daemon.
func (d *Daemon) Wait(ctx context.Context) {
	done := make(chan struct{})
	go func() { d.work.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// Close writes the last record. Serve must have returned.
func (d *Daemon) Close() error {
	d.end()
	d.absent.close()
	d.lights.close(d.watch)
	d.following.Wait()
	d.live.close()
	d.closeStage()
	d.flushRefused()
	d.flushTally("")
	err := d.record(&clawrden.Record{Event: clawrden.EventStopped})
	d.watch.Close()
	d.followed.watch.Close()
	return err
}

// connection is one request from its first byte to its last record. agent is whose socket it came in on; "" for the shared one.
func (d *Daemon) connection(ctx context.Context, conn *net.UnixConn, agent string) {
	c, err := d.identify(conn)
	if err == nil {
		_ = conn.SetReadDeadline(c.arrived.Add(d.agents.limits.RequestTime)) // before another may make it pass
		c.place = d.agents.reading(c)
	}
	<-d.entering
	if err != nil {
		d.refuseUnknown(conn, err)
		return
	}
	defer c.close()
	c.request.Identity.User = d.o.UserName(c.peer.UID)
	defer d.recover(c)
	c.came = agent
	c.stopping = ctx.Done()
	if err := d.receive(ctx, c); err != nil {
		d.refuseMalformed(c, err)
		return
	}
	if c.late != nil {
		d.hearLate(c)
		return
	}
	if c.attach {
		d.takeBackRunning(c)
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.onHangUp(cancel)
	d.govern(ctx, c)
}

// recover answers a fault of the daemon's own: the one request is refused, the others go on.
func (d *Daemon) recover(c *call) {
	if v := recover(); v != nil {
		d.log.Error("internal error", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
		if c.outcome.Runs() && !c.begun.IsZero() {
			d.recordFinished(c, d.unrun(c, protocol.ExitFailed, errors.New("internal error in the daemon")))
			d.landed(c)
			return
		}
		c.outcome = clawrden.OutcomeDeny
		c.deny(protocol.ExitFailed, "internal error in the daemon")
		_ = d.recordDecided(c)
		c.reply.refuse(c.refusal())
	}
}

// govern takes one well-formed request from its facts to its end.
func (d *Daemon) govern(ctx context.Context, c *call) {
	if d.takesUp(ctx, c) {
		return
	}
	c.session, _ = d.steps.session(c.process())
	if c.can && !d.agents.mayAsk(&c.request.Identity, time.Now()) {
		c.reply.refuse(protocol.ExitFailed, "too many questions at once\nask again in a second")
		return
	}
	if c.ticket != (protocol.Ticket{}) {
		d.takeBack(c)
	}
	if !c.can && c.back == nil {
		d.name(c)
	}
	image := d.whose(ctx, c)
	if c.stranger != "" {
		c.turnAway()
	} else {
		d.understand(c)
		c.facts.Image = image
		c.ungoverned = d.ungoverned(c)
		if c.decision.Verdict != clawrden.Deny { // by its ticket
			d.resolve(ctx, c)
			d.compare(c)
		}
	}
	if c.ungoverned && c.ownPlace && !c.can {
		d.letPass(c)
		return
	}
	d.evaluate(ctx, c)
	if c.can {
		c.reply.answer(c)
		return
	}
	d.await(ctx, c)
	if c.parted = c.parted || c.parts(); c.parted {
		return
	}
	d.settle(ctx, c)
}

// whose finds out which container and which registered agent a request is of, and gives the container's image.
func (d *Daemon) whose(ctx context.Context, c *call) (image string) {
	at := c.request.Identity // with the container that its cgroup claims
	container, image := d.confirm(ctx, c)
	d.atHome(c)
	d.attest(c, container, at.Container != c.request.Identity.Container && !at.HostNS)
	if at.Agent = c.request.Identity.Agent; !c.can {
		d.places.note(&at)
	}
	return image
}

// settle records how a request was decided, and then refuses it or has it run.
func (d *Daemon) settle(ctx context.Context, c *call) {
	defer d.heard(c)
	if !c.recorded || !c.outcome.Runs() { // an earlier life may have done so
		if err := d.recordDecided(c); err != nil {
			d.fail(c, err)
			return
		}
		d.answered(c)
	}
	if !c.outcome.Runs() {
		d.trip(ctx, c)
		c.reply.refuse(c.refusal())
		return
	}
	if text := c.told(); text != "" {
		c.reply.note(c, text)
	}
	exit := d.execute(ctx, c)
	if c.parted {
		return // it runs on, and the next life records its end
	}
	d.recordFinished(c, exit)
	d.landed(c)
}
