package relay

import (
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// spareTime is how long a helper waits for a command that needs one.
const spareTime = time.Minute

// Spares starts helpers, and keeps one ready for the next command: a program's start takes longer than anything else that is done
// before the engine is asked. Each helper serves one command. The zero value is ready to use.
type Spares struct {
	mu     sync.Mutex
	ready  *spare
	made   int // of spares: which one a clock is for
	closed bool
}

// spare is a helper that has no descriptors yet.
type spare struct {
	cmd     *exec.Cmd
	control *net.UnixConn
	number  int
}

// Start is [Start] by the helper that is ready, if one is.
func (s *Spares) Start(program string, stdio [3]*os.File) (*Relay, error) {
	ready := s.take(0)
	if ready == nil {
		return Start(program, stdio)
	}
	r, err := ready.start(stdio)
	if r == nil && err == nil { // it has been ended meanwhile, by whoever is nobody
		return Start(program, stdio)
	}
	return r, err
}

// Prepare has a helper ready for the next command.
func (s *Spares) Prepare(program string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready != nil || s.closed {
		return
	}
	cmd, control, err := spawn(program, [3]*os.File{}, Name, spareWord)
	if err != nil {
		return // Start will say so
	}
	s.made++
	number := s.made
	s.ready = &spare{cmd, control, number}
	time.AfterFunc(spareTime, func() { s.end(number) })
}

// Close ends the helper that nobody needed, and has no other one made.
func (s *Spares) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end(0)
}

func (s *Spares) end(number int) {
	if x := s.take(number); x != nil {
		x.end()
	}
}

// take gives the helper that is ready: the one of that number, or any for 0.
func (s *Spares) take(number int) *spare {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.ready
	if x == nil || number != 0 && x.number != number {
		return nil
	}
	s.ready = nil
	return x
}

// end waits for it: it has nothing that could hold it up.
func (x *spare) end() {
	_ = x.control.Close()
	_ = x.cmd.Wait()
}

// start hands it an agent's descriptors. Both results are nil where it isn't there to take them.
func (x *spare) start(stdio [3]*os.File) (*Relay, error) {
	packet, fds := []byte{'S', 0}, make([]int, 0, len(stdio))
	for i, f := range stdio {
		if f != nil {
			packet[1] |= 1 << i
			fds = append(fds, int(f.Fd()))
		}
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	_ = x.control.SetWriteDeadline(time.Now().Add(greetLimit))
	if n, _, _ := x.control.WriteMsgUnix(packet, rights, nil); n != len(packet) {
		x.end() // it has gone, and another one is started
		return nil, nil
	}
	return started(x.cmd, x.control)
}
