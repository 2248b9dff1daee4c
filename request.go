package clawrden

import (
	"slices"
	"time"
)

// Request is one command that an agent wants to run. Words are raw bytes as the agent sent them: they need not be UTF-8.
type Request struct {
	ID       string    // at most 8 lowercase letters and digits; valid in a D-Bus object path
	Way      Way       // how it came in
	Tool     string    // the name it was called by: base name, never empty
	Argv     []string  // argv[0] as the caller set it, then the arguments; may be empty
	Cwd      string    // absolute path in the agent's own root; "" if it can't be named (deleted)
	Env      []string  // NAME=value as sent
	Identity Identity  // by the kernel's word
	Hint     *Identity // what the message itself claimed (plain mode), nil if nothing; compared, never believed
	Received time.Time
	Protocol uint8 // version of the shim's protocol; 0 for none
}

// Args returns the arguments without argv[0].
func (r *Request) Args() []string {
	if len(r.Argv) == 0 {
		return nil
	}
	return r.Argv[1:]
}

// Identity is who a process is, from the kernel, never from a message.
type Identity struct {
	UID       uint32   `json:"uid"`
	GID       uint32   `json:"gid"`
	Groups    []uint32 `json:"groups,omitempty"`    // supplementary groups
	User      string   `json:"user,omitempty"`      // name of UID on the host; "" if it has none
	PID       int      `json:"pid,omitempty"`       // in the daemon's pid namespace
	Parent    int      `json:"ppid,omitempty"`      // the process that PID was begun by, or that took its place; 0 where that isn't seen from the daemon
	Start     uint64   `json:"start,omitempty"`     // clock ticks since boot, field 22 of /proc/PID/stat
	Cgroup    string   `json:"cgroup,omitempty"`    // path in the unified hierarchy
	Unit      string   `json:"unit,omitempty"`      // system unit, read from the root downwards; a user's own units don't count
	Container string   `json:"container,omitempty"` // 64 hex digits, where a root-owned cgroup names one
	Agent     string   `json:"agent,omitempty"`     // name of the registered agent that it is, by the socket that it came in on or by what it is registered as
	HostNS    bool     `json:"host_ns"`             // user and pid namespaces are the daemon's own, and the mount namespace is its own or PID 1's
}

// InGroup reports whether gid is the primary or a supplementary group.
func (id *Identity) InGroup(gid uint32) bool {
	if id.GID == gid {
		return true
	}
	return slices.Contains(id.Groups, gid)
}

// Facts is all that a rule can match: made once from a request by the steps understand and resolve, kept in the record.
// Evaluation reads nothing else: no file, no environment, no clock.
type Facts struct {
	Tool     string        // name of the command
	Args     []string      // raw words after argv[0]
	Cwd      string        // absolute, in the agent's own root
	Exe      Executable    // what will run; zero where no tool was found or the executor finds its own
	Commands []CommandFact // the command itself, then each command nested in it, an outer one before its inner ones
	Paths    []PathFact    // the words that name paths, resolved in the agent's own root
	Overflow string        // why not all of it was read: a limit was met, and the request is denied; "" if it was
	Env      []string      // NAME=value
	Home     string        // home directory of the identity's user, from the host's user database; "" if unknown
	Session  string        // name of the guard session; "" if none or unknown
	Lineage  *Lineage      // what started it, in a guard session; nil if unknown
	Image    string        // image of the identity's container, with its digest; "" if none or unknown
	Way      Way
	Renamed  bool // argv[0] isn't the tool's name, which a program may go by
	Identity Identity
	Time     time.Time
	Counts   map[string]int // by rule name: how often the rule's rate condition counted the caller in its window
}

// Lineage is what started a command of a guard session, by the guard's own account of each exec before.
type Lineage struct {
	Depth     int        `json:"depth"`               // 0: the agent itself; 1: what it starts; and so on. Not known where Lost is set
	Ancestors []Ancestor `json:"ancestors,omitempty"` // the nearest first; none: it was started by the session's launcher
	Lost      bool       `json:"lost,omitempty"`      // what lies beyond the last of Ancestors isn't known
}

// Ancestor is a program that started another one, itself or by what it started.
type Ancestor struct {
	Tool string `json:"tool"`
	// Own is set where it ran its own code and no other: no interpreter, nothing that the agent can write, no variable and no
	// option by which it would load or run what the agent says.
	Own bool `json:"own,omitempty"`
}

