package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// Registry keeps the registered agents.
type Registry interface {
	Add(clawrden.Agent) (clawrden.Agent, error)
	Update(clawrden.Agent) error
	Remove(name string) (clawrden.Agent, error)
	Get(name string) (clawrden.Agent, bool)
	List() []clawrden.Agent
	// Of names the agent that a caller is by the kernel's word; container is what the engine calls the caller's. An error says
	// that it can't be told, because the caller stands in a container that no engine vouches for.
	Of(id *clawrden.Identity, container string, unconfirmed bool) (string, error)
}

// AgentSockets makes the sockets of registered agents, each in a directory of its own, and takes them away.
type AgentSockets interface {
	// Open fills in the agent's socket and group.
	Open(context.Context, *clawrden.Agent) (*net.UnixListener, error)
	Remove(*clawrden.Agent) error
	// Start is the line that starts the agent.
	Start(*clawrden.Agent) string
}

// registered are the sockets of registered agents.
type registered struct {
	changing sync.Mutex // one change at a time
	opened   chan opened
	over     chan struct{} // closed when no socket is served any more

	mu      sync.Mutex
	sockets map[string]*net.UnixListener
	failed  map[string]string // why an agent's socket isn't there
}

// opened is a socket that is to be served.
type opened struct {
	agent string
	l     *net.UnixListener
}

// ServeAgents opens the sockets of all registered agents, calls ready, and serves them, and those of agents that are added,
// until ctx ends. It may be called once. A socket that can't be opened is that agent's loss alone.
func (d *Daemon) ServeAgents(ctx context.Context, ready func()) {
	if d.o.Registry == nil {
		ready()
		return
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer d.registered.closeAll()
	defer close(d.registered.over)
	serve := func(o opened) {
		serving.Go(func() {
			if err := d.serve(ctx, o.l, o.agent); err != nil {
				d.log.ErrorContext(ctx, "an agent's socket is not served any more", slog.String("agent", o.agent), slog.Any("error", err))
			}
		})
	}
	serving.Go(func() { d.openAll(ctx); ready() })
	for {
		select {
		case o := <-d.registered.opened:
			serve(o)
		case <-ctx.Done():
			return
		}
	}
}

func (d *Daemon) openAll(ctx context.Context) {
	for _, a := range d.o.Registry.List() {
		if err := d.openOne(ctx, a.Name); err != nil {
			d.log.ErrorContext(ctx, "an agent has no socket", slog.String("agent", a.Name), slog.Any("error", err))
		}
	}
}

func (d *Daemon) openOne(ctx context.Context, name string) error {
	d.registered.changing.Lock()
	defer d.registered.changing.Unlock()
	a, there := d.o.Registry.Get(name)
	if !there {
		return nil // removed meanwhile
	}
	_, err := d.open(ctx, a)
	if err != nil {
		d.registered.note(name, err.Error())
	}
	return err
}

// open makes an agent's socket and has it served.
func (d *Daemon) open(ctx context.Context, a clawrden.Agent) (clawrden.Agent, error) {
	before := a
	l, err := d.o.AgentSockets.Open(ctx, &a)
	if err != nil {
		return a, err
	}
	if before.Socket != a.Socket || before.Group != a.Group || (before.GID == nil) != (a.GID == nil) || a.GID != nil && *before.GID != *a.GID {
		err = d.o.Registry.Update(a)
	}
	if err == nil {
		d.registered.put(a.Name, l)
		select {
		case d.registered.opened <- opened{a.Name, l}:
			return a, nil
		case <-d.registered.over:
			err = errors.New("the daemon is stopping")
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	d.registered.close(a.Name)
	_ = l.Close()
	return a, errors.Join(err, d.o.AgentSockets.Remove(&a))
}

func (r *registered) put(name string, l *net.UnixListener) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sockets == nil {
		r.sockets = map[string]*net.UnixListener{}
	}
	r.sockets[name] = l
	delete(r.failed, name)
}

func (r *registered) note(name, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = map[string]string{}
	}
	r.failed[name] = why
}

func (r *registered) close(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := r.sockets[name]; l != nil {
		_ = l.Close()
	}
	delete(r.sockets, name)
	delete(r.failed, name)
}

func (r *registered) closeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.sockets {
		_ = l.Close()
	}
	clear(r.sockets)
}

func (r *registered) why(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed[name]
}

// Agents gives the registered agents by name.
func (d *Daemon) Agents() []clawrden.Agent {
	if d.o.Registry == nil {
		return nil
	}
	list := d.o.Registry.List()
	for i := range list {
		list[i].Start, list[i].Error = d.o.AgentSockets.Start(&list[i]), d.registered.why(list[i].Name)
	}
	return list
}

