package shim

import (
	"syscall"
	"unsafe"
)

// What the entry in assembly found, before the Go runtime could change it. The program is linked with -E naming that
// entry; stack is 0 when it was not.
var (
	stack   uintptr // where the kernel put argc, argv, envp and the auxiliary vector
	closed  uintptr // bit n: descriptor n (0, 1, 2) was closed
	ignored uint64  // bit n-1: signal n was ignored
	mask    uint64  // the signal mask as inherited
	taken   uint64  // of the escaping ones, which were pending; they were taken off, and are raised again before exec
	wake    uintptr // where the handler writes
)

// all is every signal: they are blocked from the first instruction until the Go runtime's handlers are taken away again,
// so that none is handled by it.
const all = ^uint64(0)

// escaping are the signals that the Go runtime unblocks in each of its threads whatever was inherited: HUP INT QUIT ILL
// TRAP ABRT BUS FPE SEGV TERM STKFLT CHLD URG PROF SYS 32 33 34. Those that are to stay blocked are kept by a handler.
// The entry reads this variable before anything is initialised, so its value has to be a constant.
var escaping uint64 = 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<6 | 1<<7 | 1<<10 | 1<<14 | 1<<15 | 1<<16 | 1<<22 | 1<<26 |
	1<<30 | 1<<31 | 1<<32 | 1<<33

// limits are what setrlimit(2) said of the resources that the Go runtime needs more of than the tool may: address space,
// data, processes. Their soft limits are raised by the entry. The fourth, open files, is raised by the runtime.
var limits [4]syscall.Rlimit

// limited are the numbers of those resources (RLIMIT_AS, RLIMIT_DATA, RLIMIT_NPROC, RLIMIT_NOFILE).
var limited = [4]uintptr{9, 2, 6, 7}

// entry is where the process starts.
func entry()

// handlers gives the addresses of the signal handler that writes what it is told to the pipe wake, and of its return.
func handlers() (catch, restorer uintptr)

// vfork makes a child that shares this memory and this stack until it execs; this thread waits for that. It returns a
// pid, 0 in the child, or minus errno.
//
//go:noescape
func vfork() (pid uintptr)

func setOf(signals ...syscall.Signal) uint64 {
	var s uint64
	for _, n := range signals {
		s |= bit(n)
	}
	return s
}

func bit(n syscall.Signal) uint64 { return 1 << (uint(n) - 1) }

// start is the process as the kernel started it. The pointers are the kernel's own arrays, so that what is run gets
// every byte as it came: duplicates, words without "=", and all.
type start struct {
	argv, envp unsafe.Pointer // NULL-terminated arrays
	args, env  []string       // the same words, sharing that memory
	execfn     string         // the path that was given to execve
	at, real   string         // where the shim and the tool lie, if the shim is in the tool's own place; see place
}

const atExecfn = 31

// readStart walks the initial stack: argc, argv …, NULL, envp …, NULL, auxiliary vector.
func readStart() start {
	word := func(p uintptr) uintptr { return *(*uintptr)(at(p)) }
	const size = unsafe.Sizeof(uintptr(0))
	p := stack
	argc := word(p)
	p += size
	s := start{argv: at(p)}
	s.args = make([]string, argc)
	for i := range s.args {
		s.args[i] = text(word(p))
		p += size
	}
	p += size
	s.envp = at(p)
	for ; word(p) != 0; p += size {
		s.env = append(s.env, text(word(p)))
	}
	for p += size; word(p) != 0; p += 2 * size {
		if word(p) == atExecfn {
			s.execfn = text(word(p + size))
		}
	}
	return s
}

// at makes a pointer of an address outside the Go heap; the indirection keeps vet from taking it for one inside.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// text is the NUL-terminated string at p.
func text(p uintptr) string {
	n := uintptr(0)
	for *(*byte)(at(p + n)) != 0 {
		n++
	}
	return unsafe.String((*byte)(at(p)), int(n))
}

// tool is the name that the shim was called by: of the path given to execve, so that a caller may set argv[0] as it
// likes; of argv[0] where the path is a descriptor's. In a tool's own place, and called by another path, it is that tool:
// the interpreter of the script that the path names.
func (s *start) tool() string {
	p := s.execfn
	if s.real != "" && !sameFile(p, s.at) {
		return base(s.at)
	}
	if hasPrefix(p, "/dev/fd/") || hasPrefix(p, "/proc/") || p == "" || base(p) == Name {
		p = ""
		if len(s.args) > 0 {
			p = s.args[0]
		}
	}
	return base(p)
}

// getenv finds a variable; the first of several counts, as for getenv(3).
func (s *start) getenv(name string) string {
	for _, e := range s.env {
		if len(e) > len(name) && e[len(name)] == '=' && e[:len(name)] == name {
			return e[len(name)+1:]
		}
	}
	return ""
}

func base(p string) string {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i] == '/' {
			return p[i+1:]
		}
	}
	return p
}

func hasPrefix(s, prefix string) bool { return len(s) >= len(prefix) && s[:len(prefix)] == prefix }
