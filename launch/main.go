package launch

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/protocol"
)

const usage = `clawrden-launch is started by Clawrden, in the units and containers that tools run in, and isn't of use otherwise:
  clawrden-launch                             take the order from standard input, a socket
  clawrden-launch --connect PATH --peer UID   take it from the socket at PATH, which UID serves
  clawrden-launch init -- AGENT [ARGUMENT…]   put a session under guard, and become its agent
  clawrden-launch --version`

// Main is the launcher: it becomes the tool, or says why not and returns an exit status.
func Main(args []string, version string, say func(string)) int {
	if len(args) == 1 && args[0] == "--version" {
		say("clawrden-launch " + version)
		return 0
	}
	if len(args) > 0 && args[0] == "init" {
		return session(args[1:], say)
	}
	sock, err := dial(args)
	if err != nil {
		say("clawrden-launch: " + err.Error())
		return protocol.ExitFailed
	}
	// Credentials, Landlock and the filter are a thread's own: the thread that takes them on is the one that execs. The
	// collector would need that thread to answer it until then, so it doesn't run; nothing here lives long.
	runtime.LockOSThread()
	debug.SetGCPercent(-1)
	// Whoever runs as the same user must not get at this process before it is closed in.
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	l := launcher{sock: sock}
	r := l.launch()
	_ = send(l.sock, appendRefused(r)) // where nobody hears it, the exit status tells
	return r.Code()
}

// dial gives the socket that the order comes by.
func dial(args []string) (int, error) {
	if len(args) == 0 {
		if kind, err := unix.GetsockoptInt(0, unix.SOL_SOCKET, unix.SO_DOMAIN); err != nil || kind != unix.AF_UNIX {
			return -1, errors.New("standard input is not the socket of an executor\n" + usage)
		}
		return 0, nil
	}
	if len(args) != 4 || args[0] != "--connect" || args[2] != "--peer" {
		return -1, errors.New("bad usage\n" + usage)
	}
	const base, bits = 10, 32
	uid, err := strconv.ParseUint(args[3], base, bits)
	if err != nil {
		return -1, fmt.Errorf("%q is not a uid", args[3])
	}
	sock, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := unix.Connect(sock, &unix.SockaddrUnix{Name: args[1]}); err != nil {
		return -1, fmt.Errorf("cannot reach the executor at %s: %v", args[1], err)
	}
	cred, err := unix.GetsockoptUcred(sock, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return -1, err
	}
	if uint64(cred.Uid) != uid {
		return -1, fmt.Errorf("the socket %s is served by uid %d, not by the executor's (%d)", args[1], cred.Uid, uid)
	}
	return sock, nil
}

// launcher carries out one order.
type launcher struct {
	sock  int
	order *Order
	stdio [3]int // descriptors as they came; -1: closed
	fds   []int  // the tool's

	ruleset int    // Landlock's; -1 without
	path    string // what is run, by path
	next    *final
}

// launch returns only where the tool isn't run. The order of the steps is Order's.
func (l *launcher) launch() *Refusal {
	l.ruleset = -1
	for _, step := range []func() *Refusal{
		l.receive, l.check, l.become, l.enter, l.openTool, l.landlock, l.takeTerminal, l.arrange, l.underGuard, l.prepare, l.sayReady, l.limit,
	} {
		if r := step(); r != nil {
			return r
		}
	}
	return l.next.run()
}

// send writes a frame. The executor may be gone, which is no reason to die of SIGPIPE.
func send(sock int, frame []byte) error {
	for len(frame) > 0 {
		n, err := unix.SendmsgN(sock, frame, nil, nil, unix.MSG_NOSIGNAL)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		frame = frame[n:]
	}
	return nil
}

// sayReady tells that only the last steps are left, and goes over to a socket that nobody but this process holds: its end is
// then the exec. With it goes a pidfd: what this process becomes can be followed and ended by it, whatever its number is in
// the executor's namespace.
func (l *launcher) sayReady() *Refusal {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return refuse(StepDescriptors, "", err)
	}
	fds := []int{pair[0]}
	if pidfd, err := unix.PidfdOpen(unix.Getpid(), 0); err == nil {
		fds = append(fds, pidfd)
	}
	var e encoder
	e.header(typeReady)
	frame := e.finish()
	for {
		n, err := unix.SendmsgN(l.sock, frame, unix.UnixRights(fds...), nil, unix.MSG_NOSIGNAL)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && n < len(frame) {
			err = send(l.sock, frame[n:])
		}
		if err != nil {
			return refuse(StepReceive, "the executor is gone", err)
		}
		break
	}
	closeAll(fds)
	l.sock, l.next.sock = pair[1], pair[1]
	return nil
}
