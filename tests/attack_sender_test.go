package tests

import (
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

func itoa(n int) string { return strconv.Itoa(n) }

// TestAttackByteASecond keeps a connection alive with a byte now and then: the limit is on the whole request.
func TestAttackByteASecond(t *testing.T) {
	h := attackHost(t)
	stop := h.meanwhile()
	c := h.dial()
	defer c.Close()
	whole := request("echo", nil)
	ended := make(chan answer, 1)
	go func() { a, _ := nextAnswer(c); ended <- a }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
			if i == len(whole)-1 {
				t.Fatal("the request was longer in coming than its limit and was not cut off")
			}
			_, _ = c.Write(whole[i : i+1])
			continue
		case a := <-ended:
			if a.code != protocol.ExitFailed || !strings.Contains(a.text, "no whole request came within 1s") {
				t.Errorf("answered with %v", a)
			}
		}
		break
	}
	stop()
	h.refused("no whole request came within 1s")
}

// TestAttackSecondRequest repeats a request on the same connection. One connection is one request: the second is never
// run, and where the first still waits for a person it is cancelled.
func TestAttackSecondRequest(t *testing.T) {
	h := attackHost(t)
	c := h.dial()
	defer c.Close()
	twice := request("rm", nil)
	sendFDs(t, c, twice, nullFDs(t, 4)...)
	sendFDs(t, c, twice, nullFDs(t, 4)...)
	// Which code depends on when the second came: before the first was judged it counts as hanging up.
	if a := readAnswer(t, c); a.typ != protocol.TypeRefuse || a.code != protocol.ExitDenied && a.code != protocol.ExitFailed {
		t.Errorf("the first was answered with %v", a)
	}
	if a := readAnswer(t, c); a.typ != 0 {
		t.Errorf("the second was answered with %v", a)
	}

	w := h.dial()
	defer w.Close()
	sendFDs(t, w, request("make", nil), nullFDs(t, 4)...)
	h.waitPending(1)
	sendFDs(t, w, request("echo", nil), nullFDs(t, 4)...)
	h.waitPending(0)
	h.waitRecords(func(rs []clawrden.Record) bool {
		last := rs[len(rs)-1]
		return last.Command == "make" && last.Decision == clawrden.OutcomeCancelled
	})
	for _, r := range h.records() {
		if r.Command == "echo" {
			t.Errorf("a second request on a connection was judged: %+v", r)
		}
	}
	h.honest()
}

// TestAttackSamePacketTwice sends two whole requests in one write.
func TestAttackSamePacketTwice(t *testing.T) {
	h := attackHost(t)
	c := h.dial()
	defer c.Close()
	b := request("rm", nil)
	sendFDs(t, c, append(b, b...), nullFDs(t, 4)...)
	if a := readAnswer(t, c); a.code != protocol.ExitDenied && a.code != protocol.ExitFailed {
		t.Errorf("answered with %v", a)
	}
	h.honest()
	n := 0
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && r.Command == "rm" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d decisions, want one", n)
	}
}

// TestAttackPassedOn hands a connection to another process, by inheritance and by SCM_RIGHTS. Whoever sends isn't who
// connected, so neither identity is right, and nothing is run as either.
func TestAttackPassedOn(t *testing.T) {
	h := attackHost(t)
	for _, how := range []string{"inherited", "sent"} {
		c := h.dial()
		var fd int
		raw, err := c.SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		if err := raw.Control(func(n uintptr) { fd, err = unix.FcntlInt(n, unix.F_DUPFD_CLOEXEC, 0) }); err != nil {
			t.Fatal(err)
		}
		if how == "sent" {
			fd = throughSocket(t, fd)
		}
		p := h.puppet("carrier", "echo")
		f := os.NewFile(uintptr(fd), "connection")
		p.ExtraFiles = append(p.ExtraFiles, f)
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		want := "opened by process " + itoa(os.Getpid()) + " and used by process " + itoa(p.Process.Pid)
		if a := readAnswer(t, c); a.code != protocol.ExitFailed || !strings.Contains(a.text, want) {
			t.Errorf("%s: answered with %v, want %q", how, a, want)
		}
		_ = p.Wait()
		_ = c.Close()
		if r := h.refused(want); r.Identity.PID != os.Getpid() {
			t.Errorf("%s: recorded for process %d", how, r.Identity.PID)
		}
	}
	h.honest()
}

// throughSocket sends a descriptor through a socket pair and returns what comes out.
func throughSocket(t *testing.T, fd int) int {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if err := unix.Sendmsg(pair[0], []byte{0}, unix.UnixRights(fd), nil, 0); err != nil {
		t.Fatal(err)
	}
	_ = unix.Close(fd)
	return receive(t, pair[1])
}

