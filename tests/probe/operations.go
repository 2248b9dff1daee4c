package main

import (
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// call makes a system call that package unix has no function for.
func call(nr uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	if _, _, errno := unix.RawSyscall6(nr, a[0], a[1], a[2], a[3], a[4], a[5]); errno != 0 {
		return errno
	}
	return nil
}

func pointer[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// operations are all that is tried, in the order of the table.
func operations() []operation {
	var all []operation
	for _, group := range [][]operation{files(), execs(), mounts(), processes(), kernel(), sockets(), foreign()} {
		all = append(all, group...)
	}
	return all
}

// open opens a file by path.
func open(path string, flags int) func() error {
	return func() error {
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o600)
		if err == nil {
			err = unix.Close(fd)
		}
		return err
	}
}

func home(name string) string { return os.Getenv("HOME") + "/" + name }

func files() []operation {
	const create = unix.O_WRONLY | unix.O_CREAT
	return []operation{
		{name: "read a file of the system", try: open("/etc/passwd", unix.O_RDONLY)},
		{name: "list a directory of the system", try: open("/usr", unix.O_RDONLY|unix.O_DIRECTORY)},
		{name: "read a file in the working directory", try: open("file", unix.O_RDONLY)},
		{name: "write a file in the working directory", try: open("file", unix.O_WRONLY)},
		{name: "make a file in the working directory", try: open("made", create)},
		{name: "truncate a file in the working directory", try: func() error { return unix.Truncate("file", 1) }},
		{name: "make a directory in the working directory", try: func() error { return unix.Mkdir("dir", 0o700) }, fine: []error{unix.EEXIST}},
		{name: "rename in the working directory", try: func() error { return unix.Rename("old", "new") }},
		{name: "remove from the working directory", try: func() error { return unix.Unlink("doomed") }},
		{name: "make a symbolic link", try: func() error { return unix.Symlink("file", "symlink") }, fine: []error{unix.EEXIST}},
		{name: "make a hard link", try: func() error { return unix.Link("file", "hardlink") }, fine: []error{unix.EEXIST}},
		{name: "make a pipe by name", try: func() error { return unix.Mkfifo("fifo", 0o600) }, fine: []error{unix.EEXIST}},
		{name: "make a device", try: func() error { return unix.Mknod("device", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 5))) }},
		{name: "chmod", try: func() error { return unix.Chmod("file", 0o640) }},
		{name: "chmod to set-user-id", try: func() error { return unix.Chmod("file", 0o4755) }},
		{name: "open a file of its own to be set-user-id", try: func() error {
			fd, err := unix.Open("suid", create|unix.O_CLOEXEC, 0o4755)
			if err == nil {
				err = unix.Close(fd)
			}
			return err
		}},
		{name: "set an attribute of a file", try: func() error { return unix.Setxattr("file", "user.probe", []byte("x"), 0) }, fine: []error{unix.EOPNOTSUPP}},
		{name: "read a file in the home directory", try: open(home("file"), unix.O_RDONLY), host: true},
		{name: "make a file in the home directory", try: open(home("made"), create), host: true},
		{name: "read a private key", try: open(home(".ssh/id_ed25519"), unix.O_RDONLY), host: true},
		{name: "write a shell's start file", try: open(home(".bashrc"), unix.O_WRONLY), host: true},
		{name: "make a file in /tmp", try: func() error {
			f, err := os.CreateTemp("/tmp", "probe-")
			if err != nil {
				return err
			}
			defer f.Close()
			return os.Remove(f.Name())
		}},
		{name: "write a file of the system", try: open("/etc/passwd", unix.O_WRONLY)},
		{name: "read /proc/self/status", try: open("/proc/self/status", unix.O_RDONLY)},
		{name: "write /dev/null", try: open("/dev/null", unix.O_WRONLY)},
		{name: "read /dev/urandom", try: open("/dev/urandom", unix.O_RDONLY)},
		{name: "look up a file's handle", try: func() error { _, _, err := unix.NameToHandleAt(unix.AT_FDCWD, "file", 0); return err }, fine: []error{unix.EOPNOTSUPP}},
		{name: "open a file by its handle", try: func() error {
			_, err := unix.OpenByHandleAt(unix.AT_FDCWD, unix.NewFileHandle(1, make([]byte, 8)), 0)
			return err
		}, fine: []error{unix.ESTALE, unix.EBADF}},
		{name: "watch a directory (inotify)", try: func() error {
			fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
			if err == nil {
				_, err = unix.InotifyAddWatch(fd, ".", unix.IN_CREATE)
			}
			return err
		}},
		{name: "watch a file system (fanotify)", try: func() error { _, err := unix.FanotifyInit(unix.FAN_CLASS_CONTENT, 0); return err }},
	}
}

