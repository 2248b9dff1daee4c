package bridge

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"
)

const (
	sendTime = 20 * time.Second // for one message, also when the bridge is to end
	maxList  = 20               // asks that one list shows
)

// job is one thing to tell the service.
type job struct {
	kind    string // post, edit, remind
	message *posted
	shown   *Message
	digest  string
}

// outbox is where the sending stands; only its own goroutine uses it.
type outbox struct {
	failures map[string]int       // in a row, by place
	until    map[string]time.Time // when a place is tried again
	all      time.Time            // when the service may be asked at all
	budget   float64              // messages that may be sent at once
	counted  time.Time
}

// send brings the service in line with the book until ctx ends.
func (b *Bridge) send(ctx context.Context) error {
	o := outbox{failures: map[string]int{}, until: map[string]time.Time{}, budget: b.burst(), counted: time.Now()}
	for ctx.Err() == nil {
		for b.inFull(ctx) {
			continue
		}
		more := b.lookAhead(ctx)
		now := time.Now()
		b.mu.Lock()
		j, next := b.next(&o, now)
		b.mu.Unlock()
		if j != nil {
			if wait := b.spend(&o, now); wait > 0 {
				j, next = nil, now.Add(wait)
			}
		}
		if j != nil {
			if err := b.do(ctx, &o, j); err != nil {
				return err
			}
			continue
		}
		if more {
			continue
		}
		if err := b.sleep(ctx, next); err != nil {
			return nil //nolint:nilerr // it was to end
		}
	}
	return nil
}

func (b *Bridge) sleep(ctx context.Context, until time.Time) error {
	var alarm <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(max(time.Until(until), time.Millisecond))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.wake:
	case <-alarm:
	}
	return nil
}

// burst is how many messages may be sent at once: a sixth of what a minute has.
func (b *Bridge) burst() float64 { return max(float64(b.o.Bridge.Rate)/6, 1) }

// spend takes one message from the budget, or says how long to wait for it.
func (b *Bridge) spend(o *outbox, now time.Time) time.Duration {
	if b.o.Bridge.Rate <= 0 {
		return 0
	}
	each := time.Minute / time.Duration(b.o.Bridge.Rate)
	o.budget = min(o.budget+float64(now.Sub(o.counted))/float64(each), b.burst())
	o.counted = now
	if o.budget < 1 {
		return time.Duration((1 - o.budget) * float64(each))
	}
	o.budget--
	return 0
}

// inFull asks for the look at the commands inside, which lists of asks don't have; true if there are more to ask for.
func (b *Bridge) inFull(ctx context.Context) bool {
	b.mu.Lock()
	var want []string
	for id, a := range b.book.Asks {
		if a.pending != nil && a.end == nil && a.test == nil && !a.full && len(want) < maxList {
			a.full = true
			want = append(want, id)
		}
	}
	b.mu.Unlock()
	for _, id := range want {
		if p, err := b.o.Daemon.Pending(ctx, id); err == nil {
			b.mu.Lock()
			b.waiting(&p, false, true)
			b.mu.Unlock()
		}
	}
	return len(want) == maxList && ctx.Err() == nil
}

// next finds what is to be told first, or when to look again; the zero time is never. What has ended comes first, since its buttons
// are still there. The lock is held.
func (b *Bridge) next(o *outbox, now time.Time) (*job, time.Time) {
	b.health.waiting = 0
	if now.Before(o.all) {
		return nil, o.all
	}
	var first *job
	var next time.Time
	soonest := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	b.expireTests(now, soonest)
	consider := func(j *job) {
		b.health.waiting++
		if until := o.until[j.message.To]; now.Before(until) {
			soonest(until)
			return
		}
		if first == nil || rank(j) < rank(first) {
			first = j
		}
	}
	for _, m := range b.book.Messages {
		if j := b.due(m, now, soonest); j != nil {
			consider(j)
		}
	}
	if first == nil {
		b.fresh(now, soonest, consider)
	}
	return first, next
}

// rank orders jobs: ends, then sendings that were begun, then new ones, then reminders.
func rank(j *job) int {
	switch {
	case j.kind == "edit" && j.shown.Over():
		return 0
	case j.kind == "post":
		return 1
	case j.kind == "edit":
		return 2
	}
	return 3
}

// due is what is to be done about a message that is in the book.
func (b *Bridge) due(m *posted, now time.Time, soonest func(time.Time)) *job {
	if m.Abandoned || m.Final {
		return nil
	}
	shown := b.render(m)
	if shown == nil {
		return nil // the daemon hasn't been asked yet
	}
	digest := digestOf(shown)
	switch {
	case !m.Sent && shown.Over() && !b.traits().Late:
		m.Final = true // it ended before it could be told
		return nil
	case !m.Sent:
		return &job{"post", m, shown, digest}
	case m.Shown != digest:
		return &job{"edit", m, shown, digest}
	case shown.Over():
		m.Final = true
		return nil
	}
	every := b.remind(m.Route)
	if every == 0 || m.List {
		return nil
	}
	last := m.At
	if m.Reminded.After(last) {
		last = m.Reminded
	}
	if at := last.Add(every); now.Before(at) {
		soonest(at)
		return nil
	}
	return &job{"remind", m, shown, digest}
}

