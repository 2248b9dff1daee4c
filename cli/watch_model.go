package cli

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

const (
	// lookTime is how long an ask has to be on the screen before a key can approve it: a finger on its way to the key for
	// one ask mustn't hit another that took its place.
	lookTime   = 700 * time.Millisecond
	reasonMost = 500 // characters of a typed reason
)

// screen is what `watch` shows on a terminal. Its methods change it for a key or an event and say what is to be asked of the
// daemon; they do no input or output, so that tests need no terminal.
type screen struct {
	queue    []clawrden.Pending
	selected string    // id; "" if the queue is empty
	since    time.Time // when the selected ask got there by itself
	cut      string    // id of an ask that didn't fit on the screen when it was last drawn
	sent     map[string]bool
	message  string // the last thing that happened
	locked   bool
	lost     bool // there is no connection: what is shown may be old
	help     bool
	typing   bool   // a reason for a deny is being typed
	reason   string // as far as it is typed
	typingID string // which ask it is for
	granting *granting
}

// decision is what a key asked for.
type decision struct {
	ask     clawrden.Pending
	approve bool
	comment string
	grant   *clawrden.GrantWish // what an approval has remembered
	preview bool                // only what could be granted is asked
}

// press takes a key at a time.
func (s *screen) press(k key, now time.Time) (d *decision, quit bool) {
	if k == keyInterrupt {
		return nil, true
	}
	if s.typing {
		return s.typeReason(k), false
	}
	if s.help {
		s.help = false
		return nil, false
	}
	if s.granting != nil {
		return s.pressGranting(k, now), false
	}
	switch k { //nolint:exhaustive // most keys mean nothing
	case "q":
		return nil, true
	case "?":
		s.help = true
	case "j", keyDown:
		s.move(1)
	case "k", keyUp:
		s.move(-1)
	case "a":
		return s.approve(now), false
	case "d":
		return s.decide(false, ""), false
	case "g":
		return s.grant(), false
	case "D":
		if i := s.index(); i >= 0 {
			s.typing, s.reason, s.typingID = true, "", s.selected
		}
	case keyEnter:
		s.message = "Enter decides nothing: a approves, d denies"
	}
	return nil, false
}

func (s *screen) approve(now time.Time) *decision {
	if s.tooLong() {
		return nil
	}
	if now.Sub(s.since) < lookTime {
		s.message = "this ask has only just come here: look at it, then press a again"
		return nil
	}
	return s.decide(true, "")
}

// tooLong says that the selected ask can't be seen whole, if so.
func (s *screen) tooLong() bool {
	if s.selected == "" || s.selected != s.cut {
		return false
	}
	id := display.Line(s.selected)
	s.message = "too long to be seen here: read `clawrden queue " + id + "`, then `clawrden approve " + id + "`"
	return true
}

// decide asks for a decision on the selected ask, once.
func (s *screen) decide(approve bool, comment string) *decision {
	i := s.index()
	if i < 0 {
		s.message = "nothing waits"
		return nil
	}
	p := s.queue[i]
	if s.sent[p.ID] {
		return nil
	}
	if s.sent == nil {
		s.sent = map[string]bool{}
	}
	s.sent[p.ID] = true
	s.message = "…"
	return &decision{ask: p, approve: approve, comment: comment}
}

// typeReason edits the reason; Enter sends it, Escape forgets it.
func (s *screen) typeReason(k key) *decision {
	switch k { //nolint:exhaustive // all others are text
	case keyEscape:
		s.typing = false
	case keyEnter:
		s.typing = false
		if s.selected != s.typingID {
			s.message = "the ask " + display.Line(s.typingID) + " is gone; nothing was denied"
			return nil
		}
		return s.decide(false, s.reason)
	case keyBackspace:
		_, n := utf8.DecodeLastRuneInString(s.reason)
		s.reason = s.reason[:len(s.reason)-n]
	default:
		if utf8.RuneCountInString(string(k)) == 1 && utf8.RuneCountInString(s.reason) < reasonMost {
			s.reason += string(k)
		}
	}
	return nil
}

// decided takes the daemon's answer to a decision.
func (s *screen) decided(d *decision, err error, now time.Time) {
	delete(s.sent, d.ask.ID)
	word := "denied "
	if d.approve {
		word = "approved "
	}
	if err != nil {
		s.message = "cannot decide " + display.Line(d.ask.ID) + ": " + display.Line(err.Error())
		return
	}
	s.message = word + display.Line(d.ask.ID)
	if d.grant != nil {
		s.message += ", and remembered: `clawrden grants list`"
	}
	if d.approve && d.ask.Lacking > 1 { // it stays until the last has approved, and the event says so
		s.message += fmt.Sprintf("; %d more must", d.ask.Lacking-1)
		return
	}
	s.remove(d.ask.ID, now)
}

// replace takes the whole queue and the kill switch, after a connection was made.
func (s *screen) replace(queue []clawrden.Pending, locked bool, now time.Time) {
	s.locked, s.lost = locked, false
	at := s.index()
	s.queue = slices.Clone(queue)
	s.keepSelection(at, now)
}

// happened takes an event.
func (s *screen) happened(e *clawrden.Event, text string, now time.Time) {
	switch {
	case e.Pending != nil:
		if i := s.find(e.Pending.ID); i >= 0 {
			s.queue[i] = *e.Pending
		} else {
			s.queue = append(s.queue, *e.Pending)
		}
		s.keepSelection(0, now)
		return // it is in the list
	case e.Entry != nil && e.Type == clawrden.LiveDecided:
		if s.find(e.Entry.ID) < 0 {
			return // by the policy alone, or by the key just pressed: that has its own message
		}
		s.remove(e.Entry.ID, now)
	case e.Entry != nil:
		return
	case e.Type == clawrden.LiveKilled:
		s.locked = true
	case e.Type == clawrden.LiveUnlocked:
		s.locked = false
	}
	s.message = text
}

func (s *screen) remove(id string, now time.Time) {
	at := s.index()
	s.queue = slices.DeleteFunc(s.queue, func(p clawrden.Pending) bool { return p.ID == id })
	s.keepSelection(at, now)
}

// keepSelection stays on the selected ask; if that is gone, it takes the one at its place, which then has to be looked at.
func (s *screen) keepSelection(at int, now time.Time) {
	if s.find(s.selected) >= 0 {
		return
	}
	if s.granting != nil {
		s.message, s.granting = "the ask "+display.Line(s.granting.id)+" is gone; nothing is remembered", nil
	}
	s.selected, s.since = "", now
	if len(s.queue) > 0 {
		s.selected = s.queue[max(0, min(at, len(s.queue)-1))].ID
	}
}

func (s *screen) move(by int) {
	i := s.index()
	if i < 0 {
		return
	}
	to := max(0, min(i+by, len(s.queue)-1))
	if to != i {
		s.selected, s.since = s.queue[to].ID, time.Time{} // chosen by hand
	}
}

func (s *screen) index() int { return s.find(s.selected) }

func (s *screen) find(id string) int {
	return slices.IndexFunc(s.queue, func(p clawrden.Pending) bool { return p.ID == id })
}
