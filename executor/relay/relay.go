// Package relay copies between an agent's descriptors and a container engine's stream, in a process of its own.
//
// The daemon never reads or writes what an agent has opened: a terminal that nobody reads, a pipe that is full, a file
// system that never answers would hold it up. So this program is started anew as a helper, with the agent's descriptors, no
// rights, and one socket to the daemon; whatever the descriptors do to it, it harms that one command. It is for commands
// that the engine itself starts, which can't be handed descriptors. The executor mirror (via docker) calls Start;
// cmd/clawrden-launch, the small program that is installed with the daemon, calls Main when it is started under Name.
//
// What the two say to each other, one packet each. A spare helper, which was started ahead of the command, is handed its
// descriptors first:
//
//	helper ◀── 'S' mask [stdio] ───────── daemon    stdin, stdout and stderr, as far as the mask says
//	helper ── 'T' tty rows columns ──────▶ daemon    first: whether it is a terminal that the caller has
//	helper ◀── 'C' tty early… [stream] ── daemon    copy; what the engine had sent already comes along
//	helper ── 'W' 0 rows columns ────────▶ daemon    the terminal has another size
//	helper ── 'P' 0 ─────────────────────▶ daemon    nobody reads the output any more
//
// Rows and columns are two bytes each, little-endian. The socket's end is the helper's end.
package relay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Name is argv[0] of the helper; spareWord is argv[1] of one that is handed its descriptors later.
const (
	Name      = "clawrden-relay"
	spareWord = "spare"
)

const (
	maxPacket  = 64 << 10
	greetLimit = 5 * time.Second // for the helper to look at the descriptors: a file system may never answer
	nobody     = 65534
)

// Size is a terminal's, in characters.
type Size struct{ Rows, Columns uint16 }

// Relay is a helper that runs.
type Relay struct {
	TTY  bool // stdin and stdout are a terminal
	Size Size // of that, when it was started

	Resized <-chan Size     // the terminal's later sizes
	Broken  <-chan struct{} // closed when nobody reads the output any more
	Done    <-chan struct{} // closed when the helper has ended: all was copied, or it can't be

	cmd     *exec.Cmd
	control *net.UnixConn
}

// Start starts a helper, by the path of its program, on descriptors of an agent; nil ones are closed. It returns when the
// helper has looked at them.
func Start(program string, stdio [3]*os.File) (*Relay, error) {
	cmd, control, err := spawn(program, stdio, Name)
	if err != nil {
		return nil, err
	}
	return started(cmd, control)
}

// started waits until a helper has looked at its descriptors.
func started(cmd *exec.Cmd, control *net.UnixConn) (*Relay, error) {
	r, _, err := greet(cmd, control)
	if err != nil {
		return nil, err
	}
	resized, broken := make(chan Size, 1), make(chan struct{})
	r.Resized, r.Broken = resized, broken
	go listen(control, resized, broken)
	return r, nil
}

// mayBecome reports whether this process may start others as nobody. A daemon that was started without that right starts
// helpers as itself, which give up what is left.
func mayBecome() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	const need = 1<<unix.CAP_SETUID | 1<<unix.CAP_SETGID
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&need == need
}

// greet waits for the helper's first word: what the caller's descriptors are.
func greet(cmd *exec.Cmd, control *net.UnixConn) (r *Relay, what byte, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
	}()
	_ = control.SetReadDeadline(time.Now().Add(greetLimit))
	b := make([]byte, 16)
	n, err := control.Read(b)
	if err == nil && (n != packetLen || b[0] != 'T') {
		err = errors.New("it said something else")
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = control.Close()
		<-done
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = fmt.Errorf("stdin, stdout or stderr doesn't answer within %v", greetLimit)
		}
		return nil, 0, fmt.Errorf("cannot use the caller's descriptors: %v", err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return &Relay{TTY: b[1]&isTTY != 0, Size: sizeIn(b), Done: done, cmd: cmd, control: control}, b[1], nil
}

// listen reads what the helper says until it ends. Of sizes only the last counts.
func listen(control *net.UnixConn, resized chan Size, broken chan struct{}) {
	told := false
	for b := make([]byte, 16); ; {
		n, err := control.Read(b)
		if err != nil || n == 0 {
			return
		}
		switch {
		case b[0] == 'W' && n == packetLen:
			select {
			case <-resized:
			default:
			}
			resized <- sizeIn(b) // nobody else sends, so there is room
		case b[0] == 'P' && !told:
			told = true
			close(broken)
		}
	}
}

// Connect hands the stream over, with what was read of it already. The caller closes its own copy.
func (r *Relay) Connect(stream *net.UnixConn, early []byte) error {
	f, err := stream.File()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if len(early)+2 > maxPacket {
		return errors.New("the engine sent too much before the stream began")
	}
	packet := append([]byte{'C', 0}, early...)
	if r.TTY {
		packet[1] = 1
	}
	_ = r.control.SetWriteDeadline(time.Now().Add(greetLimit))
	_, _, err = r.control.WriteMsgUnix(packet, unix.UnixRights(int(f.Fd())), nil)
	return err
}

// WindowChanged has the helper look at the terminal's size again.
func (r *Relay) WindowChanged() { _ = r.cmd.Process.Signal(syscall.SIGWINCH) }

// Close ends the helper, which puts the terminal back as it was, and returns when it has ended.
func (r *Relay) Close() {
	_ = r.control.Close()
	limit := time.NewTimer(greetLimit)
	defer limit.Stop()
	select {
	case <-r.Done:
	case <-limit.C:
		_ = r.cmd.Process.Kill() // it is held up by what it writes to
		<-r.Done
	}
}

const packetLen = 6

// What the caller's descriptors are.
const (
	isTTY    = 1 << iota // stdin and stdout are a terminal
	isSame               // stdout and stderr are one file
	isInTTY              // stdin is a terminal
	isOutTTY             // stdout is
	isErrTTY             // stderr is
	isOneTTY             // and both are the same
)

func packet(kind, flag byte, s Size) []byte {
	b := []byte{kind, flag}
	b = binary.LittleEndian.AppendUint16(b, s.Rows)
	return binary.LittleEndian.AppendUint16(b, s.Columns)
}

func sizeIn(b []byte) Size {
	return Size{binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint16(b[4:])}
}

func socketpair() (*net.UnixConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "relay"), os.NewFile(uintptr(fds[1]), "relay")
	defer func() { _ = ours.Close() }()
	conn, err := net.FileConn(ours)
	if err != nil {
		_ = theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}
