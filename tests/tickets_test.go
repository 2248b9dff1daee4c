package tests

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// touchRequest is the command that these tests have asked about, as this very process sends it.
func touchRequest(ticket protocol.Ticket, args ...string) []byte {
	return request("touch", func(r *protocol.Request) {
		r.Argv, r.Ticket, r.Again = append([]string{"touch"}, args...), ticket, ticket != protocol.Ticket{}
	})
}

// ticketed asks as a shim does, and gives the ticket that it got and the id.
func (h *host) ticketed(args ...string) (ticket protocol.Ticket, id string) {
	h.t.Helper()
	c := h.dial()
	h.t.Cleanup(func() { _ = c.Close() })
	sendFDs(h.t, c, touchRequest(ticket, args...), stdioFDs(h.t)...)
	w := h.waitFrame(readAnswer(h.t, c))
	return w.Ticket, w.Ticket.ID()
}

// waitFrame reads a Wait with a ticket.
func (h *host) waitFrame(a answer) protocol.Wait {
	h.t.Helper()
	if a.typ != protocol.TypeWait {
		h.t.Fatalf("answered with %v", a)
	}
	w, err := protocol.ParseWait(protocol.Version, a.payload)
	if err != nil {
		h.t.Fatal(err)
	}
	return w
}

// comeBack shows a ticket and gives the first answer.
func (h *host) comeBack(b []byte) answer {
	h.t.Helper()
	c := h.dial()
	h.t.Cleanup(func() { _ = c.Close() })
	sendFDs(h.t, c, b, stdioFDs(h.t)...)
	return readAnswer(h.t, c)
}

// denied checks that a ticket was turned away, on record, and that the ask which it is of waits on.
func (h *host) denied(what string, a answer, says, id string) {
	h.t.Helper()
	if a.typ != protocol.TypeRefuse || a.code != protocol.ExitDenied || !strings.Contains(a.text, says) {
		h.t.Errorf("%s: answered with %v", what, a)
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		last := rs[len(rs)-1]
		return last.Event == clawrden.EventDecided && last.Decision == clawrden.OutcomeDeny && last.ID != id && strings.Contains(last.Reason, says)
	})
	if id == "" {
		return
	}
	if q := h.waitPending(1); q[0].ID != id {
		h.t.Errorf("%s: %s waits now", what, q[0].ID)
	}
}

// TestAttackTickets shows tickets where they are good for nothing.
func TestAttackTickets(t *testing.T) {
	h := restartHost(t, "auto")
	ticket, id := h.ticketed("/dev/null")
	const unknown = "of no request that waits for this process"

	h.denied("while its request is attached", h.comeBack(touchRequest(ticket, "/dev/null")), unknown, id)
	h.restart(syscall.SIGKILL, nil)

	guessed := ticket
	guessed[protocol.TicketLen-1] ^= 1
	h.denied("with another secret", h.comeBack(touchRequest(guessed, "/dev/null")), unknown, id)
	other, _ := protocol.NewTicket("zzzzzzzz", [16]byte(ticket.Secret()))
	h.denied("of a request that isn't there", h.comeBack(touchRequest(other, "/dev/null")), unknown, id)
	h.denied("for other words", h.comeBack(touchRequest(ticket, "/dev/zero")), "another command", id)
	h.denied("with another environment", h.comeBack(request("touch", func(r *protocol.Request) {
		r.Argv, r.Ticket, r.Again, r.Env = []string{"touch", "/dev/null"}, ticket, true, append(r.Env, "A=b")
	})), "another command", id)
	h.denied("for another tool", h.comeBack(request("echo", func(r *protocol.Request) {
		r.Argv, r.Ticket, r.Again = []string{"touch", "/dev/null"}, ticket, true
	})), "another command", id)

	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(h.dir)
	h.denied("for another directory", h.comeBack(touchRequest(ticket, "/dev/null")), "another command", id)
	t.Chdir(home)

	if socat, err := exec.LookPath("socat"); err == nil {
		h.denied("by a thief", h.stolen(socat, request("touch", func(r *protocol.Request) {
			r.Argv, r.Ticket, r.Again, r.Descriptors = []string{"touch", "/dev/null"}, ticket, true, 0
		})), unknown, id)
	} else {
		t.Log("no socat: no thief of another process")
	}

	// After all that it is good for whom it was given to, once.
	mine := h.dial()
	defer mine.Close()
	sendFDs(t, mine, touchRequest(ticket, "/dev/null"), stdioFDs(t)...)
	if w := h.waitFrame(readAnswer(t, mine)); w.Ticket != ticket || w.Text != "" {
		t.Errorf("came back to %+v", w)
	}
	h.denied("a second time", h.comeBack(touchRequest(ticket, "/dev/null")), unknown, id)
	h.post("/api/queue/"+id+"/deny", "")
	if a := readAnswer(t, mine); a.typ != protocol.TypeRefuse || a.code != protocol.ExitDenied {
		t.Errorf("refused with %v", a)
	}
	h.waitPending(0)
	h.denied("after the end", h.comeBack(touchRequest(ticket, "/dev/null")), unknown, "")
	h.restart(syscall.SIGTERM, nil)
	h.denied("after the end and a restart", h.comeBack(touchRequest(ticket, "/dev/null")), unknown, "")
	h.noLeftovers()
	h.verify()
}

