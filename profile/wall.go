package profile

import (
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// launcherCalls are what the launcher needs for itself before its own filter is in force, the Go runtime's included: a wall
// around it must leave them. What is left open by that is closed again by the plan.
var launcherCalls = []string{
	// the runtime
	"arch_prctl", "brk", "clock_gettime", "clock_nanosleep", "clone", "clone3", "close", "epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2",
	"exit", "exit_group", "fcntl", "futex", "getpid", "getppid", "getrandom", "gettid", "kill", "madvise", "mincore", "mmap", "mprotect", "munmap", "nanosleep",
	"openat", "pipe2", "prctl", "pread64", "prlimit64", "read", "readlinkat", "restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sched_getaffinity", "sched_yield", "set_robust_list", "set_tid_address", "sigaltstack", "tgkill", "timer_create", "timer_delete", "timer_settime", "tkill",
	"uname", "write", "getrlimit", "setrlimit",
	// to receive what to run
	"connect", "dup", "dup2", "dup3", "fstat", "newfstatat", "statx", "getsockname", "getsockopt", "recvfrom", "recvmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket",
	"pidfd_open", "pidfd_send_signal",
	// to arrange it
	"access", "chdir", "close_range", "faccessat", "faccessat2", "fchdir", "getcwd", "getdents64", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp",
	"getresgid", "getresuid", "getsid", "getuid", "ioctl", "openat2", "setgroups", "setpgid", "setresgid", "setresuid", "setsid", "stat", "umask",
	// to apply the plan and run
	"execve", "execveat", "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp",
}

// wall sorts all calls by what a filter without a look at arguments can say of them. open are those that some argument is
// allowed for, and the launcher's; shut the rest. compared are those of open that only the plan looks at more closely.
func (c *calls) wall() (open, shut, compared []string) {
	for _, name := range syscalls.Names() {
		switch {
		case c.never(name):
			if slices.Contains(launcherCalls, name) {
				open = append(open, name)
				continue
			}
			shut = append(shut, name)
			continue
		case !c.always(name):
			compared = append(compared, name)
		}
		open = append(open, name)
	}
	return open, shut, compared
}

// paths gives what is hidden, absolute. Paths below the working directory are the agent's, and nobody but the launcher may
// follow them; those below an unknown home directory can't be named.
func (t *Target) hiddenPaths(f *clawrden.Filesystem) (paths, missed []string, err error) {
	places, err := readPaths(f.Hidden)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range places {
		switch p.base {
		case BaseRoot:
			paths = append(paths, p.name)
			continue
		case BaseHome:
			if t.Home != "" {
				paths = append(paths, t.settle(p).name)
				continue
			}
		case BaseCwd:
		}
		missed = append(missed, p.text)
	}
	return paths, missed, nil
}
