// Package launch is both ends of starting a tool under a profile: the executor's, which sends an Order with its descriptors
// over a Unix socket, and the launcher's (Main, in cmd/clawrden-launch), a small static program that the unit or container
// starts by its trusted path. It applies the order to itself and becomes the tool. Executors and cmd/clawrden-launch call it.
//
// The launcher has no rights that its starter didn't give it, and gives up all that the order doesn't need before it looks
// at a path. It must never run the tool with a part of the order left out: what can't be applied ends it, with the reason.
// It needs nothing of the root directory that it runs in: no libc, no /proc (only a script that is run by descriptor does).
//
// An executor gives it one end of a socket pair as standard input (a unit), or names a socket of its own in a directory
// that nobody else reaches (Listen; a container: mount the socket and the launcher, start `clawrden-launch --connect PATH
// --peer UID`, then Accept, which checks who came). Then:
//
//	err := launch.Send(ctx, conn, &order, stdio)  // one Order; the descriptors can be closed afterwards
//	err = launch.Wait(ctx, conn)                  // nil: the kernel runs the tool; a Refusal: what failed, and why
//
// The launcher becomes the tool, so its pid, its cgroup and its end are the tool's; Follow is Wait that gives its pidfd.
package launch

import (
	"github.com/clawrden/clawrden/profile"
)

// Order is all that the launcher is told. Words are raw bytes without NUL.
//
// It is carried out in this order: user and groups, working directory, umask, the tool compared, Landlock's paths opened,
// terminal, descriptors, the guard, resource limits, no new privileges, Landlock, filter, exec.
type Order struct {
	Tool   Tool
	Argv   []string // argv[0] and the arguments; where Tool.Words isn't empty, that stands in place of argv[0]
	Env    []string // NAME=value
	Cwd    Cwd
	Umask  uint32
	User   User
	Limits []Limit // beside the plan's; a hard limit is never raised
	// Terminal makes the first of the standard descriptors that is a terminal the tool's controlling one, in a session of
	// its own. It must be nobody's yet.
	Terminal bool
	// Guard has the tool, and all that it starts, under guard; the zero value doesn't.
	Guard Guard
	// Plan is applied last. Nil applies nothing, not even no-new-privileges: only for tests and for what is walled in
	// otherwise.
	Plan *profile.Plan
}

// Guard is the guard's socket, by its path in the launcher's own root, and the session's name.
type Guard struct{ Socket, Session string }

// Tool is what is run.
type Tool struct {
	Mode     ToolMode
	Path     string // ToolPath: absolute; ToolImage: absolute or a plain name; else for messages only
	Dev, Ino uint64 // ToolPath: what stat of Path must say
	Words    []Word // for a script: the interpreter's words and the script, in place of argv[0]
	FDs      []int  // ToolFD: the tool's own descriptor comes first; Words name them by index. Not part of the frame
}

// ToolMode is how the tool is named.
type ToolMode uint8

// The modes.
const (
	// ToolFD runs the first of the descriptors.
	ToolFD ToolMode = iota
	// ToolPath runs what Path leads to in the launcher's own root, if it is the very file.
	ToolPath
	// ToolImage runs what Path leads to in the launcher's own root, or finds it along PATH if it has no slash: for a
	// container whose image vouches for it.
	ToolImage
)

// Word is a word of argv, or a descriptor of the tool's.
type Word struct {
	Text string
	FD   int // index into Tool.FDs if IsFD is set: the word is /proc/self/fd/N
	IsFD bool
}

// Cwd is the working directory: a path, opened by the launcher with the user's rights in its own root. Device and inode
// must be those that were judged; both 0 say that whoever made the root vouches for the path.
type Cwd struct {
	Path     string
	Dev, Ino uint64
}

// User is who the tool runs as. A launcher that isn't root must already be that.
type User struct {
	UID, GID uint32
	Groups   []uint32 // supplementary
}

// Limit is a resource limit.
type Limit struct {
	Resource  int // RLIMIT_*
	Soft, Max uint64
}

// Step is a part of an order's way, for messages.
type Step uint8

// The steps. A Refusal at StepExec is the kernel's word that it won't run the tool.
const (
	StepReceive Step = iota
	StepUser
	StepCwd
	StepTool
	StepProfile
	StepTerminal
	StepDescriptors
	StepLimits
	StepExec
	StepGuard
	lastStep = StepGuard
)

var stepWords = [...]string{
	StepReceive: "receive the order", StepUser: "become the user", StepCwd: "enter the working directory", StepTool: "open the tool",
	StepProfile: "apply the profile", StepTerminal: "take the terminal", StepDescriptors: "set up the descriptors",
	StepLimits: "set the limits", StepExec: "run the tool", StepGuard: "put the tool under guard",
}

func (s Step) String() string {
	if s > lastStep {
		return "do something unknown"
	}
	return stepWords[s]
}