// AddAgent registers an agent, makes its socket and serves it. What can't be made or recorded isn't registered.
func (d *Daemon) AddAgent(ctx context.Context, by clawrden.Caller, w clawrden.AgentWish) (clawrden.Agent, error) {
	if d.o.Registry == nil {
		return clawrden.Agent{}, fmt.Errorf("%w: this daemon registers no agents", clawrden.ErrBadRequest)
	}
	if err := d.knowsTeam(w.Team); err != nil {
		return clawrden.Agent{}, err
	}
	who := d.approver(by)
	d.registered.changing.Lock()
	defer d.registered.changing.Unlock()
	a, err := d.o.Registry.Add(clawrden.Agent{
		Name: w.Name, User: w.User, Unit: w.Unit, Container: w.Container, Team: w.Team, Added: &clawrden.Timestamp{Time: time.Now()}, By: who,
	})
	if err != nil {
		return a, err
	}
	undo := func(err error) (clawrden.Agent, error) {
		_, undone := d.o.Registry.Remove(a.Name)
		return a, errors.Join(err, undone)
	}
	if a, err = d.open(ctx, a); err != nil {
		return undo(fmt.Errorf("%w: agent %s can't have a socket: %v", clawrden.ErrBadRequest, a.Name, err))
	}
	if err := d.record(agentRecord(clawrden.EventAdded, &a, who)); err != nil {
		d.registered.close(a.Name)
		return undo(errors.Join(fmt.Errorf("the agent can't be recorded, so it was not added: %w", err), d.o.AgentSockets.Remove(&a)))
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveAgents, Message: person(who) + " added the agent " + a.Name + ": " + a.Who()})
	a.Start = d.o.AgentSockets.Start(&a)
	return a, nil
}

// RemoveAgent takes an agent away, and ends what it has begun: what waits is cancelled and told so, what runs is killed. It
// says so in a sentence.
func (d *Daemon) RemoveAgent(ctx context.Context, by clawrden.Caller, name string) (message string, err error) {
	if d.o.Registry == nil {
		return "", clawrden.Missing("there is no agent %s", clawrden.Text(name))
	}
	who := d.approver(by)
	d.registered.changing.Lock()
	defer d.registered.changing.Unlock()
	a, err := d.o.Registry.Remove(name)
	if err != nil {
		return "", err
	}
	// From here on none of its requests begins to run: see removed.
	d.registered.close(name)
	gone := d.o.AgentSockets.Remove(&a)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTime) // whoever asked for it may go away
	defer cancel()
	whom := clawrden.WhomOf(&clawrden.Identity{Agent: name})
	s := &stopping{d: d, whom: whom}
	s.executions(ctx, clawrden.KillRunning)
	cancelled := d.cancel(whom, person(who)+" removed the agent "+name)
	s.work.Wait()
	message = fmt.Sprintf("%d running commands were killed, %d waiting requests were cancelled", s.result.Killed, cancelled)
	for _, why := range s.result.Unreached {
		message += "; not reached: " + why
	}
	if gone != nil {
		message += fmt.Sprintf(" (its socket is closed, but something of it is left: %v)", gone)
	}
	_ = d.record(agentRecord(clawrden.EventRemoved, &a, who))
	d.live.publish(clawrden.Event{Type: clawrden.LiveAgents, Message: person(who) + " removed the agent " + name + ": " + message})
	return message, nil
}

func agentRecord(event string, a *clawrden.Agent, who *clawrden.Approver) *clawrden.Record {
	return &clawrden.Record{Event: event, Agent: a.Name, Reason: a.Who(), Approver: who}
}

// attest puts the registered agent's name on a request: by the socket that it came in on, and by what the agent is known by.
// Where the two disagree nothing of it runs.
func (d *Daemon) attest(c *call, container string, unconfirmed bool) {
	if d.o.Registry == nil {
		return
	}
	id, came := &c.request.Identity, c.came
	name, err := d.o.Registry.Of(id, container, unconfirmed)
	switch {
	case err != nil:
		c.stranger = "cannot tell which agent this is: " + err.Error()
		return
	case name == came, came == "":
		id.Agent = name
		return
	}
	a, there := d.o.Registry.Get(came)
	switch {
	case !there:
		c.stranger = fmt.Sprintf("agent %s has been removed", came)
	case name != "":
		c.stranger = fmt.Sprintf("this is the socket of agent %s, and the caller is agent %s", came, name)
	case a.User == "" && a.Unit == "" && a.Container == "":
		id.Agent = came
	default:
		c.stranger = fmt.Sprintf("this is the socket of agent %s, which is %s; the caller is %s", came, a.Who(), whereabouts(id))
	}
}

// whereabouts says in words what the kernel tells of a caller.
func whereabouts(id *clawrden.Identity) string {
	words := []string{fmt.Sprintf("uid %d", id.UID)}
	if id.User != "" {
		words[0] = "user " + id.User
	}
	if id.Unit != "" {
		words = append(words, "unit "+shown(id.Unit, 100))
	}
	if len(id.Container) >= 12 {
		words = append(words, "container "+id.Container[:12])
	}
	return strings.Join(words, ", ")
}

// turnAway denies a request that came by a socket that isn't its caller's.
func (c *call) turnAway() {
	c.deny(protocol.ExitDenied, c.stranger)
	c.hint = "a retry will be denied too; use the socket that an operator has given you (CLAWRDEN_SOCKET)"
}

// removed tells that a request is of an agent which is registered no longer. It is looked at when the request counts as
// running, so that what a removal doesn't find running doesn't begin to.
func (d *Daemon) removed(c *call) error {
	name := c.request.Identity.Agent
	if name == "" || d.o.Registry == nil {
		return nil
	}
	if _, there := d.o.Registry.Get(name); !there {
		return fmt.Errorf("agent %s has been removed", name)
	}
	return nil
}
