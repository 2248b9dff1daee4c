// Package dbusapi is the D-Bus door: the name org.clawrden1 on the system bus, with a manager object, an object for each
// pending request, properties, signals, and polkit as the judge of who may do what.
//
// It authenticates and translates; it decides nothing. Every method is a row in one table (methods.go, which is the
// security review) with the right it needs. Who calls is the bus's and the kernel's word; whether a caller stands inside a
// governed command is settled before polkit is asked, so that no agent ever makes a person see a password prompt.
//
// It must never act before the right was checked, never send a string that isn't UTF-8 or a message without a limit
// (either would have the bus throw the daemon off), and never let the loss of the bus or of polkit stop the daemon or open
// a door.
//
//	bus ──▶ wire (limits) ──▶ route ──▶ caller ──▶ barred? ──▶ polkit, else the table of rights ──▶ method ──▶ Control
//
// The daemon's main runs it; busctl and desktop programs call it.
package dbusapi

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/clawrden/clawrden"
)

// Names on the bus.
const (
	Name             = "org.clawrden1"
	ManagerPath      = "/org/clawrden1"
	RequestsPath     = ManagerPath + "/request" // below it one object a pending request
	ManagerInterface = "org.clawrden1.Manager"
	RequestInterface = "org.clawrden1.Request"

	errorPrefix = "org.clawrden1.Error."
)

// Control is what the door needs of the daemon. All methods may be called at the same time. Errors are the sentinels of
// package clawrden, wrapped or not; any other error is an inside fault.
type Control interface {
	Status() clawrden.Status
	// Queue gives the waiting asks, oldest first.
	Queue() []clawrden.Pending
	// Sees says which requests a caller is shown, by who made them and the rules that spoke of them; nil: all of them.
	Sees(by clawrden.Caller) func(*clawrden.Identity, []clawrden.RuleRef) bool
	// Pending gives one waiting ask by its id or a unique prefix: ErrNotFound, ErrAmbiguous, or ErrDecided.
	Pending(id string) (clawrden.Pending, error)
	// MayDecide tells, before anything else is asked about the caller, whether it stands where nobody may decide that
	// request from: ErrNotAuthorized, or the errors of Pending.
	MayDecide(by clawrden.Caller, id string) error
	// Approve and Deny decide one waiting ask: also ErrStale, ErrNotAuthorized (the requester itself), ErrLocked.
	Approve(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error
	Deny(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error
	// Grants gives the grants in force, oldest first.
	Grants() []clawrden.Grant
	// AddGrant has an approval of one of the last requests remembered, or with preview tells what that would cover: also
	// ErrNotAuthorized (who couldn't approve it alone), ErrBadRequest (what can't be granted).
	AddGrant(ctx context.Context, by clawrden.Caller, id string, w clawrden.GrantWish, preview bool) (clawrden.Grant, error)
	RevokeGrant(ctx context.Context, by clawrden.Caller, id string) (clawrden.Grant, error)
	// Kill stops what runs, denies what waits and what comes, of everybody or of one agent, and tells what that did.
	Kill(ctx context.Context, by clawrden.Caller, o clawrden.KillOrder) (clawrden.KillResult, error)
	// Unlock ends that for everybody (""), or for one agent, and says so in a sentence: also ErrNotOn.
	Unlock(ctx context.Context, by clawrden.Caller, agent string) (message string, err error)
	// Reload reads the policy again; ErrPolicyInvalid leaves the old one in force.
	Reload(ctx context.Context, by clawrden.Caller) error
	// Explain tells what the policy says of a command if the caller ran it in cwd ("" for its own); nothing runs, nobody is asked.
	Explain(ctx context.Context, by clawrden.Caller, argv []string, cwd string) (clawrden.Decision, error)
	// Subscribe gives the events that come (since 0). The channel is closed for a reader that is too slow, and when the daemon
	// stops. cancel must be called once.
	Subscribe(since uint64) (events <-chan clawrden.Event, cancel func())
}

// Authorizer knows the table of rights: nil, or ErrNotAuthorized with the reason.
type Authorizer interface {
	// Barred refuses those who have no right whatever anybody else says of them: who stands inside a governed command, and
	// root of a container.
	Barred(by clawrden.Caller) error
	// Authorize answers by the table: root, and the approvers' group.
	Authorize(ctx context.Context, by clawrden.Caller, right clawrden.Right) error
}

// Options is what a Server is made of.
type Options struct {
	Control    Control
	Authorizer Authorizer
	// Quiet leaves requests out of objects and signals, which everybody hears who may listen: for hosts with teams, whose
	// approvers are shown their own agents' requests alone. They are listed, decided and told of by the methods.
	Quiet   bool
	Address string       // of the bus: unix:path=… or unix:abstract=…; default $DBUS_SYSTEM_BUS_ADDRESS, then the usual place
	Log     *slog.Logger // inside faults, and the coming and going of the bus; default none
}

// Server serves the API on the bus, as long as there is one.
type Server struct {
	control    Control
	authorizer Authorizer
	address    string
	log        *slog.Logger
	methods    []method
	silent     bool // the loss of the bus was logged, and it hasn't come back since; only Run touches it
	users      userCalls
	quiet      bool
	up         atomic.Bool // the name is had
}

// Up reports whether the daemon has its name on the bus now.
func (s *Server) Up() bool { return s.up.Load() }

// userCalls counts the calls in work by uid, over all of a user's connections.
type userCalls struct {
	mu    sync.Mutex
	calls map[uint32]int
}

// New makes a Server; Control and Authorizer have to be set.
func New(o Options) *Server {
	s := &Server{control: o.Control, authorizer: o.Authorizer, address: o.Address, log: o.Log, methods: methods, quiet: o.Quiet}
	if s.address == "" {
		s.address = systemBus()
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

func (u *userCalls) enter(uid uint32) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.calls[uid] >= maxCallsOfUser {
		return false
	}
	if u.calls == nil {
		u.calls = make(map[uint32]int)
	}
	u.calls[uid]++
	return true
}

func (u *userCalls) leave(uid uint32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.calls[uid]--; u.calls[uid] == 0 {
		delete(u.calls, uid)
	}
}
