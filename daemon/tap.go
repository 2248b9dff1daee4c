package daemon

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
)

// tapped is a command's descriptors, with what stands between them and its caller's where the policy wants its output recorded
// or bounded. Where it doesn't, they are the caller's own.
type tapped struct {
	tap      Tap // nil where nothing does
	stdio    [3]*os.File
	terminal bool
	ended    bool
}

// wantsTap reports whether something is to stand between the command and its caller's descriptors.
func (c *call) wantsTap() bool { return c.decision.Recording != "" || c.decision.Limits.Output > 0 }

// tap gives a command its descriptors.
func (d *Daemon) tap(c *call, stdio [3]*os.File) (*tapped, error) {
	t := &tapped{stdio: stdio}
	decision := &c.decision
	if !c.wantsTap() {
		return t, nil
	}
	if d.o.Taps == nil {
		return nil, errors.New("its rule wants its output recorded or bounded, which this daemon can't")
	}
	var err error
	t.tap, err = d.o.Taps.Start(&job.Tap{
		Request: &c.request, Stdio: stdio, Record: decision.Recording != "", Input: decision.Recording == "all",
		Limit: int64(min(decision.Limits.Output, 1<<62)), Pty: c.executor == execUnit,
		InPlace: c.executor == execMirror,
	})
	if err != nil {
		return nil, err
	}
	t.stdio, t.terminal = t.tap.Stdio()
	return t, nil
}

// handed gives up the command's ends: it has its own.
func (t *tapped) handed() {
	if t.tap != nil {
		t.tap.Handed()
	}
}

// wait waits for the end of the command, and brings it about when it has more output than it may.
func (t *tapped) wait(p Process) job.Exit {
	if t.tap == nil {
		return p.Wait()
	}
	exited := make(chan job.Exit, 1)
	go func() { exited <- p.Wait() }()
	select {
	case exit := <-exited:
		return exit
	case <-t.tap.Over():
		p.Signal(syscall.SIGKILL)
		return <-exited
	}
}

// end waits until the caller has the output.
func (t *tapped) end() (passed job.Passed, over bool) {
	if t.tap == nil {
		return passed, false
	}
	t.ended = true
	passed = t.tap.End()
	select {
	case <-t.tap.Over():
		return passed, true
	default:
		return passed, false
	}
}

// leave lets what stands between go on, for a command that does.
func (t *tapped) leave() {
	if t.tap != nil && !t.ended {
		t.tap.Handed()
		t.tap.Leave()
	}
}

// recordingOf tells of the recording of a command of an earlier life.
func (d *Daemon) recordingOf(id string) *clawrden.Recording {
	if d.o.Taps == nil {
		return nil
	}
	return d.o.Taps.Ended(id)
}

func (c *call) overflowText() string {
	return fmt.Sprintf("it had more output than the %d bytes that limits.output of its rule allows", c.decision.Limits.Output)
}

// overflowRefusal is what the caller is told.
func (c *call) overflowRefusal() string {
	text := clawrden.Text(c.request.Tool) + " was ended: " + c.overflowText()
	if r := c.decision.Rule(); r != nil {
		text += fmt.Sprintf("\nrule %q (%s)", r.Name, r.Place())
	}
	return text + "\nask for less output, or send it to a file; a retry of the same is ended too"
}
