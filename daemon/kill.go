package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/proctree"
)

// Keeper pauses, continues and ends all that lives in a unit (systemd) or a container (its engine). job.ErrGone is for a
// place where nothing lives.
type Keeper interface {
	Pause(ctx context.Context, name string) error
	Resume(ctx context.Context, name string) error
	Kill(ctx context.Context, name string) error
}

// The kinds of places, as in "unit:NAME".
const (
	placeUnit      = "unit"
	placeContainer = "container"
	placeProcess   = "process" // process:PID:START, with its descendants
)

// killTime is how long the kill switch waits for systemd and for an engine. New commands are refused meanwhile, and what
// needs neither is dead long before.
const killTime = 5 * time.Second

// agentsSlice is the unit that all agents live in which are units themselves.
const agentsSlice = "clawrden-agents.slice"

// Kill throws the kill switch: first nothing new runs, then what runs and what waits is ended.
func (d *Daemon) Kill(ctx context.Context, by clawrden.Caller, o clawrden.KillOrder) (clawrden.KillResult, error) {
	if err := d.mayThrow(by, o.Agent); err != nil {
		return clawrden.KillResult{}, err
	}
	whom, err := clawrden.ParseWhom(o.Agent, d.uid)
	if err != nil {
		return clawrden.KillResult{}, err
	}
	if name := whom.Agent(); name != "" && !d.isRegistered(name) {
		return clawrden.KillResult{}, clawrden.Missing("no agent %s is registered, so nothing was stopped; `clawrden agent list` has the names", name)
	}
	if err := d.lock.turn(whom, o.Reason, d.personAt(by)); err != nil {
		return clawrden.KillResult{}, err
	}
	return d.stop(ctx, whom, &clawrden.Record{Event: clawrden.EventKilled, Reason: o.Reason, Approver: d.approver(by)}), nil
}

func (d *Daemon) isRegistered(name string) bool {
	if d.o.Registry == nil {
		return false
	}
	_, ok := d.o.Registry.Get(name)
	return ok
}

// trip counts a denial, and throws the switch by itself where the policy says that there were too many.
func (d *Daemon) trip(ctx context.Context, c *call) {
	k := d.policy.Load().KillSwitch()
	whom := clawrden.WhomOf(&c.request.Identity)
	if k.Denials == 0 || c.locked || !d.denials.reached(whom, &k, time.Now()) {
		return
	}
	reason := fmt.Sprintf("%s had %d commands denied within %v", whom, k.Denials, k.Within)
	if k.All {
		whom = clawrden.Whom{}
	}
	if err := d.lock.turn(whom, reason, "the policy"); err != nil {
		d.log.ErrorContext(ctx, "the kill switch did not throw itself", slog.String("agent", whom.String()), slog.Any("error", err))
		return
	}
	id := c.request.Identity
	r := &clawrden.Record{Event: clawrden.EventKilled, Reason: reason, Identity: &id, Rules: []clawrden.RuleRef{k.Place}}
	ctx = context.WithoutCancel(ctx)
	d.work.Go(func() { d.stop(ctx, whom, r) })
}

// stop ends or pauses what there is of an agent, once nothing new of it runs, and puts all that on record. The lock is written to the
// disk meanwhile, so that a slow one keeps nothing alive.
func (d *Daemon) stop(ctx context.Context, whom clawrden.Whom, r *clawrden.Record) clawrden.KillResult {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime) // whoever asked for it may go away
	defer cancel()
	k := d.policy.Load().KillSwitch()
	s := &stopping{d: d, whom: whom, result: clawrden.KillResult{Whom: whom.String()}}
	var kept error // why a restart would forget the lock
	s.sessions(ctx, k.Running)
	s.work.Go(func() { kept = d.lock.keep() })
	s.executions(ctx, k.Running)
	s.result.Cancelled = d.cancel(whom, "the kill switch was thrown")
	s.agents(ctx, k.Agents)
	s.work.Wait()
	if err := d.lock.paused(whom, s.paused); err != nil && kept == nil {
		kept = err
	}
	s.result.Message = s.message(kept)
	if kept != nil {
		d.log.ErrorContext(ctx, "the kill switch is on, but a restart would forget it", slog.Any("error", kept))
	}
	res := &s.result
	r.Whom, r.Cancelled, r.Killed, r.Paused, r.Stopped, r.Unreached = res.Whom, res.Cancelled, res.Killed, res.Paused, res.Stopped, res.Unreached
	_ = d.record(r)
	d.live.publish(clawrden.Event{Type: clawrden.LiveKilled, Message: res.Message})
	return *res
}

