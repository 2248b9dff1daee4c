package daemon

// The parts that a daemon calls, as far as it knows them: cmd/clawrdend wires the real ones.

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
)

// Policy judges. It is an immutable value: a reload puts another in its place.
type Policy interface {
	Understand(*clawrden.Request) clawrden.Facts
	Decide(*clawrden.Facts) clawrden.Decision
	Counts(*clawrden.Facts) []clawrden.Counter          // the rate conditions that count this request
	Verdicts(*clawrden.Facts) []clawrden.CommandVerdict // of each command, for people
	Digest() string
	Rules() int
	Files() []clawrden.PolicyFile
	Grants() []clawrden.Grant // that the files hold, expired ones too; the list is the caller's
	KillSwitch() clawrden.KillSwitch
	// Explained says how the decision comes about, for people: each command, the rules that matched and those that nearly did.
	Explained(*clawrden.Facts) (json.RawMessage, error)
	ProfileList() []clawrden.ProfileInfo
	// Sandbox gives a profile by its name, a built-in one too.
	Sandbox(name string) (*clawrden.Profile, bool)
	// Environ says what becomes of the environment of a command that a decision lets run; elsewhere: in a unit or container
	// of its own.
	Environ(d *clawrden.Decision, elsewhere bool, env []string) clawrden.EnvChange
	// RunsOwn reports whether a program that runs with these facts runs its own code and nobody else's.
	RunsOwn(*clawrden.Facts) bool
}

// Log is the audit log. AppendSync also forces the record to the disk.
type Log interface {
	Append(*clawrden.Record) error
	AppendSync(*clawrden.Record) error
	History(clawrden.HistoryFilter) ([]clawrden.Entry, bool, error)
	Lookup(id string) (clawrden.Entry, error)
	// Story gives all that it has of one command.
	Story(id string) (clawrden.Story, error)
}

// Queue holds the asks that wait.
type Queue interface {
	Room(*clawrden.Request, *clawrden.Facts) error // nil: Add would take it
	Add(clawrden.Request, clawrden.Facts, clawrden.Decision, string, time.Time) (Ticket, error)
	Approve(id string, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error)
	Deny(id string, by clawrden.Approver, a clawrden.Answer) (clawrden.Approval, error)
	Cancel(id, why string) (clawrden.Approval, error)
	CancelAll(why string) int
	// Lapse keeps an ask whose caller has gone and may come again: an approval is for the same, once.
	Lapse(id string) bool
	// Restore takes an ask of an earlier life; Memory and Remember hand over what is remembered of those that have ended.
	Restore(clawrden.Approval) (Ticket, error)
	// Return gives a restored ask what only its caller has: the environment.
	Return(clawrden.Request, clawrden.Facts)
	Memory(id string) (clawrden.Memory, bool)
	Remember(clawrden.Memory) error
	// Refused tells how a person refused the same a short while ago; Once takes an approval that came after its time.
	Refused(*clawrden.Request, *clawrden.Facts, *clawrden.Decision) (was clawrden.Approval, until time.Time, ok bool)
	Once(id *clawrden.Identity, digest string) (was clawrden.Approval, ok bool)
	List() []clawrden.Approval
	Page(after string, most int) (page []clawrden.Approval, more bool, err error)
	Get(id string) (clawrden.Approval, error)
	Len() int
}

// Ticket is one waiting ask: Done is closed when it has ended, then Result tells how.
type Ticket interface {
	Done() <-chan struct{}
	Then(f func()) // has f called when it has ended
	Result() clawrden.Approval
}

// Containers is the container engine's word on its containers.
type Containers interface {
	// Confirm makes sure that the process, by its /proc directory, stands in the container, and tells the container's name and
	// its image.
	Confirm(ctx context.Context, proc int, container string) (name, image string, err error)
}

// Executor runs commands elsewhere than in the caller's own context.
type Executor interface {
	// Boundary is what its records name.
	Boundary() clawrden.Boundary
	// May tells, before anybody is asked, why it can't run an allowed request; nil if it can. It does no I/O.
	May(*clawrden.Request, *clawrden.Decision) error
	// Start runs it. The context's end ends it.
	Start(context.Context, *job.Job) (Process, error)
}

// Finder is an executor that finds the tool itself, elsewhere than among the caller's files. What it finds is what is judged
// and approved, and is handed to Start.
type Finder interface {
	Find(context.Context, *clawrden.Request, *clawrden.Decision) (clawrden.Executable, error)
}

// gapped is a Process under a profile with best_effort, of which not everything could be held.
type gapped interface{ Gaps() []string }

// Taps stand between a command and its caller's descriptors.
type Taps interface {
	Start(*job.Tap) (Tap, error)
	// Recording gives what was recorded of a request.
	Recording(id string) (io.ReadCloser, error)
	// Ended tells of the recording of a command that an earlier life of the daemon has begun; nil if there is none.
	Ended(id string) *clawrden.Recording
}

// Tap is one of them.
type Tap interface {
	Stdio() (files [3]*os.File, terminal bool) // for the command
	Handed()                                   // the command has them
	Over() <-chan struct{}                     // closed when there was more output than the limit
	WindowChanged()
	End() job.Passed // the command has ended: waits until the caller has its output
	Leave()          // it goes on without the daemon
}

// Process is a command that an executor has started.
type Process interface {
	Wait() job.Exit
	Signal(syscall.Signal) // SIGKILL ends all that the command has started, as far as the executor can
}
