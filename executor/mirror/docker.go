package mirror

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/executor/relay"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
)

// spareDelay is when a helper is made ready for the next command: the engine is busy then with starting this one, mostly with
// one processor.
const spareDelay = 15 * time.Millisecond

// Docker runs commands by the container engine's exec, in the caller's own container: as its user, in its working directory,
// with its environment. The tool isn't a child of the agent's then. It has no more reach than in place, and binds the agent
// no better: the boundary is none.
//
// The engine runs a tool by its path. One that the caller can change is refused where the settings want a sealed copy run.
type Docker struct {
	Engine  *dockerx.Engine
	Confirm *dockerx.Confirmer
	Helper  string // path of the program that copies; see package relay

	helpers relay.Spares
}

// Close ends what is ready for the next command.
func (d *Docker) Close() { d.helpers.Close() }

// May tells why a request can't be run here; nil if it can.
func (*Docker) May(r *clawrden.Request) error {
	switch {
	case r.Way == clawrden.WayPlain:
		return errors.New("the rule runs it in the caller's own container (mirror via docker), which the plain mode can't reach: it passes no descriptors; call it through the shim")
	case r.Identity.Container == "":
		return fmt.Errorf("%w: it is in no container that the engine confirms, and \"mirror\" via docker runs commands in the caller's own; is docker { socket } right, and the engine up?", job.ErrForeign)
	}
	return nil
}

// Fits tells why a tool can't be run here.
func (*Docker) Fits(e *clawrden.Executable) error {
	for ; e != nil; e = e.Interpreter {
		if e.Sealed {
			return fmt.Errorf("%s can be changed by its caller, and the container engine can't run a sealed copy; run it in place, have the agent be an ordinary user of its container, or accept it with mirror { writable = \"path\" } in clawrden.hcl", e.Path)
		}
	}
	return nil
}

// Start runs the job. The context's end kills it.
func (d *Docker) Start(ctx context.Context, j *job.Job) (*Execution, error) {
	if err := d.May(j.Request); err != nil {
		return nil, err
	}
	fact := j.Tool.Fact()
	if err := d.Fits(&fact); err != nil {
		return nil, err
	}
	if !Unchanged(j.Tool) {
		return nil, errors.New("it was changed while it was judged; try again")
	}
	if err := d.Engine.Runs(ctx); err != nil {
		return nil, err
	}
	who, err := lookAt(j)
	if err != nil {
		return nil, err
	}
	defer who.Close()
	container, err := d.Confirm.Confirm(ctx, who.Proc, j.Request.Identity.Container)
	if err != nil {
		return nil, fmt.Errorf("its container is not known any more: %w", err)
	}
	spec, err := specFor(j, who, container)
	if err != nil {
		return nil, err
	}
	helper, err := d.helpers.Start(d.Helper, j.Stdio)
	if err != nil {
		return nil, err
	}
	spec.TTY, spec.Rows, spec.Columns = helper.TTY, helper.Size.Rows, helper.Size.Columns
	x, err := d.start(ctx, container, spec, helper)
	if err != nil {
		helper.Close()
		return nil, err
	}
	time.AfterFunc(spareDelay, func() { d.helpers.Prepare(d.Helper) })
	return follow(ctx, x, helper, who), nil
}

func (d *Docker) start(ctx context.Context, c *dockerx.Container, spec *dockerx.ExecSpec, helper *relay.Relay) (*dockerx.Exec, error) {
	x, err := d.Engine.NewExec(ctx, c.ID, spec)
	if err != nil {
		return nil, err
	}
	stream, err := x.Start(ctx, spec)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Conn.Close() }()
	if err := helper.Connect(stream.Conn, stream.Early); err != nil {
		return nil, err
	}
	if spec.TTY && helper.Size.Rows > 0 {
		_ = x.Resize(ctx, helper.Size.Rows, helper.Size.Columns) // it may be over already
	}
	return x, nil
}

// lookAt holds on to the caller: the process that sent the request, not another that has its number by now.
func lookAt(j *job.Job) (*peercred.Peer, error) {
	id := &j.Request.Identity
	who, err := peercred.OfPID(id.PID, id.UID)
	if err != nil {
		return nil, fmt.Errorf("cannot look at the caller: %w", err)
	}
	if who.Start != id.Start {
		who.Close()
		return nil, fmt.Errorf("cannot look at the caller: %w", peercred.ErrGone)
	}
	return who, nil
}

// specFor says how the engine is to run it.
func specFor(j *job.Job, who *peercred.Peer, c *dockerx.Container) (*dockerx.ExecSpec, error) {
	id := &j.Request.Identity
	uid, err := inside(who.Proc, "uid_map", id.UID)
	if err != nil {
		return nil, err
	}
	gid, err := inside(who.Proc, "gid_map", id.GID)
	if err != nil {
		return nil, err
	}
	dir, err := workDir(j, who)
	if err != nil {
		return nil, err
	}
	return &dockerx.ExecSpec{
		Argv: argvOf(j), Env: environment(j.Request.Env, c.Env), WorkDir: dir, User: fmt.Sprintf("%d:%d", uid, gid),
		Stdin: j.Stdio[0] != nil, Stdout: true, Stderr: true,
	}, nil
}

// argvOf is what is run by path: the tool, or the chain of interpreters that ends with it, as the kernel would make it; behind the
// launcher where that has to put it under guard.
func argvOf(j *job.Job) (argv []string) {
	if j.Entry != nil {
		argv = j.Entry.Words()
	}
	if _, chain := words(j.Tool); j.Tool.Shell && len(chain) > 0 {
		argv = append(argv, chain[0].Word)
	}
	return append(append(argv, j.Tool.Path), j.Request.Args()...)
}

// workDir names the caller's working directory by the process that waits for the command in it: another directory that
// takes its name isn't taken for it.
func workDir(j *job.Job, who *peercred.Peer) (string, error) {
	if j.Cwd == nil {
		return "", job.NotRunError{Err: errors.New("the working directory does not exist any more")}
	}
	var sent, now unix.Stat_t
	if err := unix.Fstat(int(j.Cwd.Fd()), &sent); err != nil {
		return "", fmt.Errorf("cannot look at the working directory: %v", err)
	}
	if err := unix.Fstatat(who.Proc, "cwd", &now, 0); err != nil || now.Dev != sent.Dev || now.Ino != sent.Ino {
		return "", errors.New("the caller has left the working directory of its request")
	}
	pid, err := pidInside(who.Proc)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("/proc/%d/cwd", pid), nil
}

// environment is what the engine is told: the caller's variables, and by their bare names those of the container that the
// caller doesn't have, which the engine then leaves out.
func environment(callers, containers []string) []string {
	env := append([]string(nil), callers...)
	for _, e := range containers {
		name, _, _ := strings.Cut(e, "=")
		if name != "" && !has(callers, name) {
			env = append(env, name)
		}
	}
	return env
}

func has(env []string, name string) bool {
	for _, e := range env {
		if n, _, ok := strings.Cut(e, "="); ok && n == name {
			return true
		}
	}
	return false
}
