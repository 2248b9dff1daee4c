// Package local runs a command as a child of the daemon, under the caller's uid, gid and groups, on the caller's own
// descriptors. It exists for development: the daemon uses it only with --dev.
//
// It must never run a command with more rights than its caller has: a daemon that isn't root runs only for its own user,
// and a caller from other namespaces is refused. The daemon calls it.
package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
)

// Process is a command that runs.
type Process struct {
	cmd *exec.Cmd
}

// May tells why a request can't be run here; nil if it can.
func May(r *clawrden.Request) error {
	if !r.Identity.HostNS {
		return fmt.Errorf("%w: it lives in other namespaces than the daemon's, where \"local\" can't go", job.ErrForeign)
	}
	if me := os.Geteuid(); me != 0 && uint32(me) != r.Identity.UID {
		return fmt.Errorf("%w: the daemon runs as uid %d and can't become uid %d", job.ErrForeign, me, r.Identity.UID)
	}
	return nil
}

// Start runs the job. The context ends it: SIGKILL.
func Start(ctx context.Context, j *job.Job) (*Process, error) {
	if err := May(j.Request); err != nil {
		return nil, err
	}
	id := &j.Request.Identity
	if j.Cwd == nil {
		return nil, job.NotRunError{Err: errors.New("the working directory does not exist any more")}
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Path, cmd.Args, cmd.ExtraFiles = command(j)
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.Env = j.Request.Env
	if cmd.Env == nil {
		cmd.Env = []string{}
	}
	// Stage by stage in the child: credentials, then the directory, so that it is entered with the caller's rights.
	cmd.Dir = "/proc/self/fd/" + strconv.Itoa(int(j.Cwd.Fd()))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: id.UID, Gid: id.GID, Groups: id.Groups}
	}
	for i, f := range j.Stdio {
		if f == nil {
			continue
		}
		switch i {
		case 0:
			cmd.Stdin = f
		case 1:
			cmd.Stdout = f
		case 2:
			cmd.Stderr = f
		}
	}
	if err := cmd.Start(); err != nil {
		return nil, job.NotRunError{Err: startError(j, err)}
	}
	return &Process{cmd: cmd}, nil
}

// startError names the tool, not the path by which it was run.
func startError(j *job.Job, err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err
	}
	return fmt.Errorf("cannot run %s in %s: %v", j.Tool.Path, clawrden.Text(j.Request.Cwd), err)
}

// command gives path, argv and the descriptors that path and argv name, which become 3, 4, … in the child. What the
// caller can't change is run by its path.
func command(j *job.Job) (path string, argv []string, extra []*os.File) {
	t := j.Tool
	argv = append([]string{t.Path}, j.Request.Args()...)
	if len(j.Request.Argv) > 0 {
		argv[0] = j.Request.Argv[0]
	}
	if t.Stable() {
		return t.Path, argv, nil
	}
	last := len(t.Stage) - 1
	pass := func(s *agentroot.Stage) string {
		extra = append(extra, file(s))
		return "/proc/self/fd/" + strconv.Itoa(2+len(extra))
	}
	path = pass(&t.Stage[last])
	if last == 0 {
		return path, argv, extra
	}
	words := []string{t.Stage[last].Path}
	for i := last - 1; i >= 0; i-- {
		s := &t.Stage[i]
		if s.HasArg {
			words = append(words, s.Arg)
		}
		if s.Stable && s.Sealed < 0 {
			words = append(words, s.Path)
		} else {
			words = append(words, pass(s))
		}
	}
	return path, append(words, j.Request.Args()...), extra
}

// file duplicates a stage's descriptor for the child, as os/exec wants it.
func file(s *agentroot.Stage) *os.File {
	fd := s.FD
	if s.Sealed >= 0 {
		fd = s.Sealed
	}
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(n), s.Path)
}

// Wait waits for the end.
func (p *Process) Wait() job.Exit {
	err := p.cmd.Wait()
	for _, f := range p.cmd.ExtraFiles {
		_ = f.Close()
	}
	if p.cmd.ProcessState == nil {
		return job.Exit{Source: clawrden.ExitUnknown}
	}
	_ = err // an exit status other than 0 is an error to os/exec only
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return job.Exit{Status: status, Known: ok, Source: clawrden.ExitKernel}
}

// Signal sends a signal to the command; SIGKILL to all of its process group.
func (p *Process) Signal(sig syscall.Signal) {
	if sig == syscall.SIGKILL {
		_ = killGroup(p.cmd)
		return
	}
	_ = p.cmd.Process.Signal(sig)
}

// Terminate asks all of the process group to end.
func (p *Process) Terminate() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM) }

// killGroup kills the command and what it has started, as far as that stayed in its process group.
func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
