package relay

import (
	"io"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// streamPair is an engine's end of a stream and the daemon's.
func streamPair(t *testing.T) (engine, daemon *net.UnixConn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "stream")
		c, err := net.FileConn(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = c.(*net.UnixConn)
		t.Cleanup(func() { _ = c.Close() })
	}
	return ends[0], ends[1]
}

// copied has a helper copy from and to pipes, and gives what came through in both directions.
func copied(t *testing.T, start func([3]*os.File) (*Relay, error)) (out, in string) {
	t.Helper()
	var p [2][2]*os.File
	for i := range p {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		p[i] = [2]*os.File{r, w}
	}
	r, err := start([3]*os.File{p[0][0], p[1][1], nil})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []*os.File{p[0][0], p[1][1]} {
		_ = f.Close()
	}
	if r.TTY {
		t.Error("pipes count as a terminal")
	}
	engine, ours := streamPair(t)
	if err := r.Connect(ours, []byte{1, 0, 0, 0, 0, 0, 0, 3, 'h'}); err != nil {
		t.Fatal(err)
	}
	_ = ours.Close()
	if _, err := p[0][1].WriteString("asked"); err != nil {
		t.Fatal(err)
	}
	_ = p[0][1].Close()
	if _, err := engine.Write([]byte("i\n")); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(engine)
	if err != nil {
		t.Fatal(err)
	}
	_ = engine.Close()
	<-r.Done
	r.Close()
	b, err := io.ReadAll(p[1][0])
	if err != nil {
		t.Fatal(err)
	}
	return string(b), string(said)
}

func TestSpare(t *testing.T) {
	program, err := helperProgram()
	if err != nil {
		t.Fatal(err)
	}
	for name, prepare := range map[string]func(*Spares){
		"without one": func(*Spares) {},
		"with one":    func(s *Spares) { s.Prepare(program) },
		"with one, prepared twice": func(s *Spares) {
			s.Prepare(program)
			first := s.ready
			if s.Prepare(program); s.ready != first {
				t.Error("another one was started")
			}
		},
		"with one that has ended": func(s *Spares) {
			s.Prepare(program)
			if err := s.ready.cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
			_, _ = s.ready.control.Read(make([]byte, 1)) // until its end is there
		},
	} {
		t.Run(name, func(t *testing.T) {
			var s Spares
			defer s.Close()
			prepare(&s)
			out, in := copied(t, func(stdio [3]*os.File) (*Relay, error) { return s.Start(program, stdio) })
			if out != "hi\n" || in != "asked" {
				t.Errorf("%q, %q", out, in)
			}
			if s.ready != nil {
				t.Error("a helper is used for two commands")
			}
		})
	}
}

// TestSpareEnds has nobody need the helper.
func TestSpareEnds(t *testing.T) {
	program, err := helperProgram()
	if err != nil {
		t.Fatal(err)
	}
	var s Spares
	s.Prepare(program)
	x := s.ready
	s.end(x.number + 1) // the clock of another one
	if s.ready != x {
		t.Error("it was ended too early")
	}
	s.Close()
	if x.cmd.ProcessState == nil {
		t.Error("it hasn't ended")
	}
	if s.Prepare(program); s.ready != nil {
		t.Error("another one was started")
	}
	s.Close()
}