// cancel ends what waits for a person.
func (d *Daemon) cancel(whom clawrden.Whom, why string) int {
	if whom.Everybody() {
		return d.o.Queue.CancelAll(why)
	}
	n := 0
	for _, a := range d.o.Queue.List() {
		if whom.Covers(&a.Request.Identity) {
			if _, err := d.o.Queue.Cancel(a.ID, why); err == nil {
				n++
			}
		}
	}
	return n
}

// stopping is one throw of the switch, at work.
type stopping struct {
	d    *Daemon
	whom clawrden.Whom
	work sync.WaitGroup

	mu     sync.Mutex
	result clawrden.KillResult
	paused []string
}

// executions kills or pauses the commands in flight: those in place at once, for they need nobody else, the others beside
// each other, so that a bus or an engine that doesn't answer holds up nothing.
func (s *stopping) executions(ctx context.Context, mode clawrden.KillMode) {
	if mode == clawrden.KillLeave {
		return
	}
	found := s.d.running.of(s.whom)
	defer func() {
		for i := range found {
			found[i].close()
		}
	}()
	var roots []proctree.Root
	for i := range found {
		e := found[i]
		switch {
		case e.pidfd >= 0:
			roots = append(roots, e.root())
		case mode == clawrden.KillPause && e.place != "":
			s.work.Go(func() { s.pauseExecution(ctx, &e) })
		default:
			s.killed(1) // what has no place of its own can't be paused; ended is safe, running on isn't
			s.work.Go(e.kill)
		}
	}
	var err error
	if mode == clawrden.KillPause {
		err = proctree.Stop(roots)
		s.mu.Lock()
		s.result.Paused += len(roots)
		for i := range roots {
			s.paused = append(s.paused, fmt.Sprintf("%s:%d:%d", placeProcess, roots[i].PID, roots[i].Start))
		}
		s.mu.Unlock()
	} else {
		err = proctree.Kill(roots)
		s.killed(len(roots))
	}
	if err != nil {
		s.unreached("what commands have started: " + err.Error())
	}
}

