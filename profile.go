package clawrden

import "time"

// Profile is a sandbox as it is to be applied: what it extends is part of it already, and lists are whole. Package profile
// makes of it what the launcher, systemd or a container engine can apply.
type Profile struct {
	Name       string     `json:"name"`
	Syscalls   Syscalls   `json:"syscalls"`
	Filesystem Filesystem `json:"filesystem"`
	Network    Network    `json:"network"`
	Limits     Limits     `json:"limits"`
	BestEffort bool       `json:"best_effort,omitempty"` // what can't be held is a visible gap; else it is an error
	Guard      bool       `json:"guard,omitempty"`       // of a command in a unit: it is in a guard session of its own
	SSHAgent   bool       `json:"ssh_agent,omitempty"`   // of a session: it has its starter's ssh-agent
}

// Syscalls says which system calls may be made. Deny is stronger than Allow, and Default is for what neither names.
type Syscalls struct {
	Default SyscallAction `json:"default"`
	Errno   string        `json:"errno,omitempty"` // what a refused call returns; "" is EPERM
	Allow   []Syscall     `json:"allow,omitempty"`
	Deny    []Syscall     `json:"deny,omitempty"`
}

// SyscallAction is what becomes of a system call. The zero value refuses.
type SyscallAction string

// The actions.
const (
	SyscallDeny  SyscallAction = "deny" // the call returns an error
	SyscallKill  SyscallAction = "kill" // the process is killed
	SyscallAllow SyscallAction = "allow"
)

// Syscall is one system call, or a group of them whose name begins with @. Where Args aren't empty, all of them must hold.
type Syscall struct {
	Name string       `json:"name"`
	Args []SyscallArg `json:"args,omitempty"`
}

// SyscallArg compares one argument: (argument & Mask) Op Value, unsigned. The kernel reads some arguments as 32 bits
// and some as 64: a rule that allows must hold either way, and one that denies holds if it does in either.
type SyscallArg struct {
	Index int       `json:"index"`          // 0 to 5
	Mask  uint64    `json:"mask,omitempty"` // 0 for all bits
	Op    CompareOp `json:"op"`
	Value uint64    `json:"value"`
}

// CompareOp is a comparison.
type CompareOp string

// The comparisons.
const (
	OpEqual        CompareOp = "=="
	OpNotEqual     CompareOp = "!="
	OpLess         CompareOp = "<"
	OpLessEqual    CompareOp = "<="
	OpGreater      CompareOp = ">"
	OpGreaterEqual CompareOp = ">="
)

// Filesystem says what of the file system can be used. A path stands for the file, or for the directory with all below. It is
// absolute, or begins with "cwd" (the working directory) or "~" (the home directory of the user who runs the command).
type Filesystem struct {
	Restricted bool     `json:"restricted"`           // what neither ReadOnly nor ReadWrite covers can't be opened
	ReadOnly   []string `json:"read_only,omitempty"`  // may be read
	ReadWrite  []string `json:"read_write,omitempty"` // may be read and changed
	Hidden     []string `json:"hidden,omitempty"`     // can't be opened, whatever the others say
	Exec       []string `json:"exec,omitempty"`       // programs run from here only; nil: from wherever can be read
}

// NetworkMode is how far a network reaches.
type NetworkMode string

// The modes. The zero value is NetworkFull, since a profile that doesn't speak of the network doesn't bound it.
const (
	NetworkNone     NetworkMode = "none"     // no sockets but pairs
	NetworkLoopback NetworkMode = "loopback" // a loopback interface of its own, which reaches nothing outside
	NetworkTCP      NetworkMode = "tcp"      // TCP to and on the named ports
	NetworkFull     NetworkMode = "full"     // IP and local sockets of the usual kinds
)

// Network says what sockets are for.
type Network struct {
	Mode       NetworkMode `json:"mode,omitempty"`
	ConnectTCP []uint16    `json:"connect_tcp,omitempty"` // of NetworkTCP
	BindTCP    []uint16    `json:"bind_tcp,omitempty"`    // of NetworkTCP
	UDP        bool        `json:"udp,omitempty"`         // of NetworkTCP: UDP too, on any port, as names are looked up by
}

// Limits bound one run. Zero values are no limit.
type Limits struct {
	Memory    uint64        `json:"memory,omitempty"` // bytes
	Tasks     uint32        `json:"tasks,omitempty"`  // processes and threads
	CPU       uint32        `json:"cpu,omitempty"`    // per cent of one processor
	OpenFiles uint32        `json:"open_files,omitempty"`
	Time      time.Duration `json:"time,omitempty"`   // nanoseconds from the start to SIGTERM
	Output    uint64        `json:"output,omitempty"` // bytes written to standard output and standard error
}