// stolen has another process send a frame, and gives the answer that it got.
func (h *host) stolen(socat string, frame []byte) answer {
	h.t.Helper()
	thief := exec.Command(socat, "-", "UNIX-CONNECT:"+h.socket)
	in, err := thief.StdinPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	out, err := thief.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := thief.Start(); err != nil {
		h.t.Fatal(err)
	}
	if _, err := in.Write(frame); err != nil {
		h.t.Fatal(err)
	}
	b, err := io.ReadAll(out)
	_ = in.Close()
	_ = thief.Wait()
	if err != nil || len(b) < protocol.HeaderLen {
		h.t.Fatalf("%q, %v", b, err)
	}
	head, err := protocol.ParseHeader(b)
	if err != nil {
		h.t.Fatal(err)
	}
	code, text, err := protocol.ParseCoded(b[protocol.HeaderLen:])
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{typ: head.Type, code: int(code), text: text}
}

// TestAttackLateEnd says how a command ended that the speaker doesn't run.
func TestAttackLateEnd(t *testing.T) {
	h := restartHost(t, "shim")
	c := h.dial()
	defer c.Close()
	sendFDs(t, c, protocol.AppendLate(nil, 0))
	if a := readAnswer(t, c); a.typ != protocol.TypeRefuse || a.code != protocol.ExitFailed {
		t.Errorf("answered with %v", a)
	}
	h.refused("says how a command ended")
}

// TestStateThatCannotBeKept: where the state directory can't be written nobody is asked and nothing runs, with the reason, and it is
// mended without a restart.
func TestStateThatCannotBeKept(t *testing.T) {
	for name, full := range map[string]func(t *testing.T, dir string) (mend func()){
		"full": func(t *testing.T, dir string) func() {
			if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=4k,nr_inodes=2,mode=0700"); err != nil {
				t.Skipf("cannot mount: %v", err)
			}
			return func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }
		},
		"read-only": func(t *testing.T, dir string) func() {
			if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
				t.Skipf("cannot mount: %v", err)
			}
			if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
				t.Fatal(err)
			}
			return func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := restartHost(t, "auto")
			asks, running := filepath.Join(h.dir, "state/asks"), filepath.Join(h.dir, "state/running")
			mendAsks := full(t, asks)
			defer mendAsks()
			fill(asks)
			if r := finish(t, h.command("touch", "x")); r.code != 125 || !strings.Contains(r.stderr, "can't be kept over a restart") {
				t.Errorf("asked: %+v", r)
			}
			if r := finish(t, h.command("echo", "x")); r.code != 0 {
				t.Errorf("allowed: %+v", r)
			}
			h.noneOf("running")
			mendRunning := full(t, running)
			defer mendRunning()
			fill(running)
			if r := finish(t, h.command("echo", "x")); r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "no account of it can be kept") {
				t.Errorf("allowed: %+v", r)
			}
			mendAsks()
			mendRunning()
			id, end := h.asked("touch", filepath.Join(h.dir, "x"))
			h.post("/api/queue/"+id+"/approve", "")
			if r := <-end; r.code != 0 {
				t.Errorf("after it was mended: %+v", r)
			}
			h.noLeftovers()
			h.verify()
		})
	}
}

// fill leaves no room in a small file system; elsewhere it does nothing.
func fill(dir string) {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) == nil && st.Files <= 2 {
		_ = os.WriteFile(filepath.Join(dir, "full"), make([]byte, 4096), 0o600)
	}
}
