package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/protocol"
)

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
