package shim

import (
	"syscall"

	"github.com/clawrden/clawrden/protocol"
)

// say writes a message of one or more lines to stderr, each line with the prefix that tells whose it is.
func say(text string) {
	out := make([]byte, 0, len(text)+64)
	line := 0
	for i := 0; i <= len(text); i++ {
		if i == len(text) || text[i] == '\n' {
			if i > line {
				out = append(append(append(out, "clawrden: "...), text[line:i]...), '\n')
			}
			line = i + 1
		}
	}
	if closed&4 == 0 {
		write(2, string(out))
	}
}

// fail says what went wrong and what to do, and ends with the code for "Clawrden failed".
func fail(what, hint string) {
	if hint != "" {
		what += "\n" + hint
	}
	say(what)
	exit(protocol.ExitFailed)
}

func write(fd int, s string) {
	b := []byte(s)
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		b = b[n:]
	}
}

func exit(code int) {
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, uintptr(code), 0, 0)
	}
}

func digits(n int) string {
	if n < 0 {
		return "-" + digits(-n)
	}
	if n >= 10 {
		return digits(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}