func (s *stopping) pauseExecution(ctx context.Context, e *execution) {
	if err := s.d.keep(ctx, e.place, Keeper.Pause); err != nil {
		e.kill()
		s.killed(1)
		s.unreached(fmt.Sprintf("%s could not be paused and was killed: %v", e.place, err))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Paused++
	s.paused = append(s.paused, e.place)
}

// agents pauses or kills the units and containers that agents live in.
func (s *stopping) agents(ctx context.Context, mode clawrden.KillMode) {
	do := Keeper.Kill
	switch mode {
	case clawrden.KillPause:
		do = Keeper.Pause
	case clawrden.KillRunning:
	case clawrden.KillLeave, "":
		return
	}
	places := s.d.places.of(s.whom)
	if len(places) == 0 {
		s.unreached("no unit or container of " + s.whom.String() + " is known, so what it runs beside governed commands goes on")
	}
	for _, place := range places {
		s.work.Go(func() {
			err := s.d.keep(ctx, place, do)
			s.mu.Lock()
			defer s.mu.Unlock()
			switch {
			case errors.Is(err, job.ErrGone):
			case err != nil:
				s.result.Unreached = append(s.result.Unreached, fmt.Sprintf("%s: %v", place, err))
			default:
				s.result.Stopped = append(s.result.Stopped, place)
				if mode == clawrden.KillPause {
					s.paused = append(s.paused, place)
				}
			}
		})
	}
}

func (s *stopping) killed(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Killed += n
}

func (s *stopping) unreached(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Unreached = append(s.result.Unreached, what)
}

// message says all of it.
func (s *stopping) message(kept error) string {
	var b strings.Builder
	r := &s.result
	fmt.Fprintf(&b, "%d running commands were killed", r.Killed)
	if r.Paused > 0 {
		fmt.Fprintf(&b, ", %d were paused", r.Paused)
	}
	fmt.Fprintf(&b, ", %d waiting requests were cancelled; ", r.Cancelled)
	if len(r.Stopped) > 0 {
		fmt.Fprintf(&b, "also stopped: %s; ", strings.Join(r.Stopped, ", "))
	}
	if s.whom.Everybody() {
		b.WriteString("everything is refused until it is unlocked")
	} else {
		fmt.Fprintf(&b, "everything of %s is refused until that is unlocked", s.whom)
	}
	if len(r.Unreached) > 0 {
		fmt.Fprintf(&b, "; NOT reached: %s", strings.Join(r.Unreached, "; "))
	}
	if kept != nil {
		fmt.Fprintf(&b, " (a restart of the daemon would forget this: %v)", kept)
	}
	return b.String()
}

// keep has a place's keeper do something.
func (d *Daemon) keep(ctx context.Context, place string, do func(Keeper, context.Context, string) error) error {
	kind, name, _ := strings.Cut(place, ":")
	k := d.o.Keepers[kind]
	if k == nil {
		return fmt.Errorf("this daemon has no way to reach a %s", kind)
	}
	return do(k, ctx, name)
}

// Unlock turns the kill switch off for everybody, or for one agent, and lets go on what it has paused. What it is on for
// besides stays so.
func (d *Daemon) Unlock(ctx context.Context, by clawrden.Caller, agent string) (string, error) {
	whom, err := clawrden.ParseWhom(agent, d.uid)
	if err != nil {
		return "", err
	}
	if err := d.record(&clawrden.Record{Event: clawrden.EventUnlocked, Approver: d.approver(by), Whom: whom.String()}); err != nil {
		return "", err
	}
	was, err := d.lock.clear(whom)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime)
	defer cancel()
	message := "the kill switch is off"
	if !whom.Everybody() {
		message += " for " + whom.String()
	}
	var failed []string
	for _, place := range was.Paused {
		if err := d.resume(ctx, place); err != nil && !errors.Is(err, job.ErrGone) {
			failed = append(failed, fmt.Sprintf("%s: %v", place, err))
		}
	}
	if len(failed) > 0 {
		message += "; still paused: " + strings.Join(failed, "; ")
		d.log.ErrorContext(ctx, "what was paused could not be continued", slog.String("places", strings.Join(failed, "; ")))
	}
	if others := d.lock.all(); len(others) > 0 {
		message += fmt.Sprintf("; it is still on for %d agents (clawrden status)", len(others))
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveUnlocked, Message: message})
	return message, nil
}

// resume lets a place go on.
func (d *Daemon) resume(ctx context.Context, place string) error {
	rest, isProcess := strings.CutPrefix(place, placeProcess+":")
	if !isProcess {
		return d.keep(ctx, place, Keeper.Resume)
	}
	pid, start, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(pid)
	if err != nil {
		return err
	}
	began, err := strconv.ParseUint(start, 10, 64)
	if err != nil {
		return err
	}
	root, err := proctree.Open(n, began)
	if err != nil {
		return job.ErrGone
	}
	defer root.Close()
	return proctree.Continue([]proctree.Root{root})
}
