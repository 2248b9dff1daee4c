package main

import (
	"golang.org/x/sys/unix"
)

// kernel is what reaches past the process and its files.
func kernel() []operation {
	var zero [128]byte
	text := []byte("user\x00")
	name := []byte("clawrden-probe\x00")
	return []operation{
		{name: "load a BPF program", try: func() error { return call(unix.SYS_BPF, unix.BPF_PROG_LOAD, pointer(&zero), 72) }, fine: []error{unix.EINVAL}},
		{name: "make a BPF map", try: func() error { return call(unix.SYS_BPF, unix.BPF_MAP_CREATE, pointer(&zero), 72) }, fine: []error{unix.EINVAL}},
		{name: "count events (perf_event_open)", try: func() error {
			attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Size: 112, Bits: unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv}
			_, err := unix.PerfEventOpen(&attr, 0, -1, -1, 0)
			return err
		}},
		{name: "handle page faults (userfaultfd)", try: func() error { return call(unix.SYS_USERFAULTFD, unix.O_CLOEXEC|1) }},
		{name: "io_uring", try: func() error { return call(unix.SYS_IO_URING_SETUP, 1, pointer(&zero)) }},
		{name: "add a key", try: func() error {
			return call(unix.SYS_ADD_KEY, pointer(&text[0]), pointer(&name[0]), pointer(&zero), 1, ^uintptr(3)+1) // KEY_SPEC_SESSION_KEYRING
		}},
		{name: "use keys (keyctl)", try: func() error { return call(unix.SYS_KEYCTL, unix.KEYCTL_GET_KEYRING_ID, ^uintptr(3)+1, 0) }, fine: []error{unix.ENOKEY}},
		{name: "read the kernel's log", try: func() error { _, err := unix.Klogctl(10, nil); return err }},
		{name: "read the clock's adjustment", try: func() error { var t unix.Timex; _, err := unix.Adjtimex(&t); return err }},
		{name: "set the clock", try: func() error {
			var now unix.Timespec
			if err := unix.ClockGettime(unix.CLOCK_REALTIME, &now); err != nil {
				return err
			}
			return unix.ClockSettime(unix.CLOCK_REALTIME, &now)
		}},
		{name: "set the host's name", try: func() error { return unix.Sethostname([]byte("probe")) }},
		{name: "reboot", try: func() error { return unix.Reboot(unix.LINUX_REBOOT_CMD_CAD_OFF) }},
		{name: "load another kernel", try: func() error { return call(unix.SYS_KEXEC_LOAD, 0, 0, 0, 0) }},
		{name: "load a module", try: func() error { return call(unix.SYS_INIT_MODULE, pointer(&zero), 1, pointer(&zero)) }, fine: []error{unix.ENOEXEC}},
		{name: "load a module from a file", try: func() error { return call(unix.SYS_FINIT_MODULE, 0, pointer(&zero), 0) }, fine: []error{unix.ENOEXEC, unix.EBADF, unix.EINVAL}},
		{name: "remove a module", try: func() error { return call(unix.SYS_DELETE_MODULE, pointer(&name[0]), unix.O_NONBLOCK) }, fine: []error{unix.ENOENT}},
		{name: "swap to a file", try: func() error { return call(unix.SYS_SWAPON, pointer(&name[0]), 0) }, fine: []error{unix.ENOENT}},
		{name: "account for processes", try: func() error { return call(unix.SYS_ACCT, pointer(&name[0])) }, fine: []error{unix.ENOENT}},
		{name: "set disk quotas", try: func() error { return call(unix.SYS_QUOTACTL, 0, pointer(&name[0]), 0, 0) }, fine: []error{unix.ENOENT, unix.ENOTBLK, unix.EINVAL}},
		{name: "hang up the terminal", try: func() error { return call(unix.SYS_VHANGUP) }},
		{name: "type into a terminal (TIOCSTI)", try: func() error {
			c := byte('x')
			return call(unix.SYS_IOCTL, 0, unix.TIOCSTI, pointer(&c))
		}, fine: []error{unix.ENOTTY, unix.EBADF, unix.EIO}},
	}
}