// CommandFact is one command as its tool's grammar reads it: the request's own, or one nested in it by a wrapper
// (`env`, `find -exec`), by an option that runs another program, or by the text of `sh -c`.
type CommandFact struct {
	Tool        string        // base name; "" where it can't be known
	Word        string        // the command's word as written, with the directory that it may carry
	Args        []string      // words after it; one that the shell has yet to expand stands here as its source
	Unknown     []UnknownWord // which of Args aren't known before the command runs
	Subcommands []string      // `remote`, `add` of `git remote add`; by the grammar, main name first
	Flags       []FlagFact    // in order
	Operands    []int         // indexes into Args
	Env         []string      // NAME=value set for this command alone, by a wrapper or by the shell
	Opaque      []string      // why it can't be told what this command runs; empty when it can
	Parent      int           // index into Facts.Commands; -1 for the request's own command
	Via         string        // how the parent runs it, in words that can be shown: "env", "sh -c", "find -exec"
	Carrier     bool          // runs nothing but its inner commands, as the same user in the same place
	Builtin     bool          // part of the shell: no program runs
}

// FlagFact is one option of a command as the grammar reads it.
type FlagFact struct {
	Names []string // every spelling, the main one first: -r, -R, --recursive for --recu of rm
	Value string
	Has   bool // a value was given, which may be empty
	Arg   int  // index into CommandFact.Args
}

// UnknownWord is a word whose text is known only when the command runs: an expansion, a glob, xargs' input.
type UnknownWord struct {
	Arg  int  // index into CommandFact.Args
	Many bool // it may become any number of words
	Flag bool // it may become an option
}

// Where a PathFact stands when it isn't one of the arguments.
const (
	ArgCwd      = -1 // the working directory
	ArgTool     = -2 // the command's own word, which carries a directory
	ArgRedirect = -3 // the target of a redirection in shell text
)

// PathFact is a word of the command that names a path.
type PathFact struct {
	Command  int    // index into Facts.Commands
	Arg      int    // index into that command's Args; or ArgCwd, ArgTool, ArgRedirect
	Base     string // directory that a relative Word starts from, itself relative to the working directory; "" for that, ~ as in Word
	Word     string // the path as written, without the option that carries it; ~ and ~/… are the home directory
	Unknown  bool   // Word isn't known before the command runs; it can't be resolved
	Pattern  bool   // Word is a glob that the shell expands; Unknown is set too
	Write    bool   // of ArgRedirect: the file is written
	Resolved string // absolute, symlinks followed in the agent's own root as far as the path exists
	Err      string // why it can't be resolved; then no allowed path covers it
}

// Executable is the file behind a tool's name, as it was found and hashed.
type Executable struct {
	Path     string `json:"path,omitempty"`     // as found by PATH in the agent's root, symlinks kept
	Resolved string `json:"resolved,omitempty"` // with symlinks followed
	SHA256   string `json:"sha256,omitempty"`   // hex, of the file's content
	// Interpreter is what a script names on its first line, resolved and hashed in the same way; nil for a binary.
	Interpreter *Executable `json:"interpreter,omitempty"`
	Image       string      `json:"image,omitempty"`  // where it is a container image's: its name, with its digest where that is known
	Sealed      bool        `json:"sealed,omitempty"` // the agent can change this file: a sealed copy of what was hashed is run
	Kinds       []string    `json:"kinds,omitempty"`  // in a guard session: what the file is besides its name, of the Kind constants
}

// Kinds of files that a guard session's commands run, by which rules can speak of what no name can hide. One of none of the first
// four is plain: only root, or another user, says what its name leads to and what is in it.
const (
	KindPlain    = "plain"
	KindWritable = "writable" // the agent can change the file, or what its path leads to
	KindLoader   = "loader"   // the program loader, which runs any file without a further exec
	KindUnnamed  = "unnamed"  // in memory, removed, or seen through mounts or a root directory of the agent's own
	KindRemote   = "remote"   // on a network or user-space file system: its content isn't fixed, and isn't looked at; or the agent can write it while it runs
	KindScript   = "script"   // a script that the agent can change; its interpreter is judged too
)
