package launch

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/profile"
)

// receive reads the order and its descriptors.
func (l *launcher) receive() *Refusal {
	header := make([]byte, headerLen)
	const intSize = 4
	oob := make([]byte, unix.CmsgSpace(maxFDs*intSize))
	n, oobn, flags, _, err := recvmsg(l.sock, header, oob)
	if err != nil || n == 0 {
		return refuse(StepReceive, "the executor is gone", err)
	}
	fds, err := rights(oob[:oobn])
	if err != nil || flags&unix.MSG_CTRUNC != 0 {
		return refuse(StepReceive, "its descriptors did not come whole", err)
	}
	if err := l.fill(header[n:]); err != nil {
		return refuse(StepReceive, "", err)
	}
	kind, length, err := parseHeader(header)
	if err != nil || kind != typeOrder || length > maxOrder {
		return refuse(StepReceive, "", errFrame)
	}
	payload := make([]byte, length)
	if err := l.fill(payload); err != nil {
		return refuse(StepReceive, "", err)
	}
	order, stdio, tools, err := parseOrder(payload)
	if err != nil {
		return refuse(StepReceive, "", err)
	}
	l.order = order
	for i := range l.stdio {
		l.stdio[i] = -1
		if stdio&(1<<i) != 0 && len(fds) > 0 {
			l.stdio[i], fds = fds[0], fds[1:]
		} else if stdio&(1<<i) != 0 {
			return refuse(StepReceive, "fewer descriptors came than it speaks of", nil)
		}
	}
	if len(fds) != tools {
		return refuse(StepReceive, fmt.Sprintf("%d descriptors of the tool came in place of %d", len(fds), tools), nil)
	}
	l.fds = fds
	return nil
}

// check looks for what no step could mend.
func (l *launcher) check() *Refusal {
	o := l.order
	if o.Plan != nil && o.Plan.Arch != profile.Arch(runtime.GOARCH) && (o.Plan.Arch != "" || len(o.Plan.Filter) > 0) {
		return refuse(StepProfile, fmt.Sprintf("the profile %s is compiled for %s, and this is %s", o.Plan.Name, o.Plan.Arch, runtime.GOARCH), nil)
	}
	if len(o.Argv) == 0 && len(o.Tool.Words) == 0 {
		return refuse(StepReceive, "it has no argv[0]", nil)
	}
	for i, fd := range l.stdio {
		if r := stream(i, fd); r != nil {
			return r
		}
	}
	return nil
}

// stream refuses what no program expects as a standard descriptor: a directory leads out of the mount namespace that the
// tool is shut into, wherever it was opened.
func stream(i, fd int) *Refusal {
	if fd < 0 {
		return nil
	}
	name := [...]string{"standard input", "standard output", "standard error"}[i]
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return refuse(StepDescriptors, name, err)
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return refuse(StepDescriptors, name, err)
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR || flags&unix.O_PATH != 0 {
		return refuse(StepDescriptors, name+" is a directory, or only the place of a file: connect it to a file, a pipe or a terminal", nil)
	}
	return nil
}

func recvmsg(sock int, b, oob []byte) (n, oobn, flags int, from unix.Sockaddr, err error) {
	for {
		n, oobn, flags, from, err = unix.Recvmsg(sock, b, oob, unix.MSG_CMSG_CLOEXEC)
		if !errors.Is(err, unix.EINTR) {
			return n, oobn, flags, from, err
		}
	}
}

// fill reads exactly len(b) bytes.
func (l *launcher) fill(b []byte) error {
	for len(b) > 0 {
		n, err := unix.Read(l.sock, b)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n == 0:
			return errShort
		default:
			b = b[n:]
		}
	}
	return nil
}

// rights takes the descriptors out of a control message.
func rights(oob []byte) (fds []int, err error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	for i := range messages {
		more, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return nil, err
		}
		fds = append(fds, more...)
	}
	return fds, nil
}
