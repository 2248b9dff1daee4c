package launch

import (
	"syscall"

	"github.com/clawrden/clawrden/protocol"
)

// Refusal is the launcher's word for why the tool wasn't started.
type Refusal struct { //nolint:errname // a launcher refuses; it doesn't err
	Step  Step
	Errno syscall.Errno // 0 where no system call failed
	Text  string        // what it was about: a path, a rule; may be empty
}

// Error says what couldn't be done, about what, and why.
func (r *Refusal) Error() string {
	s := "the launcher could not " + r.Step.String()
	if r.Text != "" {
		s += ": " + r.Text
	}
	if r.Errno != 0 {
		s += ": " + r.Errno.Error()
	}
	return s
}

// Code is the shim's exit code for a tool that wasn't started: as a shell has it where the kernel wouldn't run it or there
// is none, else that Clawrden failed.
func (r *Refusal) Code() int {
	switch {
	case r.Step == StepTool && r.Errno == syscall.ENOENT:
		return protocol.ExitNoTool
	case r.Step == StepExec:
		return protocol.ExitDenied
	}
	return protocol.ExitFailed
}

// errnoOf reads an errno off a frame; one that no kernel gives is 0.
func errnoOf(n uint32) syscall.Errno {
	const maxErrno = 4095 // MAX_ERRNO
	if n > maxErrno {
		return 0
	}
	return syscall.Errno(n)
}

// refuse is a refusal with the errno of err, if it has one.
func refuse(s Step, text string, err error) *Refusal {
	r := &Refusal{Step: s, Text: text}
	if errno, ok := err.(syscall.Errno); ok { //nolint:errorlint // raw system calls: never wrapped
		r.Errno = errno
	} else if err != nil {
		if text != "" {
			r.Text += ": "
		}
		r.Text += err.Error()
	}
	return r
}
