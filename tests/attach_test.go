package tests

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// TestElsewhereAndTheDaemonKilled kills the daemon while a command runs elsewhere that doesn't outlive it. Its shim comes back, and
// hears at once that nobody knows how the command ended.
func TestElsewhereAndTheDaemonKilled(t *testing.T) {
	h := recordingHost(t)
	c := h.command("cat")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	in := running(t, c)
	h.restart(syscall.SIGKILL, nil)
	_ = in.Close() // the command ends, too, which holds stderr
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != 125 || !strings.Contains(stderr.String(), "nobody knows how cat ended") || !strings.Contains(stderr.String(), "before a retry") {
		t.Errorf("its caller: %d, %s", code, &stderr)
	}
	if rec := h.ended("cat"); rec.ExitSource != clawrden.ExitUnknown || rec.ExitCode != nil {
		t.Errorf("recorded as %+v", rec)
	}
	h.noLeftovers()
	h.verify()
}

// running starts a cat, and returns once that passes on what it reads.
func running(t *testing.T, c *exec.Cmd) (in io.WriteCloser) {
	t.Helper()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(in, "begun\n")
	var word string
	if _, err := fmt.Fscan(out, &word); err != nil || word != "begun" {
		t.Fatalf("%q, %v", word, err)
	}
	return in
}

// TestAttackAttach asks for the end of a command by a process for which none runs, with and without more than that.
func TestAttackAttach(t *testing.T) {
	h := recordingHost(t)
	for name, frame := range map[string][]byte{
		"alone":         protocol.AppendAttach(nil),
		"with a signal": protocol.AppendNumber(protocol.AppendAttach(nil), protocol.TypeSignal, 9),
		"twice":         protocol.AppendAttach(protocol.AppendAttach(nil)),
	} {
		c := h.dial()
		sendFDs(t, c, frame)
		if a := readAnswer(t, c); a.typ != protocol.TypeRefuse || a.code != protocol.ExitFailed {
			t.Errorf("%s: answered with %v", name, a)
		}
		_ = c.Close()
	}
	h.refused("asks how its command ends")
	c := h.dial()
	defer func() { _ = c.Close() }()
	sendFDs(t, c, protocol.AppendAttach(nil), int(os.Stdin.Fd()))
	if a := readAnswer(t, c); a.typ != protocol.TypeRefuse || a.code != protocol.ExitFailed {
		t.Errorf("with a descriptor: answered with %v", a)
	}
	h.refused("descriptors came")
}

// TestAttachInVain has nobody come back: the shim waits, passes nothing on, and can be ended as ever.
func TestAttachInVain(t *testing.T) {
	h := recordingHost(t)
	c := h.command("cat")
	in := running(t, c)
	h.kill(syscall.SIGKILL)
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err := <-ended:
		t.Errorf("it ended at once: %v", err)
	case <-time.After(100 * time.Millisecond): // it looks for a daemon
	}
	_ = c.Process.Kill()
	_ = in.Close()
	<-ended
	h.start()
}
