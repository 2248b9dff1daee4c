package tests

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

const attackPolicy = `
policy { default = "deny" }
rule "fine" {
  commands = ["echo", "true", "cat", "sleep"]
  action   = "allow"
}
rule "ask" {
  commands = ["make"]
  action   = "ask"
}
`

// attackHost is a daemon that gives a request a second to arrive.
func attackHost(t testing.TB) *host {
	return newHost(t, hostOptions{
		policy: attackPolicy, tools: []string{"echo", "true", "make", "sleep"},
		config: "limits {\n  request_time = \"1s\"\n}\n",
	})
}

// TestAttackFrames sends what no honest shim sends. Each row ends in a clear answer for the sender and in a record; honest
// commands go on meanwhile.
func TestAttackFrames(t *testing.T) {
	h := attackHost(t)
	h.honest()
	before := h.descriptors()
	whole := request("echo", nil)
	lie := func(at int, b ...byte) []byte {
		f := bytes.Clone(whole)
		copy(f[at:], b)
		return f
	}
	const payload = protocol.HeaderLen // where it starts
	none := func(r *protocol.Request) { r.Descriptors = 0 }
	rows := []struct {
		name   string
		send   []byte
		fds    int  // how many of them; 4 are announced
		close  bool // the sending half, after send
		silent bool // nothing is answered or recorded, since nothing was said
		want   string
	}{
		{name: "nothing", close: true, silent: true},
		{name: "nothing, for ever", silent: true},
		{name: "an HTTP request", send: []byte("GET /api/status HTTP/1.1\r\n\r\n"), want: "not a Clawrden frame"},
		{name: "zeros", send: make([]byte, 4096), want: "not a Clawrden frame"},
		{name: "ones", send: bytes.Repeat([]byte{255}, 4096), want: "not a Clawrden frame"},
		{name: "a line of text", send: []byte("hello, is anybody there?\n"), want: "not a Clawrden frame"},
		{name: "a TLS greeting", send: []byte{22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0, 0}, want: "not a Clawrden frame"},
		{name: "one byte, then closed", send: []byte("C"), close: true, want: "the connection ended before the request did"},
		{name: "half a header, then closed", send: whole[:6], close: true, want: "the connection ended before the request did"},
		{name: "half a header, then silence", send: whole[:6], want: "no whole request came within 1s"},
		{name: "half a frame, then closed", send: whole[:len(whole)/2], fds: 4, close: true, want: "the connection ended before the request did"},
		{name: "half a frame, then silence", send: whole[:len(whole)/2], fds: 4, want: "no whole request came within 1s"},
		{name: "all but the last byte", send: whole[:len(whole)-1], fds: 4, want: "no whole request came within 1s"},
		{name: "4 GiB announced", send: header(2, 1, 1<<32-1), want: "longer than its type allows"},
		{name: "one byte too long", send: header(2, 1, protocol.MaxRequest+1), want: "longer than its type allows"},
		{name: "the most announced, nothing sent", send: header(2, 1, protocol.MaxRequest), want: "no whole request came within 1s"},
		{name: "an empty payload", send: header(2, 1, 0), want: "ends before its contents do"},
		{name: "a type that isn't known", send: header(2, 77, 4), want: "a value that is not defined"},
		{name: "an answer as a request", send: protocol.AppendRefuse(nil, 0, "run it"), want: "not defined"},
		{name: "more words than there are", send: lie(payload+4, 200), fds: 4, want: "ends before its contents do"},
		{name: "two billion words", send: lie(payload+4, 255, 255, 255, 127), fds: 4, want: "larger than 2 MiB"},
		{name: "counts that overflow", send: lie(payload+4, 255, 255, 255, 255, 2, 0, 0, 0), fds: 4, want: "larger than 2 MiB"},
		{name: "fewer words than there are", send: lie(payload+8, 0), fds: 4, want: "goes on after its contents"},
		{name: "a purpose that isn't known", send: lie(payload, 9), fds: 4, want: "not defined"},
		{name: "descriptors that aren't known", send: lie(payload+1, 255), fds: 4, want: "not defined"},
		{name: "more tickets than one", send: lie(payload+2, 3), fds: 4, want: "not defined"},
		{name: "a ticket that is none", send: lie(payload+2, 1), fds: 4, want: "the ticket is not of the form"},
		{name: "a reserved byte", send: lie(payload+3, 1), fds: 4, want: "not defined"},
		{name: "no tool", send: request("", nil), fds: 4, want: "tool's name is empty"},
		{name: "a path for a tool", send: request("/bin/echo", nil), fds: 4, want: "holds a slash"},
		{name: "the parent directory for a tool", send: request("..", nil), fds: 4, want: "tool's name"},
		{name: "a tool's name that is too long", send: request(strings.Repeat("x", 256), nil), fds: 4, want: "too long"},
		{name: "a word of more than 128 KiB", send: request("echo", func(r *protocol.Request) {
			r.Argv = append(r.Argv, strings.Repeat("x", protocol.MaxWord))
		}), fds: 4, want: "larger than 128 KiB"},
		{name: "fewer descriptors", send: whole, fds: 3, want: "3 descriptors came with the request, which speaks of 4"},
		{name: "no descriptors", send: whole, want: "0 descriptors came with the request, which speaks of 4"},
		{name: "more descriptors", send: whole, fds: 5, want: "5 descriptors came"},
		{name: "descriptors that aren't announced", send: request("echo", none), fds: 1, want: "1 descriptors came with the request, which speaks of 0"},
		{name: "more descriptors than the limit", send: whole, fds: 9, want: "more descriptors"},
		{name: "as many descriptors as the kernel sends", send: whole, fds: 253, want: "more descriptors"},
	}
	stop := h.meanwhile()
	t.Run("all", func(t *testing.T) {
		for _, row := range rows {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				h := h.in(t)
				c := h.dial()
				defer c.Close()
				if len(row.send) > 0 {
					sendFDs(t, c, row.send, nullFDs(t, row.fds)...)
				}
				if row.close {
					_ = c.CloseWrite()
				}
				a := readAnswer(t, c)
				if row.silent {
					if a.typ != 0 {
						t.Errorf("answered with %v", a)
					}
					return
				}
				if a.typ != protocol.TypeRefuse || a.code != protocol.ExitFailed || !strings.Contains(a.text, row.want) {
					t.Errorf("answered with %v; want a refusal that says %q", a, row.want)
				}
				if next := readAnswer(t, c); next.typ != 0 {
					t.Errorf("after its refusal the daemon said %v", next)
				}
				if r := h.refused(row.want); r.Identity == nil || r.Identity.PID == 0 || r.Decision != clawrden.OutcomeDeny {
					t.Errorf("the record doesn't say who and what: %+v", r)
				}
			})
		}
	})
	if n := stop(); n == 0 {
		t.Error("no honest command ran meanwhile")
	}
	h.honest()
	h.waitDescriptors(before)
}

