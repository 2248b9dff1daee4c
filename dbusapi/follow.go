package dbusapi

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// announced is what the bus was told of: the oldest pending requests, with the values that were sent. Only follow changes
// it; calls read it.
type announced struct {
	mu     sync.Mutex
	shown  map[string]map[string]dbus.Variant // by id; the inner maps are never changed
	behind []string                           // ids of those that have no object yet, oldest first
}

func (a *announced) unlisted() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.behind)
}

func (a *announced) listed() map[string]map[string]dbus.Variant {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.shown)
}

// put keeps what is shown of a request, and gives what was shown before.
func (a *announced) put(id string, values map[string]dbus.Variant) (old map[string]dbus.Variant, had bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.shown == nil {
		a.shown = make(map[string]map[string]dbus.Variant)
	}
	old, had = a.shown[id]
	a.shown[id] = values
	return old, had
}

// wait queues a request behind, unless there is room or it is known.
func (a *announced) wait(id string) (room, known bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.shown[id]; ok {
		return false, true
	}
	if len(a.behind) == 0 && len(a.shown) < maxObjects {
		return true, false
	}
	if !slices.Contains(a.behind, id) {
		a.behind = append(a.behind, id)
	}
	return false, false
}

// drop forgets a request, and gives what was shown of it; nil if it had no object.
func (a *announced) drop(id string) map[string]dbus.Variant {
	a.mu.Lock()
	defer a.mu.Unlock()
	values := a.shown[id]
	delete(a.shown, id)
	if i := slices.Index(a.behind, id); i >= 0 {
		a.behind = slices.Delete(a.behind, i, i+1)
	}
	return values
}

// next takes the oldest that has no object, if there is room for one.
func (a *announced) next() (id string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.behind) == 0 || len(a.shown) >= maxObjects {
		return "", false
	}
	id = a.behind[0]
	a.behind = a.behind[1:]
	return id, true
}

// reset puts the queue in the place of what was known, and gives the ids of objects that are gone.
func (a *announced) reset(ids []string) (gone []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	there := make(map[string]bool, len(ids))
	for _, id := range ids {
		there[id] = true
	}
	for id := range a.shown {
		if !there[id] {
			gone = append(gone, id)
		}
	}
	a.behind = slices.DeleteFunc(ids, func(id string) bool { return a.shown[id] != nil })
	return gone
}

// follow keeps objects, properties and signals up to date until ctx ends. ready is closed when what waited at the start has
// its objects. A stream that broke off because the bus was slow is taken up again from the queue itself.
func (l *life) follow(ctx context.Context, ready chan<- struct{}) {
	var status map[string]dbus.Variant
	for ctx.Err() == nil {
		events, cancel := l.control.Subscribe(0)
		l.resync()
		status = l.tellStatus(status)
		if ready != nil {
			close(ready)
			ready = nil
		}
		for open := true; open; status = l.tellStatus(status) {
			open = l.batch(ctx, events)
		}
		cancel()
		select {
		case <-time.After(firstRetry): // a daemon that stops closes each new stream at once
		case <-ctx.Done():
		}
	}
	if ready != nil {
		close(ready)
	}
}

// batch takes one event and those that are there already, so that many changes at once make one signal of the manager's.
func (l *life) batch(ctx context.Context, events <-chan clawrden.Event) (open bool) {
	select {
	case e, ok := <-events:
		if !ok {
			return false
		}
		l.event(&e)
	case <-ctx.Done():
		return false
	}
	const most = 256
	for range most {
		select {
		case e, ok := <-events:
			if !ok {
				return false
			}
			l.event(&e)
		default:
			return true
		}
	}
	return true
}

func (l *life) event(e *clawrden.Event) {
	switch {
	case l.quiet:
	case e.Type == clawrden.LivePending && e.Pending != nil:
		if room, known := l.requests.wait(e.Pending.ID); room || known {
			l.announce(e.Pending.ID)
		}
	case e.Type == clawrden.LiveEscalated && e.Pending != nil:
		l.emit(ManagerPath, ManagerInterface+".RequestEscalated", e.Pending.ID, pathOf(e.Pending.ID))
	case e.Type == clawrden.LiveGranted && e.Grant != nil:
		l.emit(ManagerPath, ManagerInterface+".GrantNew", printable(e.Grant.ID, maxText), printable(e.Grant.Words, maxGrant))
	case e.Type == clawrden.LiveRevoked && e.Grant != nil:
		l.emit(ManagerPath, ManagerInterface+".GrantRemoved", printable(e.Grant.ID, maxText))
	case e.Type == clawrden.LiveDecided && e.Entry != nil && e.Entry.Decision != clawrden.OutcomeAllow: // which nobody was asked for
		if l.withdraw(e.Entry.ID, e.Entry.Decision) {
			l.refill()
		}
	}
}

// announce makes a request's object known, or what has changed of it. One that isn't pending any more is passed over: its
// end is on its way.
func (l *life) announce(id string) {
	p, err := l.exact(id)
	if err != nil {
		return
	}
	values := showRequest(&p)
	old, had := l.requests.put(id, values)
	if had {
		l.changed(pathOf(id), RequestInterface, requestProperties, old, values)
		return
	}
	l.emit(ManagerPath, objectsInterface+".InterfacesAdded", pathOf(id), map[string]map[string]dbus.Variant{RequestInterface: values})
	l.emit(ManagerPath, ManagerInterface+".RequestNew", id, pathOf(id))
}

// withdraw ends a request's object, and reports whether it had one.
func (l *life) withdraw(id string, outcome clawrden.Outcome) bool {
	values := l.requests.drop(id)
	if values == nil {
		return false
	}
	path := pathOf(id)
	l.changed(path, RequestInterface, requestProperties, values, withState(values, outcome))
	l.emit(ManagerPath, objectsInterface+".InterfacesRemoved", path, []string{RequestInterface})
	l.emit(ManagerPath, ManagerInterface+".RequestRemoved", id, path, string(outcome))
	return true
}

// refill gives objects to those that waited for room.
func (l *life) refill() {
	for {
		id, ok := l.requests.next()
		if !ok {
			return
		}
		l.announce(id)
	}
}

// unknown is the outcome of a request whose end was missed.
const unknown clawrden.Outcome = "unknown"

// resync compares what was announced with the queue.
func (l *life) resync() {
	if l.quiet {
		return
	}
	waiting := l.control.Queue()
	ids := make([]string, len(waiting))
	for i := range waiting {
		ids[i] = waiting[i].ID
	}
	for _, id := range l.requests.reset(ids) {
		l.withdraw(id, unknown)
	}
	l.refill()
}

// tellStatus signals what has changed of the manager's properties.
func (l *life) tellStatus(old map[string]dbus.Variant) map[string]dbus.Variant {
	now := l.showManager()
	if old != nil {
		l.changed(ManagerPath, ManagerInterface, managerProperties, old, now)
	}
	return now
}
