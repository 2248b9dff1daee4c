// Package job is what the daemon hands to an executor: one allowed request with its descriptors, and how it ended.
//
// It holds no logic beyond closing what it holds. The daemon makes jobs, executors run them.
package job

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
)

// Job is an allowed request. The executor doesn't close its descriptors.
type Job struct {
	Request  *clawrden.Request
	Decision *clawrden.Decision   // that lets it run; its Place has the executor's settings
	Exe      *clawrden.Executable // what was judged
	Tool     *agentroot.Tool      // nil where the executor finds its own
	Stdio    [3]*os.File          // nil: closed
	Terminal bool                 // Stdio is a terminal that was made for it
	Cwd      *os.File             // the working directory, O_PATH; nil where it has none
	Umask    uint32               // the caller's
	Home     string               // home directory of the caller's user, by the host's user database; "" if unknown
	// Entry is how it has to come under guard; nil where it needn't.
	Entry *Entry
	// Stopping is closed when the daemon stops. What can go on without it does.
	Stopping <-chan struct{}
}

// Entry is how a command comes into a guard session of its own: by the launcher, which is told the guard's socket and the session's name.
// In a container the paths are the caller's, who can change nothing of what they lead to.
type Entry struct {
	Launcher, Guard, Session string
	Group                    uint32 // that may use the guard's socket; 0 for none
}

// Words are what stands in front of the command's own path and arguments.
func (e *Entry) Words() []string {
	return []string{e.Launcher, "init", "--name", e.Session, "--guard", e.Guard, "--"}
}

// Tap is what passes between a command and its caller where the policy wants its output recorded or bounded.
type Tap struct {
	Request *clawrden.Request
	Stdio   [3]*os.File // the caller's
	Record  bool
	Input   bool  // record stdin too
	Limit   int64 // bytes of output; 0: all
	Pty     bool  // the command can have a terminal of its own
	InPlace bool  // the shim runs it, in its caller's session
}

// Passed is how that went.
type Passed struct {
	Output    *int64 // bytes that the caller was passed on; nil if that isn't known
	Recording *clawrden.Recording
}

// Exit is how an execution ended. The zero value is "unknown".
type Exit struct {
	Status syscall.WaitStatus
	Known  bool
	Source string    // clawrden.ExitKernel, …
	Ended  time.Time // zero: now
	Usage  clawrden.Usage
	Left   bool // it hasn't ended: it goes on without the daemon, which stops
}

// Code is the exit status, nil if the command was killed or nobody knows.
func (e Exit) Code() *int {
	if !e.Known || !e.Status.Exited() {
		return nil
	}
	n := e.Status.ExitStatus()
	return &n
}

// Signal names the signal that ended the command, "" if none did.
func (e Exit) Signal() string {
	if !e.Known || !e.Status.Signaled() {
		return ""
	}
	return unix.SignalName(e.Status.Signal())
}

// NotRunError is an executor's error for a tool that the kernel would not run, or not there.
type NotRunError struct{ Err error }

func (e NotRunError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e NotRunError) Unwrap() error { return e.Err }

// ErrForeign refuses a caller that an executor may not run for.
var ErrForeign = errors.New("the caller is not one that this executor may run for")

// ErrGone is a unit or container in which nothing lives.
var ErrGone = errors.New("it isn't there")

// Duration is how long the command ran, from the time that it was handed over.
func (e Exit) Duration(begun time.Time) time.Duration {
	if e.Ended.IsZero() {
		return time.Since(begun)
	}
	return e.Ended.Sub(begun)
}

// Socket is one by its path and by what the path led to.
type Socket struct {
	Path     string
	Dev, Ino uint64
}

// Session is an agent that is to be begun under guard, on the host. Whoever begins it doesn't close its descriptors.
type Session struct {
	Name     string
	Guard    string // path of the guard's socket
	Identity clawrden.Identity
	Profile  *clawrden.Profile
	Home     string
	Cwd      *os.File // O_PATH
	Path     string   // of Cwd
	Umask    uint32
	Terminal bool
	SSHAgent *Socket // of who starts it; nil where there is none. The profile says whether it is given
	Stdio    [3]*os.File
	Run      *os.File            // the socket over which the launcher is told what to run
	Note     func(gaps []string) // is told what this host can't hold of the layout
}