// run starts a program and waits for it.
func run(path string) func() error {
	return func() error {
		p, err := os.StartProcess(path, []string{path}, &os.ProcAttr{})
		if err == nil {
			_, err = p.Wait()
		}
		return err
	}
}

func execs() []operation {
	return []operation{
		{name: "run a program of the system", try: run("/usr/bin/true")},
		{name: "run a program in the working directory", try: run("./true")},
		{name: "run a program in /tmp", try: func() error {
			dir := os.Getenv("PROBE_TMP")
			if dir == "" {
				dir = "/tmp/clawrden-probe"
			}
			return run(dir + "/true")()
		}, host: true},
		{name: "run a program in memory", try: func() error {
			// This process execs it, in place of a child that would need /proc.
			fd, err := unix.MemfdCreate("probe", unix.MFD_CLOEXEC)
			if err != nil {
				return err
			}
			b, err := os.ReadFile("/usr/bin/true")
			if err != nil {
				return err
			}
			if _, err := unix.Write(fd, b); err != nil {
				return err
			}
			name := []byte("true\x00")
			argv, envp, empty := [2]*byte{&name[0]}, [1]*byte{}, new(byte)
			return call(unix.SYS_EXECVEAT, uintptr(fd), pointer(empty), pointer(&argv), pointer(&envp), unix.AT_EMPTY_PATH)
		}},
		{name: "map writable memory as executable", try: func() error {
			_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
			return err
		}},
	}
}

func mounts() []operation {
	unshare := func(flag int) func() error { return func() error { return unix.Unshare(flag) } }
	return []operation{
		{name: "mount", try: func() error { return unix.Mount("tmpfs", ".", "tmpfs", 0, "") }},
		{name: "unmount", try: func() error { return unix.Unmount(".", unix.MNT_DETACH) }, fine: []error{unix.EINVAL}},
		{name: "mount by the new calls (fsopen)", try: func() error { _, err := unix.Fsopen("tmpfs", 0); return err }},
		{name: "copy a mount (open_tree)", try: func() error { _, err := unix.OpenTree(unix.AT_FDCWD, ".", unix.OPEN_TREE_CLONE); return err }},
		{name: "pivot_root", try: func() error { return unix.PivotRoot(".", ".") }, fine: []error{unix.EINVAL, unix.EBUSY}},
		{name: "chroot", try: func() error { return unix.Chroot(".") }},
		{name: "a mount namespace", try: unshare(unix.CLONE_NEWNS)},
		{name: "a network namespace", try: unshare(unix.CLONE_NEWNET)},
		{name: "a process namespace", try: unshare(unix.CLONE_NEWPID)},
		{name: "a user namespace", try: func() error {
			args := [11]uint64{unix.CLONE_NEWUSER, 0, 0, 0, uint64(unix.SIGCHLD)}
			pid, _, errno := unix.RawSyscall(unix.SYS_CLONE3, pointer(&args), unsafe.Sizeof(args), 0)
			if errno != 0 {
				return errno
			}
			if pid == 0 {
				unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
			}
			return nil
		}},
		{name: "enter another namespace", try: func() error {
			fd, err := unix.PidfdOpen(os.Getpid(), 0)
			if err != nil {
				return err
			}
			return unix.Setns(fd, unix.CLONE_NEWUTS)
		}},
	}
}

