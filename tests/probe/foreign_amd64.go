package main

import "golang.org/x/sys/unix"

// i386 makes the call getpid of the 32-bit ABI.
func i386() int32

// foreign are the ABIs that a filter for one architecture must not forget.
func foreign() []operation {
	const x32 = 0x40000000
	return []operation{
		{name: "system call of i386", try: func() error {
			if n := i386(); n < 0 {
				return unix.Errno(-n)
			}
			return nil
		}},
		{name: "system call of x32", try: func() error { return call(x32 | unix.SYS_GETPID) }},
		{name: "modify_ldt", try: func() error { return call(unix.SYS_MODIFY_LDT, 0, 0, 0) }},
		{name: "iopl", try: func() error { return call(unix.SYS_IOPL, 3) }},
	}
}
