package shim

import (
	"syscall"
	"unsafe"

	"github.com/clawrden/clawrden/protocol"
)

// RealSuffix is what the name of a tool gets behind it when a shim takes its place: /usr/bin/git is the shim then, and
// /usr/bin/git.clawrden-real the tool.
const RealSuffix = ".clawrden-real"

// patience is how long a bystander waits for the daemon, in seconds: it must not hang where a daemon that can't start holds
// up a boot.
const patience = 3

// place notes where this program lies if that is a tool's own place: by the kernel's word, and the tool is there beside it.
func (s *start) place() {
	at, ok := readlink("/proc/self/exe")
	if !ok {
		at = s.execfn
	}
	const deleted = " (deleted)" // another shim was just put there
	if hasSuffix(at, deleted) {
		at = at[:len(at)-len(deleted)]
	}
	if !hasPrefix(at, "/") || base(at) == Name {
		return
	}
	var st syscall.Stat_t
	if syscall.Lstat(at+RealSuffix, &st) == nil {
		s.at, s.real = at, at+RealSuffix
	}
}

// passBy runs the tool in whose place the shim is, as if there were no shim. It is for bystanders alone, who are not
// governed, and doesn't return.
func (c *conn) passBy() {
	s := c.aside
	c.gather()
	for fd := range 3 {
		if closed&(1<<fd) != 0 {
			syscall.Close(fd)
		}
	}
	restoreLimits()
	surrender()
	errno := execute(command{path: cstring(s.real), argv: s.argv, envp: s.envp, signals: mask})
	if errno == syscall.ENOEXEC { // a script without a first line, for which execvp(3) takes the shell
		argv := []*byte{cstring("/bin/sh"), cstring(s.real)}
		for i := 1; i < len(s.args); i++ {
			argv = append(argv, unsafe.StringData(s.args[i]))
		}
		argv = append(argv, nil)
		errno = execute(command{path: argv[0], argv: unsafe.Pointer(&argv[0]), envp: s.envp, signals: mask})
	}
	say("cannot run " + s.real + ": " + errno.Error())
	if errno == syscall.ENOENT {
		exit(protocol.ExitNoTool)
	}
	exit(protocol.ExitDenied)
}

// giveUp ends with the reason why the daemon can't say whether the command may run. For a bystander that is no reason.
func (c *conn) giveUp(what, hint string) {
	if c.aside != nil {
		c.passBy()
	}
	fail(what, hint)
}

func sameFile(a, b string) bool {
	var x, y syscall.Stat_t
	return syscall.Stat(a, &x) == nil && syscall.Stat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

func readlink(path string) (string, bool) {
	b := make([]byte, 4096)
	n, err := syscall.Readlink(path, b)
	if err != nil || n <= 0 || n == len(b) {
		return "", false
	}
	return string(b[:n]), true
}

// readable waits for input.
func readable(fd, seconds int) bool {
	const in = 1
	one := pollfd{fd: int32(fd), events: in}
	limit := syscall.Timespec{Sec: int64(seconds)}
	for {
		n, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&one)), 1, uintptr(unsafe.Pointer(&limit)), 0, 8, 0)
		if errno == syscall.EINTR { // the kernel has taken off what was waited
			continue
		}
		return errno == 0 && n > 0
	}
}

func hasSuffix(s, suffix string) bool {
	return len(s) >= len(suffix) && s[len(s)-len(suffix):] == suffix
}