func processes() []operation {
	parent := os.Getppid()
	limit := func(change func(*unix.Rlimit)) func() error {
		return func() error {
			var l unix.Rlimit
			if err := unix.Prlimit(0, unix.RLIMIT_CORE, nil, &l); err != nil {
				return err
			}
			change(&l)
			return unix.Prlimit(0, unix.RLIMIT_CORE, &l, nil)
		}
	}
	return []operation{
		{name: "be traced", try: func() error { return call(unix.SYS_PTRACE, unix.PTRACE_TRACEME) }},
		{name: "trace another process", try: func() error { return unix.PtraceSeize(parent) }},
		{name: "read another process's memory", try: func() error {
			var b byte
			local := []unix.Iovec{{Base: &b, Len: 1}}
			_, err := unix.ProcessVMReadv(parent, local, []unix.RemoteIovec{{Base: 4096, Len: 1}}, 0)
			return err
		}, fine: []error{unix.EFAULT}},
		{name: "compare processes (kcmp)", try: func() error { return call(unix.SYS_KCMP, uintptr(os.Getpid()), uintptr(parent), 1) }},
		{name: "take a descriptor of another process", try: func() error {
			fd, err := unix.PidfdOpen(parent, 0)
			if err == nil {
				_, err = unix.PidfdGetfd(fd, 1, 0)
			}
			return err
		}},
		{name: "signal a process of its own", try: func() error { return unix.Kill(parent, 0) }},
		{name: "signal process 1", try: func() error { return unix.Kill(1, 0) }, host: true},
		{name: "become root", try: func() error { return call(unix.SYS_SETUID, 0) }},
		{name: "become who it is", try: func() error { return call(unix.SYS_SETUID, uintptr(os.Getuid())) }},
		{name: "leave its groups", try: func() error { return call(unix.SYS_SETGROUPS, 0, 0) }},
		{name: "gain a capability", try: func() error {
			header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
			data := [2]unix.CapUserData{{Effective: 1 << unix.CAP_SYS_ADMIN, Permitted: 1 << unix.CAP_SYS_ADMIN}}
			return call(unix.SYS_CAPSET, pointer(&header), pointer(&data))
		}},
		{name: "lower a limit of its own", try: limit(func(l *unix.Rlimit) { l.Cur = 0 })},
		{name: "raise a hard limit", try: func() error {
			l := unix.Rlimit{Cur: 1, Max: 1}
			if err := unix.Prlimit(0, unix.RLIMIT_MSGQUEUE, &l, nil); err != nil {
				return err
			}
			l.Max = 2
			return unix.Prlimit(0, unix.RLIMIT_MSGQUEUE, &l, nil)
		}},
		{name: "be nicer", try: func() error { return unix.Setpriority(unix.PRIO_PROCESS, 0, 10) }},
		{name: "be less nice", try: func() error { return unix.Setpriority(unix.PRIO_PROCESS, 0, -10) }},
		{name: "run in real time", try: func() error {
			priority := int32(1)
			return call(unix.SYS_SCHED_SETSCHEDULER, 0, 1, pointer(&priority))
		}},
		{name: "choose a processor", try: func() error {
			var set unix.CPUSet
			if err := unix.SchedGetaffinity(0, &set); err != nil {
				return err
			}
			return unix.SchedSetaffinity(0, &set)
		}},
		{name: "ask for its personality", try: func() error { return call(unix.SYS_PERSONALITY, 0xffffffff) }},
		{name: "have a fixed address space (personality)", try: func() error { return call(unix.SYS_PERSONALITY, 0x0040000) }},
		{name: "lock memory", try: func() error { return unix.Mlock(make([]byte, 4096)) }},
		{name: "add a filter of its own", try: func() error {
			f := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
			p := unix.SockFprog{Len: 1, Filter: &f}
			if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
				return err
			}
			err := call(unix.SYS_SECCOMP, 1, 0, pointer(&p))
			runtime.KeepAlive(&f)
			return err
		}},
		{name: "add Landlock rules of its own", try: func() error {
			return call(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
		}},
		{name: "a System V shared memory segment", try: func() error {
			id, _, errno := unix.RawSyscall(unix.SYS_SHMGET, 0, 4096, 0o600)
			if errno != 0 {
				return errno
			}
			return call(unix.SYS_SHMCTL, id, 0) // IPC_RMID
		}},
		{name: "a System V message queue", try: func() error {
			id, _, errno := unix.RawSyscall(unix.SYS_MSGGET, 0, 0o600, 0)
			if errno != 0 {
				return errno
			}
			return call(unix.SYS_MSGCTL, id, 0) // IPC_RMID
		}},
		{name: "a POSIX message queue", try: func() error {
			name := []byte("clawrden-probe\x00")
			err := call(unix.SYS_MQ_OPEN, pointer(&name[0]), unix.O_CREAT|unix.O_RDWR, 0o600, 0)
			_ = call(unix.SYS_MQ_UNLINK, pointer(&name[0]))
			return err
		}},
	}
}
