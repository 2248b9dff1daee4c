package relay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A tap is the same helper between a command and its caller's descriptors, for a command whose output the policy wants recorded
// or bounded. Who wants neither has none, and loses nothing by it. It goes on without the daemon, until the command and all that
// has its output have ended.
//
//	helper ── 'T' what rows columns ───────────▶ daemon    first: what the caller's descriptors are
//	helper ◀── 'C' flags limit most [fds] ───── daemon    copy
//	helper ── 'R' ────────────────────────────▶ daemon    the terminals for output are ready, where there are any
//	helper ── 'L' ────────────────────────────▶ daemon    the output was over its limit, and ends here
//	helper ◀── 'F' ──────────────────────────── daemon    the command has ended
//	helper ── 'D' flags output ───────────────▶ daemon    all that it had written was passed on

// TapName is argv[0] of such a helper.
const TapName = "clawrden-tap"

// What a tap is told.
const (
	tapPty    = 1 << iota // the command has a terminal of its own
	tapOne                // one pipe for stdout and stderr
	tapInput              // a pipe for stdin
	tapRecord             // a file for what passes
	tapOut                // stdout is a terminal of its own, which controls nobody
	tapErr                // stderr is
)

// What became of a recording.
const (
	tapCut  = 1 << iota // it holds no more than Most
	tapLost             // it couldn't be written
)

const (
	tapPacket = 2 + 8 + 8
	// drainTime is how long the end of a command waits for its caller to take the rest of the output; the helper goes on.
	drainTime = 10 * time.Second
)

// TapOptions say what passes a tap.
type TapOptions struct {
	Program string      // path of the helper
	Stdio   [3]*os.File // the caller's; nil: closed
	Record  *os.File    // open for writing; nil: nothing is recorded. See the events in taphelper.go
	Input   bool        // record stdin too
	Most    int64       // bytes that are recorded
	Limit   int64       // bytes of output that are passed on; 0: all
	Pty     bool        // the executor can give the command a terminal of its own
	InPlace bool        // the command stays in its caller's session, whose terminal goes on controlling it
	UID     uint32      // of the command, which such a terminal belongs to
}

// Tap is one that runs.
type Tap struct {
	Stdio    [3]*os.File     // for the command
	Terminal bool            // they are a terminal of its own
	Size     Size            // of the caller's terminal
	Over     <-chan struct{} // closed when there was more output than the limit
	ours     []*os.File      // those of Stdio that are not the caller's
	relay    *Relay
	done     chan report
	once     sync.Once
}

type report struct {
	flags  byte
	output int64
}

// Report is how it went.
type Report struct {
	Output int64 // bytes that the caller was passed on; -1 if that isn't known
	Cut    bool  // the recording ends before the output did
	Lost   bool  // and part of it couldn't be written
}

// StartTap starts one. It returns when the helper copies.
func StartTap(o TapOptions) (*Tap, error) {
	cmd, control, err := spawn(o.Program, o.Stdio, TapName)
	if err != nil {
		return nil, err
	}
	t := &Tap{done: make(chan report, 1)}
	what := byte(0)
	t.relay, what, err = greet(cmd, control)
	if err != nil {
		return nil, err
	}
	t.Size = t.relay.Size
	over := make(chan struct{})
	t.Over = over
	p := plumber{o: &o, t: t}
	err = p.plumb(what)
	if err == nil {
		err = t.relay.send(p.flags, &o, p.theirs)
	}
	for _, f := range p.theirs {
		_ = f.Close()
	}
	if err == nil && p.flags&(tapOut|tapErr) != 0 {
		err = t.relay.ready()
	}
	if err != nil {
		t.Handed()
		t.relay.Close()
		return nil, fmt.Errorf("cannot stand between the command and its output: %w", err)
	}
	go t.listen(control, over)
	return t, nil
}