// TestAttackDescriptorsInPieces spreads descriptors over many messages: each is within the limit, together they aren't.
func TestAttackDescriptorsInPieces(t *testing.T) {
	h := attackHost(t)
	h.honest()
	before := h.descriptors()
	whole := request("echo", nil)
	c := h.dial()
	defer c.Close()
	for i := range whole[:40] {
		sendFDs(t, c, whole[i:i+1], nullFDs(t, 1)...)
	}
	if a := readAnswer(t, c); a.code != protocol.ExitFailed || !strings.Contains(a.text, "more descriptors") {
		t.Errorf("answered with %v", a)
	}
	h.honest()
	_ = c.Close()
	h.waitDescriptors(before)
}

// TestAttackOddDescriptors sends descriptors that aren't what they stand for. Nothing reads them, so nothing can be held up
// by them, and the request is judged as any other.
func TestAttackOddDescriptors(t *testing.T) {
	h := attackHost(t)
	h.honest()
	before := h.descriptors()
	pipe := make([]int, 2)
	if err := unix.Pipe2(pipe, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	// A socket in the queue of its own pair: the kernel's collector has to find it.
	if err := unix.Sendmsg(pair[0], []byte{0}, unix.UnixRights(pair[1]), nil, 0); err != nil {
		t.Fatal(err)
	}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	memfd, err := unix.MemfdCreate("x", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	path, err := unix.Open("/etc/passwd", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	full, err := unix.Open("/dev/full", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := append(append(pipe, pair[:]...), epoll, memfd, path, full)
	defer func() {
		for _, fd := range all {
			_ = unix.Close(fd)
		}
	}()
	for _, fd := range all {
		for _, tool := range []string{"echo", "rm"} {
			c := h.dial()
			sendFDs(t, c, request(tool, nil), fd, fd, fd, fd)
			a := readAnswer(t, c)
			if tool == "echo" && a.typ != protocol.TypeExec {
				t.Errorf("descriptor %d: %v; want it to be run", fd, a)
			}
			if tool == "rm" && (a.typ != protocol.TypeRefuse || a.code != protocol.ExitDenied) {
				t.Errorf("descriptor %d: %v; want it denied", fd, a)
			}
			// The caller is this process, which never becomes the tool: it says so, and the daemon stops waiting.
			_, _ = c.Write(protocol.AppendNumber(nil, protocol.TypeFailed, 1))
			_ = c.Close()
		}
	}
	h.honest()
	h.waitDescriptors(before)
}

// TestAttackVersions speaks versions that the daemon doesn't, and the one before this.
func TestAttackVersions(t *testing.T) {
	h := attackHost(t)
	for _, version := range []byte{0, protocol.Version + 1, 255} {
		c := h.dial()
		sendFDs(t, c, header(version, 1, 64), nullFDs(t, 4)...)
		a := readAnswer(t, c)
		low, high, err := protocol.ParseVersion(a.payload)
		if a.typ != protocol.TypeVersion || err != nil || low != protocol.MinVersion || high != protocol.Version {
			t.Errorf("version %d: answered with %v, versions %d to %d, %v", version, a, low, high, err)
		}
		_ = c.Close()
		h.refused("protocol version is not spoken here", "version "+itoa(int(version)))
	}

	// The form of version 1: no purpose and no tool, argv[0] names it.
	old := append(header(1, 1, 0), 0, 15, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0)
	old = append(old, "/usr/bin/echo\x00hello\x00PATH=/usr/bin:/bin\x00"...)
	old[8] = byte(len(old) - protocol.HeaderLen)
	c := h.dial()
	defer c.Close()
	sendFDs(t, c, old, stdioFDs(t)...)
	a := readAnswer(t, c)
	if a.typ != protocol.TypeExec {
		t.Fatalf("a version 1 request was answered with %v", a)
	}
	if e, err := protocol.ParseExec(a.payload); err != nil || e.Path != "/usr/bin/echo" {
		t.Errorf("a version 1 request is to run %+v, %v", e, err)
	}
	h.honest()
}

// TestVersionMismatchAtTheShim lets the shim meet a daemon that speaks later versions only.
func TestVersionMismatchAtTheShim(t *testing.T) {
	h := attackHost(t)
	path := h.dir + "/later.sock"
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Read(make([]byte, 1<<16))
		b := protocol.AppendVersion(nil)
		b[protocol.HeaderLen], b[protocol.HeaderLen+1] = 7, 9
		_, _ = c.Write(b)
	}()
	c := h.command("echo", "x")
	c.Env = append(c.Env, "CLAWRDEN_SOCKET="+path)
	r := finish(t, c)
	if r.code != 125 || r.stdout != "" || !containsAll(r.stderr, "versions 7 to 9", "this shim speaks "+itoa(protocol.Version)) {
		t.Errorf("the shim ended with %+v", r)
	}
}
