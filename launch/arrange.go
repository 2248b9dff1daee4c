package launch

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/inherited"
)

// takeTerminal makes the tool's terminal its controlling one.
func (l *launcher) takeTerminal() *Refusal {
	if !l.order.Terminal {
		return nil
	}
	if _, err := unix.Setsid(); err != nil && !errors.Is(err, unix.EPERM) { // EPERM: it leads a session already
		return refuse(StepTerminal, "", err)
	}
	for _, fd := range l.stdio {
		if fd < 0 {
			continue
		}
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
			continue
		}
		if err := unix.IoctlSetInt(fd, unix.TIOCSCTTY, 0); err != nil {
			return refuse(StepTerminal, "", err)
		}
		return nil
	}
	return refuse(StepTerminal, "none of the standard descriptors is one", nil)
}

// arrange puts the descriptors where the tool expects them, and has all others closed by the exec, but the scripts'.
func (l *launcher) arrange() *Refusal {
	sock, err := dup(l.sock, unix.F_DUPFD_CLOEXEC)
	if err != nil {
		return refuse(StepDescriptors, "", err)
	}
	l.sock = sock
	for i, fd := range l.stdio {
		if fd < 0 {
			_ = unix.Close(i)
		} else if err := unix.Dup3(fd, i, 0); err != nil {
			return refuse(StepDescriptors, "", err)
		}
	}
	const first = 3
	if err := unix.CloseRange(first, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC); err != nil { // Linux 5.11
		const most = 1024
		for fd := uintptr(first); fd < most; fd++ {
			_, _ = unix.FcntlInt(fd, unix.F_SETFD, unix.FD_CLOEXEC)
		}
	}
	for i := range l.order.Tool.Words {
		w := &l.order.Tool.Words[i]
		if !w.IsFD {
			continue
		}
		fd, err := dup(l.fds[w.FD], unix.F_DUPFD)
		if err != nil {
			return refuse(StepDescriptors, "", err)
		}
		w.Text = "/proc/self/fd/" + strconv.Itoa(fd)
		var st unix.Stat_t
		if unix.Stat(w.Text, &st) != nil {
			return refuse(StepTool, "a script of the caller's own is run as "+w.Text+", and there is no /proc here", nil)
		}
	}
	return nil
}

// dup duplicates a descriptor out of the way of the numbers that programs use. Below 64 the kernel has room for it from the
// start; for a higher one it would make a larger table, and where threads share that it waits for all processors (10 ms and
// more: expand_fdtable in fs/file.c).
func dup(fd, how int) (int, error) {
	const high, low = 40, 3
	n, err := unix.FcntlInt(uintptr(fd), how, high)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EMFILE) { // a low limit on descriptors
		n, err = unix.FcntlInt(uintptr(fd), how, low)
	}
	return n, err
}

// limit sets the resource limits, the plan's last. It is late, because this process itself may need more.
func (l *launcher) limit() *Refusal {
	limits := append([]Limit{{unix.RLIMIT_NOFILE, inherited.OpenFiles.Cur, inherited.OpenFiles.Max}}, l.order.Limits...)
	if l.order.Plan != nil {
		for _, r := range l.order.Plan.Rlimits {
			limits = append(limits, Limit{r.Resource, r.Value, r.Value})
		}
	}
	for _, want := range limits {
		var have unix.Rlimit
		if err := unix.Prlimit(0, want.Resource, nil, &have); err != nil {
			return refuse(StepLimits, fmt.Sprintf("resource %d", want.Resource), err)
		}
		hard := min(want.Max, have.Max) // stricter is as good
		set := unix.Rlimit{Cur: min(want.Soft, hard), Max: hard}
		if err := unix.Prlimit(0, want.Resource, &set, nil); err != nil {
			return refuse(StepLimits, fmt.Sprintf("resource %d", want.Resource), err)
		}
	}
	return nil
}
