// Package notify asks one person on the desktop, by org.freedesktop.Notifications on the session bus
// (https://specifications.freedesktop.org/notification-spec/latest/). It runs as that person, and decides as nobody else.
//
// Anybody on the bus can send a signal, so that only those of the name's present owner count, for notifications that this owner was
// given, and for actions that were offered there. What should be looked at more closely can't be approved in passing: its
// notification opens the details instead. It must never offer what a server can't show, nor hand markup of an agent's to one that
// reads markup. cmd/clawrden-bridge runs it, from a unit of the person's own.
package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/bridge"
)

const (
	lastRetry = time.Minute
	maxAtOnce = 4               // actions that are being worked on
	goodbye   = 3 * time.Second // to take notifications back at the end
)

// Options are what it is made of.
type Options struct {
	Address string // of the bus
	Person  string // as whom the bridge knows whoever sits here
	Link    string // URL of the dashboard; "" for a terminal
	// Start starts a program and doesn't wait for it; nil: as a child, or beside the unit where this is one.
	Start func(words []string) error
}

// Service shows notifications on one bus.
type Service struct {
	o    Options
	work chan struct{}
	turn chan struct{} // whoever calls on the bus has it: one at a time

	mu      sync.Mutex // guards what follows; nothing is called under it
	conn    *dbus.Conn // nil: none
	signals chan *dbus.Signal
	owner   string          // unique name of the server; "" while none is known
	can     map[string]bool // its capabilities; nil: not asked yet
	shown   map[uint32]*shown
	ended   bool
}

// shown is one notification.
type shown struct {
	ref     string // as the bridge has it
	message *bridge.Message
	keys    map[string]bool // actions that were offered
}

// New makes one. It asks nothing yet.
func New(o Options) *Service {
	if o.Start == nil {
		o.Start = start
	}
	return &Service{o: o, work: make(chan struct{}, maxAtOnce), turn: make(chan struct{}, 1), shown: map[uint32]*shown{}}
}

// Traits says that it is one person's.
func (s *Service) Traits() bridge.Traits { return bridge.Traits{Own: true} }

// Post shows a notification.
func (s *Service) Post(ctx context.Context, m *bridge.Message) (string, error) {
	return s.show(ctx, "", m, asked, nil)
}

// Edit changes it, or takes it back when nothing waits any more.
func (s *Service) Edit(ctx context.Context, ref string, m *bridge.Message) error {
	if m.Over() {
		s.takeBack(ctx, ref)
		return nil
	}
	_, err := s.show(ctx, ref, m, asked, nil)
	return err
}

// Remind shows it again.
func (s *Service) Remind(ctx context.Context, ref string, m *bridge.Message) error {
	_, err := s.show(ctx, ref, m, stillAsked, nil)
	return err
}

// Run takes what is pressed until ctx ends, on a connection that is made again where it breaks off.
func (s *Service) Run(ctx context.Context, desk bridge.Desk) error {
	var parts sync.WaitGroup
	defer parts.Wait()
	defer s.close()
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, lastRetry) {
		err := s.listen(ctx, desk, &parts)
		if ctx.Err() != nil {
			break
		}
		desk.Healthy(fmt.Errorf("the session's bus is lost: %v", err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return nil
}

// listen takes one connection's signals until it ends.
func (s *Service) listen(ctx context.Context, desk bridge.Desk, parts *sync.WaitGroup) error {
	signals, owner, err := s.attach(ctx)
	if err != nil {
		return err
	}
	desk.Healthy(nil)
	desk.Anew(keptBy(owner))
	for {
		select {
		case <-ctx.Done():
			return nil
		case sig, ok := <-signals:
			if !ok {
				s.mu.Lock()
				s.forget()
				s.mu.Unlock()
				return errors.New("it closed the connection")
			}
			if work := s.signal(ctx, desk, sig); work != nil {
				s.beside(parts, work)
			}
		}
	}
}

// beside does one thing beside the rest; where too much is being done already it is dropped, and whoever pressed presses again.
func (s *Service) beside(parts *sync.WaitGroup, work func()) {
	select {
	case s.work <- struct{}{}:
		parts.Go(func() {
			defer func() { <-s.work }()
			work()
		})
	default:
	}
}

// close takes all notifications back: without this program their buttons would do nothing.
func (s *Service) close() {
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	defer s.take(ctx)()
	s.mu.Lock()
	conn, owner, all := s.conn, s.owner, slices.Collect(maps.Keys(s.shown))
	s.forget()
	s.mu.Unlock()
	if conn == nil {
		return
	}
	for _, id := range all {
		_ = conn.Object(owner, path).CallWithContext(ctx, closeMethod, 0, id).Err
	}
	_ = conn.Close()
}

// keptBy says which notifications a server has, of those that were shown in an earlier life too.
func keptBy(owner string) func(ref string) bool {
	return func(ref string) bool { return owner != "" && strings.HasPrefix(ref, owner+"/") }
}
