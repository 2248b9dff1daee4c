// Package daemon is the way of one command: accept, identify, understand, resolve, evaluate, await, record, execute,
// record. It reads top to bottom: this file is the story, each step has a file of its own.
//
// It knows no policy language, no approval store, no audit file and no executor: it declares the small interfaces that it
// calls, and cmd/clawrdend wires them. Every error between accept and execute is a deny, recorded; nothing runs before its
// "decided" record is written; nothing that an agent sends is believed about who it is.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/pidfd"
	"github.com/clawrden/clawrden/protocol"
)

// Daemon governs commands. It is safe for concurrent use.
type Daemon struct {
	o          Options
	log        *slog.Logger
	started    time.Time
	policy     atomic.Pointer[loaded]
	unrecorded atomic.Pointer[clawrden.Unrecorded] // nil while records are written
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
