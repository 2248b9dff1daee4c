package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// The second way in: the guard holds an exec of a session at its stop and asks. It goes the same way as a shim's request,
// from its facts to its records; what differs is that the kernel has said already which file runs.

// ServeGuard takes what the guard holds, until the listener is closed. Only the daemon's own user may connect.
func (d *Daemon) ServeGuard(ctx context.Context, l *net.UnixListener) error {
	context.AfterFunc(ctx, d.followed.leave)
	for {
		conn, err := l.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			d.log.WarnContext(ctx, "cannot accept the guard", slog.Any("error", err))
			select {
			case <-time.After(50 * time.Millisecond):
				continue
			case <-ctx.Done():
				return nil
			}
		}
		d.o.Meter.Connected(socketGuard)
		d.work.Go(func() {
			defer func() { _ = conn.Close() }()
			stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
			defer stop()
			if err := d.guardConnection(ctx, conn); err != nil && ctx.Err() == nil {
				d.log.ErrorContext(ctx, "the guard's connection", slog.Any("error", err))
			}
		})
	}
}

// guardConnection judges one exec after the other.
func (d *Daemon) guardConnection(ctx context.Context, conn *net.UnixConn) error {
	p, err := peercred.Of(conn)
	if err != nil {
		return err
	}
	// The guard's unit has a mount namespace of its own.
	own := (p.HostNS || p.OnHostButMounts() && !peercred.InGovernedSlice(p.Cgroup)) && p.UID == uint32(os.Geteuid())
	defer p.Close()
	if !own {
		d.o.Meter.Refused(refusedStranger)
		_ = d.record(&clawrden.Record{Event: clawrden.EventRefused, Identity: &p.Identity, Decision: clawrden.OutcomeDeny, Reason: "it is not the guard and spoke as the guard"})
		return fmt.Errorf("uid %d is not the guard", p.UID)
	}
	r := newGuardReader(conn)
	f, err := r.read()
	if err == nil && f.t == guardlink.TypeStart {
		return d.guardSession(ctx, conn, r, f)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	link, broken := openLink(conn, r)
	if broken != nil {
		closeAll(f.fds)
		return broken
	}
	defer link.until(ctx)()
	for ; !errors.Is(err, io.EOF); f, err = link.read() {
		h, fds, err := f.held(err)
		if err != nil {
			closeAll(fds)
			link.write(guardlink.AppendRefuse(nil, protocol.ExitFailed, err.Error()))
			return err
		}
		if gone := d.holding(ctx, link, h, fds); gone || ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// holding takes one held exec to its verdict; gone is set where the guard says that its process has died.
func (d *Daemon) holding(ctx context.Context, link *heldLink, h *guardlink.Held, fds []int) (gone bool) {
	here, cancel := context.WithCancel(ctx) // while somebody waits for the verdict
	defer cancel()
	reply := &heldReply{link: link, watch: d.watch, stopping: ctx.Done(), left: make(chan struct{}), cancel: cancel}
	c := &call{arrived: time.Now(), held: &heldExec{session: h.Session, lesser: h.Lesser, elsewhere: h.Elsewhere, asked: h.Asked, argv: h.Argv, exe: fds[1], caller: h.Caller, image: h.Image}, hungUp: reply.left, reply: reply, stopping: ctx.Done()}
	if h.Cwd {
		c.cwd = os.NewFile(uintptr(fds[2]), "cwd")
	}
	defer func() { _ = unix.Close(c.held.exe) }()
	var err error
	if c.peer, err = peercred.OfPidfd(fds[0]); err != nil {
		d.o.Meter.Refused(refusedUnidentified)
		_ = d.record(&clawrden.Record{
			Event: clawrden.EventRefused, Way: clawrden.WayGuard, Session: h.Session, Decision: clawrden.OutcomeDeny,
			Reason: "cannot tell who is calling: " + err.Error(),
		})
		reply.refuse(protocol.ExitFailed, "cannot tell who is calling: "+err.Error())
		c.closeDescriptors()
		return false
	}
	// What its file is called isn't known yet; where that can't be found out, the record has what it calls itself.
	c.request = clawrden.Request{Way: clawrden.WayGuard, Tool: path.Base(h.Argv[0]), Argv: h.Argv, Env: h.Env, Identity: c.peer.Identity, Received: c.arrived}
	c.request.Identity.User = d.o.UserName(c.peer.UID)
	d.stepOrGovern(here, c, h.Why)
	return reply.end()
}

// stepOrGovern lets a held exec through that is a step of a request, and takes any other its way. refusal is why the guard refuses it.
func (d *Daemon) stepOrGovern(ctx context.Context, c *call, refusal string) {
	handed := false // to who follows it
	defer func() {
		if !handed {
			c.close()
		}
	}()
	defer d.recover(c)
	c.held.after = d.followed.takeAfter(c.process())
	if refusal == "" {
		var through bool
		if through, refusal = d.step(ctx, c); through {
			c.reply.started(c)
			return
		}
	}
	if refusal != "" {
		c.deny(protocol.ExitDenied, refusal)
	}
	handed = d.governHeld(ctx, c)
}

// governHeld is govern for an exec that the guard holds. handed is set where the call goes on to be followed.
func (d *Daemon) governHeld(ctx context.Context, c *call) (handed bool) {
	d.name(c)
	c.facts.Image = d.whose(ctx, c)
	if c.stranger != "" {
		c.turnAway()
	}
	d.startedBy(c)
	d.resolve(ctx, c)
	d.rejoinHeld(c)
	expected := c.held.after.expects(c)
	if expected {
		c.counted = c.held.after.counted
	}
	c.count(d.count(c, d.policy.Load().Counts(&c.facts)))
	d.evaluate(ctx, c)
	if d.goesOn(c, expected) {
		d.passOn(c)
		return false
	}
	d.await(ctx, c)
	if c.parted = c.parted || c.parts(); c.parted {
		return false
	}
	if c.outcome.Runs() {
		if err := d.pack(ctx, c); err != nil {
			c.deny(protocol.ExitDenied, err.Error())
			c.outcome = clawrden.OutcomeDeny
		}
	}
	counted := d.tallied(c)
	if counted {
		d.answered(c)
	} else if !c.recorded || !c.outcome.Runs() { // an earlier life may have done so
		if err := d.recordDecided(c); err != nil {
			d.heard(c)
			d.fail(c, err)
			return false
		}
		d.answered(c)
	}
	c.begun = time.Now()
	if c.outcome.Runs() && c.leaves() {
		d.sendAway(c)
		return true
	}
	defer d.heard(c)
	if !c.outcome.Runs() {
		c.reply.refuse(c.refusal())
		return false
	}
	d.letRun(c, counted)
	return true
}

// letRun has the guard let the process go, and follows it.
func (d *Daemon) letRun(c *call, counted bool) {
	f, before := d.prepare(c, counted)
	if before != nil {
		defer before.wentOn(c.request.ID)
	}
	defer f.begin()
	d.remember(c)
	c.reply.started(c)
	c.closeDescriptors()
	c.closeTool()
	c.slim()
}

// heldExec is what a call of the guard's has beside the rest.
type heldExec struct {
	session string
	lesser  bool // its session is no boundary
	asked   string
	// elsewhere is set where the process has mounts or a root directory of its own.
	elsewhere bool
	argv      []string         // as the kernel has it
	words     []string         // as a person has changed it; nil where nobody has
	exe       int              // the file that runs, open for reading
	caller    guardlink.Origin // of the program that started it
	image     guardlink.Origin // of what it becomes
	lineage   *lineage         // of its session; nil where that isn't known
	also      []clawrden.Facts // further readings of what runs; the strictest counts
	copied    bool             // it runs from a sealed copy, since it could be changed meanwhile
	shim      string           // where its process reaches the shim; "" where it hasn't been looked for, or noShim says why it can't
	noShim    error
	after     *afterEnv // what its process was expected to become, if anything
	byPath    bool      // and PATH leads to the interpreter of what it becomes
}
