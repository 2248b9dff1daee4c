package relay

import (
	"encoding/base64"
	"encoding/binary"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// What is recorded, one line of JSON each, with the microseconds since the start: [1500,"o","aGk="]. The data is in base64, since it
// need be neither text nor whole characters.
//
//	"o" stdout   "e" stderr   "i" stdin   "r" the terminal's size, columns and rows ("80x24")   "x" the most is reached
const (
	eventOutput, eventError, eventInput = 'o', 'e', 'i'
	eventSize, eventCut                 = 'r', 'x'
)

// tapper is the helper's side of a tap.
type tapper struct {
	helper
	began   time.Time
	flags   byte
	limit   int64
	most    int64
	sources []source
	master  int // of the command's terminal; -1 without
	input   int // where stdin goes; -1: it doesn't pass here
	record  int // -1: nothing is recorded

	mu     sync.Mutex // guards what follows
	idle   sync.Cond
	busy   int   // sources of which something was read and isn't passed on yet
	output int64 // bytes that were passed on
	over   bool

	events  sync.Mutex // guards what follows
	written int64      // bytes that were recorded
	what    byte       // of the recording
	line    []byte

	finished sync.Once
}

// source is what the command writes to.
type source struct {
	fd, to int
	event  byte
	screen *screen // a terminal for output alone; nil for another thing
	over   bool    // guarded by tapper.mu
}

// TapMain is the helper. It doesn't return.
func TapMain() {
	disarm()
	_ = unix.Close(programFD)
	t := &tapper{began: time.Now(), master: -1, input: -1, record: -1}
	t.idle.L = &t.mu
	if _, err := unix.Write(controlFD, t.lookAtAll()); err != nil {
		os.Exit(1)
	}
	if !t.receive() {
		os.Exit(1)
	}
	if t.master >= 0 {
		t.raw()
		t.resize()
		go t.watch()
	}
	if t.input >= 0 {
		go t.feedCommand()
	}
	if !t.openScreens() {
		os.Exit(1)
	}
	var copying sync.WaitGroup
	for i := range t.sources {
		copying.Go(func() { t.copy(&t.sources[i]) })
	}
	go t.obey()
	copying.Wait()
	t.finish()
	t.end(0)
}

// oneFile reports whether two descriptors are of the same open file, as after 2>&1.
func oneFile(a, b int) bool {
	const kcmpFile = 0
	pid := uintptr(unix.Getpid())
	n, _, errno := unix.Syscall6(unix.SYS_KCMP, pid, pid, kcmpFile, uintptr(a), uintptr(b), 0)
	if errno == 0 {
		return n == 0
	}
	var x, y unix.Stat_t
	return unix.Fstat(a, &x) == nil && unix.Fstat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

// receive waits for the daemon's word of what is to be copied.
func (t *tapper) receive() bool {
	b, oob := make([]byte, 64), make([]byte, unix.CmsgSpace(4*4))
	for {
		wait(controlFD, unix.POLLIN)
		n, oobn, _, _, err := unix.Recvmsg(controlFD, b, oob, unix.MSG_CMSG_CLOEXEC)
		if again(err) {
			continue
		}
		if err != nil || n != tapPacket || b[0] != 'C' {
			return false
		}
		messages, err := unix.ParseSocketControlMessage(oob[:oobn])
		if err != nil || len(messages) != 1 {
			return false
		}
		fds, err := unix.ParseUnixRights(&messages[0])
		if err != nil {
			return false
		}
		t.flags = b[1]
		t.limit, t.most = int64(binary.LittleEndian.Uint64(b[2:])), int64(binary.LittleEndian.Uint64(b[10:])) //nolint:gosec // the daemon's
		return t.take(fds)
	}
}

// take says what each descriptor is for.
func (t *tapper) take(fds []int) bool {
	next := func() int {
		if len(fds) == 0 {
			return -1
		}
		fd := fds[0]
		fds = fds[1:]
		return fd
	}
	switch {
	case t.flags&tapPty != 0:
		t.master = next()
		t.input = t.master
		t.sources = []source{{fd: t.master, to: 1, event: eventOutput}}
	case t.flags&tapOne != 0:
		t.sources = []source{{fd: next(), to: 1, event: eventOutput}}
	default:
		t.sources = []source{{fd: next(), to: 1, event: eventOutput}, {fd: next(), to: 2, event: eventError}}
	}
	for i, tty := range []byte{tapOut, tapErr} {
		if t.flags&tty != 0 && i < len(t.sources) {
			t.sources[i].screen = &screen{master: t.sources[i].fd, caller: t.sources[i].to}
		}
	}
	if t.flags&tapInput != 0 && t.flags&tapPty == 0 {
		t.input = next()
	}
	if t.flags&tapRecord != 0 {
		t.record = next()
	}
	return len(fds) == 0 && t.sources[len(t.sources)-1].fd >= 0
}

// copy passes on what the command writes to one descriptor, until nobody has that any more.
func (t *tapper) copy(s *source) {
	defer t.ended(s)
	for b := make([]byte, 64<<10); ; {
		wait(s.fd, unix.POLLIN) // before it counts as busy: what waits in the pipe is seen by drained
		t.mu.Lock()
		t.busy++
		t.mu.Unlock()
		n, err := unix.Read(s.fd, b)
		if again(err) {
			t.rest()
			continue
		}
		data := b[:max(n, 0)]
		if s.screen != nil && n > 0 {
			data = t.unpack(s.screen, data)
		}
		ok := n > 0 && t.pass(s, data)
		t.rest()
		if !ok {
			return
		}
	}
}

// rest ends what counts as busy.
func (t *tapper) rest() {
	t.mu.Lock()
	t.busy--
	t.idle.Broadcast()
	t.mu.Unlock()
}

// ended closes a source: whoever still writes to it hears so, as without the helper.
func (t *tapper) ended(s *source) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.over = true; s.fd != t.master {
		_ = unix.Close(s.fd)
	}
	t.idle.Broadcast()
}

// pass gives the caller some output. It is false at the limit, and where nobody reads.
func (t *tapper) pass(s *source, b []byte) bool {
	t.mu.Lock()
	if t.limit > 0 && t.output+int64(len(b)) > t.limit {
		b = b[:max(0, t.limit-t.output)]
		if !t.over {
			t.over = true
			_, _ = unix.Write(controlFD, []byte{'L', 0})
		}
	}
	over := t.over
	t.output += int64(len(b))
	t.mu.Unlock()
	if s.screen != nil {
		t.note(s.event, s.screen.shown(b))
	} else {
		t.note(s.event, b)
	}
	return t.writeAll(s.to, b) == nil && !over
}

// note records an event.
func (t *tapper) note(event byte, b []byte) {
	t.events.Lock()
	defer t.events.Unlock()
	if t.record < 0 || len(b) == 0 || t.what != 0 {
		return
	}
	// All sizes but the first count, too: an agent can change its terminal's for ever.
	if (event != eventSize || t.written > 0) && t.written+int64(len(b)) > t.most {
		t.what |= tapCut
		event, b = eventCut, nil
	}
	t.written += int64(len(b))
	const base = 10
	l := append(t.line[:0], '[')
	l = strconv.AppendInt(l, time.Since(t.began).Microseconds(), base)
	l = append(l, ',', '"', event, '"', ',', '"')
	l = base64.StdEncoding.AppendEncode(l, b)
	l = append(l, '"', ']', '\n')
	t.line = l
	if t.writeAll(t.record, l) != nil {
		t.what |= tapLost
	}
}

// feedCommand passes stdin on.
func (t *tapper) feedCommand() {
	for b := make([]byte, 32<<10); ; {
		n, err := unix.Read(0, b)
		if again(err) {
			wait(0, unix.POLLIN)
			continue
		}
		if n <= 0 || t.writeAll(t.input, b[:n]) != nil {
			break
		}
		if t.flags&tapInput != 0 {
			t.note(eventInput, b[:n])
		}
	}
	if t.input != t.master {
		_ = unix.Close(t.input)
	}
}

// watch follows the size of the caller's terminal.
func (t *tapper) watch() {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, unix.SIGWINCH)
	for range changes {
		t.resize()
	}
}