// receive gives the descriptor that comes by a socket.
func receive(t *testing.T, socket int) int {
	t.Helper()
	oob := make([]byte, 64)
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil {
		t.Fatal(err)
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	if err != nil {
		t.Fatal(err)
	}
	return fds[0]
}

// TestAttackVanished has the connecting process end before its request is read, while others take up process numbers. The
// daemon is stopped meanwhile so that it can't have read it. Nothing is run, asked or recorded as somebody else.
func TestAttackVanished(t *testing.T) {
	h := attackHost(t)
	if err := h.daemon.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	gone := map[int]bool{}
	for range 20 {
		p := h.puppet("vanish", h.socket, "make")
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		gone[p.Process.Pid] = true
	}
	if err := h.daemon.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	h.honest()
	h.waitPending(0)
	for _, r := range h.records() {
		if r.Command == "make" && (r.Decision.Runs() || !gone[r.Identity.PID]) {
			t.Errorf("a request of a process that was gone became %+v", r)
		}
	}
}

// TestAttackSenderClosesWhileAsked ends the asking process, or only its connection, while a person is asked.
func TestAttackSenderClosesWhileAsked(t *testing.T) {
	h := attackHost(t)
	first, stop := startPuppet(t, h.puppet("keeper", h.socket, "make"))
	if first != itoa(int(protocol.TypeWait)) {
		t.Fatalf("the first answer was of type %q", first)
	}
	id := h.waitPending(1)[0].ID
	stop()
	h.waitPending(0)
	c := h.dial()
	sendFDs(t, c, request("make", nil), nullFDs(t, 4)...)
	second := h.waitPending(1)[0].ID
	_ = c.Close()
	h.waitPending(0)
	for _, id := range []string{id, second} {
		h.waitRecords(func(rs []clawrden.Record) bool {
			for _, r := range rs {
				if r.ID == id && r.Event == clawrden.EventDecided {
					return r.Decision == clawrden.OutcomeCancelled && r.Comment == "the caller went away" && r.ExitCode == nil
				}
			}
			return false
		})
		if code := h.post("/api/queue/"+id+"/approve", ""); code != 409 {
			t.Errorf("approving what was cancelled: HTTP %d, want 409", code)
		}
	}
	h.honest()
}

// TestShimDiesOfItsSignal kills a waiting shim: it dies by that very signal, and its request is cancelled.
func TestShimDiesOfItsSignal(t *testing.T) {
	h := attackHost(t)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGKILL, syscall.SIGHUP} {
		c := h.command("make", "all")
		done := make(chan result, 1)
		go func() { done <- finish(t, c) }()
		id := h.waitPending(1)[0].ID
		_ = c.Process.Signal(sig)
		if r := <-done; r.signal != sig {
			t.Errorf("killed by %v the shim ended with %+v", sig, r)
		}
		h.waitPending(0)
		h.waitRecords(func(rs []clawrden.Record) bool {
			last := rs[len(rs)-1]
			return last.ID == id && last.Decision == clawrden.OutcomeCancelled
		})
	}
	h.honest()
}

// TestAttackIdleCrowd keeps a thousand connections open without a word, as the same user and as another. Honest commands
// of both go on, and memory stays small.
func TestAttackIdleCrowd(t *testing.T) {
	h := newHost(t, hostOptions{
		policy: attackPolicy, tools: []string{"echo"}, config: "limits {\n  request_time = \"1m\"\n}\n",
	})
	h.honest()
	uids := []uint32{uint32(os.Geteuid())}
	if os.Geteuid() == 0 {
		uids = append(uids, 4242)
	}
	for _, uid := range uids {
		first, stop := startPuppet(t, asUser(h.puppet("idle", h.socket, "1000"), uid))
		if first != "ready" {
			t.Fatalf("uid %d: said %q", uid, first)
		}
		for range 20 {
			h.honest()
			if r := finish(t, asUser(h.command("echo", "x"), uid)); r.code != 0 || r.stdout != "x\n" {
				t.Errorf("uid %d, with its thousand connections: %+v", uid, r)
			}
		}
		t.Logf("with 1000 idle connections of uid %d: VmRSS %d KiB, VmHWM %d KiB, %d descriptors",
			uid, h.memory("VmRSS"), h.memory("VmHWM"), h.descriptors())
		stop()
	}
}

// TestAttackFewDescriptors opens more idle connections than the daemon may have descriptors: those that said nothing for
// longest make room.
func TestAttackFewDescriptors(t *testing.T) {
	h := newHost(t, hostOptions{
		policy: attackPolicy, tools: []string{"echo"}, config: "limits {\n  request_time = \"1m\"\n  connections = 20\n  connections_per_agent = 20\n}\n",
	})
	limit := unix.Rlimit{Cur: 200, Max: 200}
	if err := unix.Prlimit(h.daemon.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		t.Fatal(err)
	}
	conns := make([]net.Conn, 300)
	for i := range conns {
		c, err := net.Dial("unix", h.socket)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns[i] = c
	}
	for range 5 {
		h.honest()
	}
}
