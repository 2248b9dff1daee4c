package relay

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/job"
)

// plumber makes what lies between a command and the helper.
type plumber struct {
	o      *TapOptions
	t      *Tap
	theirs []*os.File // the helper's ends
	flags  byte
}

// plumb makes all of it, for descriptors of which the helper has said what they are.
func (p *plumber) plumb(what byte) error {
	p.t.Stdio = p.o.Stdio
	err := p.all(what)
	for i, f := range p.o.Stdio {
		if f == nil { // a closed one stays closed
			p.t.Stdio[i] = nil
		}
	}
	return err
}

func (p *plumber) all(what byte) error {
	if p.o.Pty && what&isTTY != 0 {
		return p.terminal(what)
	}
	input := p.o.Input && p.o.Record != nil && p.o.Stdio[0] != nil
	if input && p.o.InPlace && what&isInTTY != 0 {
		return job.NotRunError{Err: errors.New("its rule records its input, and what is typed on a terminal can't be where the command runs in place; " +
			`give it another input, or have the operator choose recording = "output", or executor = executor.unit`)}
	}
	out, errs := p.o.InPlace && what&isOutTTY != 0, p.o.InPlace && what&isErrTTY != 0
	if p.o.Stdio[1] != nil && p.o.Stdio[2] != nil && (what&isSame != 0 || out && errs && what&isOneTTY != 0) {
		p.flags |= tapOne
		if err := p.output(out, 1, 2); err != nil {
			return err
		}
	} else if err := errors.Join(p.output(out, 1), p.output(errs, 2)); err != nil { // for a closed one, too: the helper counts on both
		return err
	}
	if !input {
		return nil
	}
	p.flags |= tapInput
	return p.pipe(0, 1, 0)
}

// put gives the command an end.
func (p *plumber) put(f *os.File, at ...int) {
	p.t.ours = append(p.t.ours, f)
	for _, i := range at {
		p.t.Stdio[i] = f
	}
}

// terminal makes one for all three.
func (p *plumber) terminal(what byte) error {
	master, slave, err := terminal(p.o.UID)
	if err != nil {
		return err
	}
	p.put(slave, 0, 1)
	if what&isSame != 0 {
		p.t.Stdio[2] = slave
	}
	p.t.Terminal = true
	if p.o.Input {
		p.flags |= tapInput
	}
	p.flags |= tapPty
	p.theirs = append(p.theirs, master)
	return nil
}

// output makes what the command writes to.
func (p *plumber) output(tty bool, at ...int) error {
	if !tty {
		return p.pipe(1, 0, at...)
	}
	master, slave, err := terminal(p.o.UID)
	if err != nil {
		return err
	}
	p.flags |= tapOut << (at[0] - 1)
	p.theirs = append(p.theirs, master)
	p.put(slave, at...)
	return nil
}

// pipe makes one whose read end is 0, and write end 1.
func (p *plumber) pipe(command, helper int, at ...int) error {
	var ends [2]*os.File
	var err error
	if ends[0], ends[1], err = os.Pipe(); err != nil {
		return fmt.Errorf("cannot make a pipe: %v", err)
	}
	// /dev/stdout leads to it, which the command may open anew.
	if ends[0].Chown(int(p.o.UID), -1) != nil {
		const everybody = 0o666 // who reaches the descriptors of one of its processes
		_ = ends[0].Chmod(everybody)
	}
	p.theirs = append(p.theirs, ends[helper])
	p.put(ends[command], at...)
	return nil
}

// terminal makes a terminal for a command. The helper gives it its size.
func terminal(uid uint32) (master, slave *os.File, err error) {
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	fd, err := unix.Open("/dev/ptmx", flags, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a terminal: %v", err)
	}
	master = os.NewFile(uintptr(fd), "ptmx")
	if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err == nil {
		peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, flags)
		if errno == 0 {
			slave = os.NewFile(peer, "pts")
			_ = slave.Chown(int(uid), -1) // only for those who open it by its name; a daemon may lack the right
			return master, slave, nil
		}
		err = errno
	}
	_ = master.Close()
	return nil, nil, fmt.Errorf("cannot make a terminal: %v", err)
}