func (t *tapper) resize() {
	const base = 10
	w, err := unix.IoctlGetWinsize(1, unix.TIOCGWINSZ)
	if err != nil || unix.IoctlSetWinsize(t.master, unix.TIOCSWINSZ, w) != nil {
		return
	}
	b := strconv.AppendInt(nil, int64(w.Col), base)
	t.note(eventSize, strconv.AppendInt(append(b, 'x'), int64(w.Row), base))
}

// obey hears from the daemon that the command has ended. A daemon that goes leaves the helper to what it does.
func (t *tapper) obey() {
	b := make([]byte, 16)
	for {
		wait(controlFD, unix.POLLIN)
		n, err := unix.Read(controlFD, b)
		switch {
		case again(err):
			continue
		case err != nil || n == 0:
			return
		case b[0] == 'F':
			t.finish()
			return
		}
	}
}

// finish says how it went, once all that was written has been passed on.
func (t *tapper) finish() { t.finished.Do(t.tell) }

func (t *tapper) tell() {
	t.drained()
	t.restore()
	t.mu.Lock()
	output := t.output
	t.mu.Unlock()
	t.events.Lock()
	what := t.what
	if t.record >= 0 { // it is of the command; what that has left behind is passed on, and no more
		_ = unix.Close(t.record)
		t.record = -1
	}
	t.events.Unlock()
	b := binary.LittleEndian.AppendUint64([]byte{'D', what}, uint64(output)) //nolint:gosec // a count
	_, _ = unix.Write(controlFD, append(b, make([]byte, tapPacket-len(b))...))
}

// drained waits until nothing lies between the command and its caller.
func (t *tapper) drained() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.busy > 0 || t.waiting() {
		t.idle.Wait()
	}
}

// waiting reports whether a source has something to be read.
func (t *tapper) waiting() bool {
	for i := range t.sources {
		s := &t.sources[i]
		if s.over {
			continue
		}
		// Of a terminal this also waits for what the kernel carries over at its leisure, which TIOCINQ doesn't count.
		look := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}
		_, err := unix.Poll(look, 0)
		for again(err) {
			_, err = unix.Poll(look, 0)
		}
		if look[0].Revents&unix.POLLIN != 0 {
			return true
		}
	}
	return false
}

// restore puts the caller's terminal back as it was, once.
func (t *tapper) restore() {
	t.helper.mu.Lock()
	defer t.helper.mu.Unlock()
	if t.saved != nil {
		_ = unix.IoctlSetTermios(0, unix.TCSETS, t.saved)
		t.saved = nil
	}
}
