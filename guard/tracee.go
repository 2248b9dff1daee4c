package guard

import (
	"context"
	"errors"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/execnotify"
)

// ptrace requests and events that x/sys has no names for (include/uapi/linux/ptrace.h).
const (
	ptraceSeize     = 0x4206
	ptraceInterrupt = 0x4207
	ptraceExitKill  = 0x100000
	eventExec       = 4
	eventStop       = 128
)

// tracee is one exec on its way, and the thread that calls it. All its methods run on the worker's thread.
type tracee struct {
	session *Session
	thread  int // that called; the kernel speaks of its process afterwards
	proc    int // its /proc directory, O_PATH; -1 where it isn't open
	asked   asked
	caller  execnotify.Origin // of the program that calls; surely its own where the announcement was valid afterwards
}

// exec takes one announcement to its end.
func (t *tracee) exec(ctx context.Context, n *execnotify.Notification) {
	l := t.session.listener
	if t.thread <= 0 { // in a pid namespace that can't be seen from here
		_ = execnotify.Fail(l, n.ID, unix.EPERM)
		return
	}
	if t.look(n) {
		_ = execnotify.Fail(l, n.ID, unix.ENOENT) // nothing runs, so no harm can come of a wrong answer's haste
		return
	}
	if !execnotify.Valid(l, n.ID) {
		return // it died; what was read may be another's
	}
	if errno := ptrace(ptraceSeize, t.thread, unix.PTRACE_O_TRACEEXEC|ptraceExitKill); errno != 0 {
		_ = execnotify.Fail(l, n.ID, unix.EPERM) // it is dying, or traced by somebody else
		return
	}
	// An exec that fails makes no stop of its own: this one it will make on its way out.
	_ = ptrace(ptraceInterrupt, t.thread, 0)
	_ = execnotify.Continue(l, n.ID) // an error means that it has died; the wait tells
	t.follow(ctx)
}

// close releases what is still open.
func (t *tracee) close() {
	if t.proc >= 0 {
		_ = unix.Close(t.proc)
		t.proc = -1
	}
}

// follow waits for the thread's next stop. Nothing is left traced.
func (t *tracee) follow(ctx context.Context) {
	for {
		pid, status, err := wait(0)
		if err != nil {
			return // another thread's exec has replaced it without a word
		}
		switch {
		case status.Exited() || status.Signaled():
			return
		case status.Stopped() && status.StopSignal() == unix.SIGTRAP && status.TrapCause() == eventExec:
			t.session.judged.Add(1)
			t.judge(ctx, pid)
			return
		case status.Stopped() && int(status)>>16 == eventStop: // the exec has failed, or the whole process is being stopped
			t.detach(pid, 0)
			return
		case status.Stopped():
			t.detach(pid, status.StopSignal())
			return
		}
	}
}

// judge has the exec judged at its stop.
func (t *tracee) judge(ctx context.Context, pid int) {
	h, err := t.read(pid)
	if err != nil { // it is dying, or its memory can't be read: never "no arguments, allowed"
		t.kill(pid)
		return
	}
	defer h.Close()
	held, release := context.WithCancelCause(ctx)
	defer release(errGone)
	v, later := t.session.o.Judge.Judge(held, h)
	if later != nil {
		var there bool
		if v, there = t.hold(ctx, h, pid, later); !there {
			return
		}
	}
	if (v.Run || v.Redirect != "") && h.moved() {
		v = Verdict{Code: exitDenied, Text: "its working directory was changed while it was judged; try again"}
	}
	if v.Run {
		t.detach(pid, 0)
		return
	}
	t.end(pid, v)
}

// errGone is why nobody waits for a verdict any more: the held process has gone on, or ended.
var errGone = errors.New("the process is held no longer")

// end has the held process become the shim, or say why and exit, without a step of the program.
func (t *tracee) end(pid int, v Verdict) {
	if err := writeStub(pid, &stub{become: v.Redirect, code: v.Code, text: stderrText(v.Text)}); err != nil {
		t.kill(pid)
		return
	}
	t.detach(pid, 0)
}

// detach lets the process go. Where it is dying the kernel waits for its tracer to take notice: so does this.
func (t *tracee) detach(pid int, sig unix.Signal) {
	if errno := ptrace(unix.PTRACE_DETACH, pid, uintptr(sig)); errno == unix.ESRCH {
		t.reap()
	}
}

// kill ends a process that can't be judged.
func (t *tracee) kill(pid int) {
	_ = unix.Kill(pid, unix.SIGKILL)
	t.reap()
}

// reap waits until the thread's tracee is gone.
func (t *tracee) reap() {
	for {
		pid, status, err := wait(0)
		if err != nil || status.Exited() || status.Signaled() {
			return
		}
		_ = ptrace(unix.PTRACE_CONT, pid, uintptr(unix.SIGKILL))
	}
}

// wait waits for this thread's own tracee.
func wait(options int) (int, unix.WaitStatus, error) {
	var status unix.WaitStatus
	for {
		pid, err := unix.Wait4(-1, &status, unix.WALL|unix.WNOTHREAD|options, nil)
		if !errors.Is(err, unix.EINTR) {
			return pid, status, err
		}
	}
}

// ptrace makes a request that needs no address.
func ptrace(request, pid int, data uintptr) unix.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(pid), 0, data, 0, 0)
	return errno
}
