package relay

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	controlFD = 3
	programFD = 4
)

// Main is the helper. It doesn't return.
func Main() {
	disarm()
	_ = unix.Close(programFD)
	if len(os.Args) > 1 && os.Args[1] == spareWord && receiveStdio() != nil {
		os.Exit(1)
	}
	h := &helper{}
	tty, size := h.look()
	if _, err := unix.Write(controlFD, packet('T', flag(tty), size)); err != nil {
		os.Exit(1)
	}
	early, err := h.connect()
	if err != nil {
		os.Exit(1)
	}
	go h.obey()
	if h.tty {
		h.raw()
		go h.watchSize()
	}
	go h.feed()
	if h.tty {
		h.copyRaw(early)
	} else {
		h.copyFrames(early)
	}
	h.end(0)
}

// disarm gives up all rights that the daemon may have left it, in every thread.
func disarm() {
	header, none := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, [2]unix.CapUserData{}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if errno == 0 {
		_, _, errno = syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	}
	if errno != 0 {
		os.Exit(1)
	}
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) // others of the same user don't look into it
}

func flag(b bool) byte {
	if b {
		return isTTY
	}
	return 0
}

type helper struct {
	tty    bool
	stream int
	broken bool // nobody reads the output

	mu    sync.Mutex
	saved *unix.Termios // how the terminal was
}

// look tells whether stdin and stdout are a terminal, and how large it is. A command whose input or output is something
// else gets streams, which keep stdout and stderr apart.
func (h *helper) look() (tty bool, s Size) {
	for fd := range 2 {
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
			return false, s
		}
	}
	if w, err := unix.IoctlGetWinsize(1, unix.TIOCGWINSZ); err == nil {
		s = Size{w.Row, w.Col}
	}
	return true, s
}

// connect waits for the stream.
func (h *helper) connect() (early []byte, err error) {
	b, fds, err := hear('C', maxPacket, 1)
	if err != nil {
		return nil, err
	}
	if len(fds) != 1 {
		return nil, errors.New("no stream came")
	}
	h.stream, h.tty = fds[0], b[1] == 1
	return b[2:], nil
}

// receiveStdio waits for a command's descriptors, and puts them where they belong. In place of one that it hasn't there is /dev/null.
func receiveStdio() error {
	const most = 3
	b, fds, err := hear('S', 16, most)
	if err != nil {
		return err
	}
	for i := range most {
		if b[1]&(1<<i) == 0 {
			continue
		}
		if len(fds) == 0 {
			return errors.New("a descriptor is missing")
		}
		if err := unix.Dup3(fds[0], i, 0); err != nil {
			return err
		}
		_ = unix.Close(fds[0])
		fds = fds[1:]
	}
	return nil
}

// hear waits for a packet of one kind, with at most so many bytes and descriptors.
func hear(kind byte, size, descriptors int) (b []byte, fds []int, err error) {
	b = make([]byte, size)
	oob := make([]byte, unix.CmsgSpace(4*descriptors))
	for {
		wait(controlFD, unix.POLLIN)
		n, oobn, _, _, err := unix.Recvmsg(controlFD, b, oob, unix.MSG_CMSG_CLOEXEC)
		if again(err) {
			continue
		}
		if err != nil || n < 2 || b[0] != kind {
			return nil, nil, errors.New("the daemon is gone")
		}
		if oobn == 0 {
			return b[:n], nil, nil
		}
		messages, err := unix.ParseSocketControlMessage(oob[:oobn])
		if err != nil || len(messages) != 1 {
			return nil, nil, errors.New("something else came")
		}
		fds, err = unix.ParseUnixRights(&messages[0])
		return b[:n], fds, err
	}
}

// obey ends the helper when the daemon wants it, or is gone.
func (h *helper) obey() {
	b := make([]byte, 16)
	for {
		wait(controlFD, unix.POLLIN)
		if n, err := unix.Read(controlFD, b); n == 0 || err != nil && !again(err) {
			h.end(1)
		}
	}
}

// raw has the terminal pass on what is typed: the one in the container does the rest.
func (h *helper) raw() {
	was, err := unix.IoctlGetTermios(0, unix.TCGETS)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t := *was
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if unix.IoctlSetTermios(0, unix.TCSETS, &t) == nil {
		h.saved = was
	}
}

// end puts the terminal back as it was, and ends.
func (h *helper) end(code int) {
	h.mu.Lock() // for ever: whoever comes second must not end before the terminal is as it was
	if h.saved != nil {
		_ = unix.IoctlSetTermios(0, unix.TCSETS, h.saved)
	}
	os.Exit(code)
}

func (h *helper) watchSize() {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, unix.SIGWINCH)
	for range changes {
		if w, err := unix.IoctlGetWinsize(1, unix.TIOCGWINSZ); err == nil {
			_, _ = unix.Write(controlFD, packet('W', 0, Size{w.Row, w.Col}))
		}
	}
}

// feed copies stdin to the stream, and passes its end on.
func (h *helper) feed() {
	for b := make([]byte, 32<<10); ; {
		n, err := unix.Read(0, b)
		if again(err) {
			wait(0, unix.POLLIN)
			continue
		}
		if n <= 0 || h.writeAll(h.stream, b[:n]) != nil {
			_ = unix.Shutdown(h.stream, unix.SHUT_WR)
			return
		}
	}
}

// copyRaw copies the stream of a terminal to stdout.
func (h *helper) copyRaw(early []byte) {
	h.put(1, early)
	for b := make([]byte, 32<<10); ; {
		n, err := h.read(b)
		if err != nil {
			return
		}
		h.put(1, b[:n])
	}
}

// copyFrames copies a stream of frames to stdout and stderr: which one it is, three zeros, the length in four bytes, highest
// first, then so many bytes.
func (h *helper) copyFrames(early []byte) {
	r := &framed{helper: h, early: early}
	header, b := make([]byte, 8), make([]byte, 64<<10)
	for {
		if _, err := io.ReadFull(r, header); err != nil {
			return
		}
		to := int(header[0])
		if to != 1 {
			to = 2 // stderr, and what the engine itself has to say
		}
		for left := int(uint32(header[4])<<24 | uint32(header[5])<<16 | uint32(header[6])<<8 | uint32(header[7])); left > 0; {
			n, err := r.Read(b[:min(left, len(b))])
			if err != nil {
				return
			}
			h.put(to, b[:n])
			left -= n
		}
	}
}

// framed reads what came early, then the stream.
type framed struct {
	*helper
	early []byte
}

func (r *framed) Read(b []byte) (int, error) {
	if len(r.early) > 0 {
		n := copy(b, r.early)
		r.early = r.early[n:]
		return n, nil
	}
	return r.read(b)
}

func (h *helper) read(b []byte) (int, error) {
	for {
		n, err := unix.Read(h.stream, b)
		switch {
		case again(err):
			wait(h.stream, unix.POLLIN)
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// put writes output. Once nobody reads it the daemon is told, which has the command find out, and the rest is dropped.
func (h *helper) put(fd int, b []byte) {
	if len(b) == 0 || fd == 1 && h.broken {
		return
	}
	if err := h.writeAll(fd, b); err != nil && fd == 1 {
		h.broken = true
		_, _ = unix.Write(controlFD, packet('P', 0, Size{}))
	}
}

func (h *helper) writeAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if again(err) {
			wait(fd, unix.POLLOUT)
			continue
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func again(err error) bool {
	return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR)
}

func wait(fd int, events int16) {
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: events}}, -1)
}