// send tells the helper what to do.
func (r *Relay) send(flags byte, o *TapOptions, theirs []*os.File) error {
	fds := make([]int, 0, len(theirs)+1)
	for _, f := range theirs {
		fds = append(fds, int(f.Fd()))
	}
	if o.Record != nil {
		flags |= tapRecord
		fds = append(fds, int(o.Record.Fd()))
	}
	b := binary.LittleEndian.AppendUint64([]byte{'C', flags}, uint64(o.Limit)) //nolint:gosec // not negative
	b = binary.LittleEndian.AppendUint64(b, uint64(o.Most))                    //nolint:gosec // not negative
	_ = r.control.SetWriteDeadline(time.Now().Add(greetLimit))
	_, _, err := r.control.WriteMsgUnix(b, unix.UnixRights(fds...), nil)
	return err
}

// ready waits for the helper to have made the command's terminals like the caller's.
func (r *Relay) ready() error {
	_ = r.control.SetReadDeadline(time.Now().Add(greetLimit))
	b := make([]byte, 16)
	if n, err := r.control.Read(b); err != nil || n == 0 || b[0] != 'R' {
		return errors.New("its terminal can't be made like the caller's")
	}
	return r.control.SetReadDeadline(time.Time{})
}

// listen reads what the helper says until it ends.
func (t *Tap) listen(control *net.UnixConn, over chan<- struct{}) {
	defer close(t.done)
	told, reset := false, false
	for b := make([]byte, 32); ; {
		n, err := control.Read(b)
		if errors.Is(err, unix.ECONNRESET) && !reset {
			reset = true // it ended before it read our last word; its own comes behind this error
			continue
		}
		if err != nil || n == 0 {
			return
		}
		switch {
		case b[0] == 'L' && !told:
			told = true
			close(over)
		case b[0] == 'D' && n == tapPacket:
			t.done <- report{b[1], int64(binary.LittleEndian.Uint64(b[2:]))} //nolint:gosec // the helper's own count
			return
		}
	}
}

// Handed closes the command's ends, once the command has them.
func (t *Tap) Handed() {
	for _, f := range t.ours {
		_ = f.Close()
	}
	t.ours = nil
}

// WindowChanged gives the command's terminal the size of the caller's.
func (t *Tap) WindowChanged() { t.relay.WindowChanged() }

// End returns when all that the command has written was passed on, which it had ended before. What it has left running may
// write on.
func (t *Tap) End() (r Report) {
	r.Output, r.Lost = -1, true
	t.once.Do(func() {
		defer func() { _ = t.relay.control.Close() }()
		_ = t.relay.control.SetWriteDeadline(time.Now().Add(greetLimit))
		_, _ = t.relay.control.Write([]byte{'F', 0}) // a helper that has ended has said so
		limit := time.NewTimer(drainTime)
		defer limit.Stop()
		select {
		case got, ok := <-t.done:
			if ok {
				r = Report{Output: got.output, Cut: got.flags&tapCut != 0, Lost: got.flags&tapLost != 0}
			}
		case <-limit.C:
			r.Cut, r.Lost = true, false
		}
	})
	return r
}

// Leave lets the helper go on without this process.
func (t *Tap) Leave() { t.once.Do(func() { _ = t.relay.control.Close() }) }

// spawn starts the helper's program by its words, on an agent's descriptors.
func spawn(program string, stdio [3]*os.File, words ...string) (*exec.Cmd, *net.UnixConn, error) {
	exe, err := os.Open(program) // run by descriptor: its user needn't be able to reach it
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start the relay: %v", err)
	}
	defer func() { _ = exe.Close() }()
	control, theirs, err := socketpair()
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start the relay: %v", err)
	}
	defer func() { _ = theirs.Close() }()
	cmd := exec.CommandContext(context.Background(), "/proc/self/fd/4") // it ends with its control socket
	cmd.Args, cmd.Env = words, []string{"GOMAXPROCS=2", "GOGC=off", "GOMEMLIMIT=32MiB"}
	cmd.ExtraFiles = []*os.File{theirs, exe}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if mayBecome() {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	if stdio[0] != nil {
		cmd.Stdin = stdio[0]
	}
	if stdio[1] != nil {
		cmd.Stdout = stdio[1]
	}
	if stdio[2] != nil {
		cmd.Stderr = stdio[2]
	}
	if err := cmd.Start(); err != nil {
		_ = control.Close()
		return nil, nil, fmt.Errorf("cannot start the relay: %v", err)
	}
	return cmd, control, nil
}