// fresh finds asks that have no message where they should have one, and puts that message into the book.
func (b *Bridge) fresh(now time.Time, soonest func(time.Time), consider func(*job)) {
	has := map[place]map[string]bool{}
	for _, m := range b.book.Messages {
		at := place{Route: m.Route, To: m.To}
		if has[at] == nil {
			has[at] = map[string]bool{}
		}
		for _, id := range m.Asks {
			has[at][id] = true
		}
	}
	var order []place
	missing := map[place][]string{}
	for _, a := range b.inOrder() {
		if a.pending == nil || a.end != nil && !b.traits().Late {
			continue
		}
		all, next := b.places(a, now)
		if a.end == nil {
			soonest(next)
		}
		for _, p := range all {
			at := place{Route: p.Route, To: p.To}
			if has[at][a.ID] {
				continue
			}
			if missing[at] == nil {
				order = append(order, at)
			}
			missing[at] = append(missing[at], a.ID)
		}
	}
	for _, at := range order {
		ids := missing[at]
		m := &posted{Nonce: newNonce(), Route: at.Route, To: at.To, At: now, Asks: ids[:1]}
		if !b.traits().Late && b.o.Bridge.Batch > 0 && len(ids) >= b.o.Bridge.Batch {
			m.Asks, m.List = ids[:min(len(ids), maxList)], true
		}
		m.Key = "m" + m.Nonce
		if shown := b.render(m); shown != nil {
			consider(&job{"post", m, shown, digestOf(shown)})
			b.health.waiting += len(ids) - len(m.Asks)
		}
	}
}

// inOrder gives the asks, oldest first.
func (b *Bridge) inOrder() []*ask {
	all := make([]*ask, 0, len(b.book.Asks))
	for _, a := range b.book.Asks {
		all = append(all, a)
	}
	slices.SortFunc(all, func(x, y *ask) int {
		if x.pending != nil && y.pending != nil {
			if c := x.pending.Created.Compare(y.pending.Created.Time); c != 0 {
				return c
			}
		}
		return strings.Compare(x.ID, y.ID)
	})
	return all
}

func (b *Bridge) expireTests(now time.Time, soonest func(time.Time)) {
	for id, a := range b.book.Asks {
		switch {
		case a.test == nil || a.end != nil:
		case now.Before(a.pending.Expires.Time):
			soonest(a.pending.Expires.Time)
		default:
			b.ended(id, &End{Outcome: "expired", At: now})
		}
	}
}

// do tells the service one thing. The book knows of a message before it is sent and after: a bridge that is killed in between sends
// it again under the same key. The error is one of the book's.
func (b *Bridge) do(ctx context.Context, o *outbox, j *job) error {
	m := j.message
	if j.kind == "post" {
		b.mu.Lock()
		if !slices.Contains(b.book.Messages, m) {
			b.book.Messages = append(b.book.Messages, m)
		}
		b.mu.Unlock()
		if err := b.keep(); err != nil {
			return err
		}
	}
	sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTime)
	defer cancel()
	var ref string
	var err error
	switch j.kind {
	case "post":
		ref, err = b.o.Service.Post(sending, j.shown)
	case "edit":
		err = b.o.Service.Edit(sending, m.Ref, j.shown)
	case "remind":
		err = b.o.Service.Remind(sending, m.Ref, j.shown)
	}
	b.told(o, j, ref, err)
	return b.keep()
}

// told notes how that went.
func (b *Bridge) told(o *outbox, j *job, ref string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, m := time.Now(), j.message
	var later *LaterError
	switch {
	case errors.As(err, &later):
		o.all = now.Add(max(min(later.After, time.Hour), time.Second))
	case errors.Is(err, ErrGone):
		b.o.Log.Error("a message can't be sent or changed, and isn't tried again", slog.String("to", m.To), slog.Any("error", err))
		m.Abandoned = m.Abandoned || j.kind != "remind"
		m.Reminded = now
		b.sendTrouble(err)
	case err != nil:
		o.failures[m.To]++
		o.until[m.To] = now.Add(retrying(o.failures[m.To] - 1))
		b.o.Log.Warn("the service didn't take a message", slog.String("to", m.To), slog.Any("error", err))
		b.sendTrouble(err)
	default:
		delete(o.failures, m.To)
		delete(o.until, m.To)
		switch j.kind {
		case "post":
			m.Sent, m.Ref, m.Shown, m.At = true, ref, j.digest, now
		case "edit":
			m.Shown = j.digest
		case "remind":
			m.Reminded = now
		}
		b.sendWell(m)
	}
}
