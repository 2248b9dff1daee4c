package dockerx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/docker/docker/api/types/container"
)

// ExecSpec is a command that is to run in a container that runs.
type ExecSpec struct {
	Argv    []string
	Env     []string
	WorkDir string // in the container
	User    string // uid:gid, as the container counts them
	TTY     bool   // on a terminal of its own, else on streams
	Rows    uint16 // the terminal's size; newer engines have it from the start, others are told by Resize
	Columns uint16
	Stdin   bool // the streams that are attached
	Stdout  bool
	Stderr  bool
}

// Exec is a command in a container.
type Exec struct {
	ID     string
	engine *Engine
}

// Stream is a command's input and output, as one connection to the engine: raw with a terminal, else in frames. Early is
// what came with the engine's answer, before anything that is still to be read from Conn.
type Stream struct {
	Conn  *net.UnixConn
	Early []byte
}

// NewExec prepares a command.
func (e *Engine) NewExec(ctx context.Context, id string, s *ExecSpec) (*Exec, error) {
	var got container.ExecCreateResponse
	err := e.ask(ctx, e.timeout, func(ctx context.Context) (err error) {
		got, err = e.cli.ContainerExecCreate(ctx, id, container.ExecOptions{
			User: s.User, Tty: s.TTY, ConsoleSize: s.size(), Env: s.Env, WorkingDir: s.WorkDir, Cmd: s.Argv,
			AttachStdin: s.Stdin, AttachStdout: s.Stdout, AttachStderr: s.Stderr,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Exec{ID: got.ID, engine: e}, nil
}

// size is the console's, as the engine wants it.
func (s *ExecSpec) size() *[2]uint {
	if !s.TTY || s.Rows == 0 {
		return nil
	}
	return &[2]uint{uint(s.Rows), uint(s.Columns)}
}

// Start runs it, and gives its streams.
func (x *Exec) Start(ctx context.Context, spec *ExecSpec) (*Stream, error) {
	var s *Stream
	err := x.engine.ask(ctx, 3*x.engine.timeout, func(ctx context.Context) error {
		var d dialed
		got, err := x.engine.cli.ContainerExecAttach(context.WithValue(ctx, dialedKey{}, &d), x.ID, container.ExecStartOptions{Tty: spec.TTY, ConsoleSize: spec.size()})
		if err != nil {
			return err
		}
		if s, err = streamOf(got.Conn, d.conn); err != nil {
			got.Close()
		}
		return err
	})
	return s, err
}

// streamOf unwraps a stream. Where the client's reader took more of the connection than its answer, what it took is had by
// one read, which doesn't touch the connection.
func streamOf(got net.Conn, conn *net.UnixConn) (*Stream, error) {
	if conn == nil {
		return nil, errors.New("the engine's stream isn't a Unix connection")
	}
	s := &Stream{Conn: conn}
	if got != net.Conn(conn) {
		const readers = 4096 // the size of the client's buffer
		early := make([]byte, readers)
		n, err := got.Read(early)
		if err != nil {
			return nil, err
		}
		s.Early = early[:n]
	}
	return s, conn.SetDeadline(time.Time{})
}

// ExecState is how far a command has come.
type ExecState struct {
	Running bool
	PID     int // in the engine's pid namespace; 0 before it runs
	Code    int // exit code, once it doesn't run
}

// State asks how far the command has come.
func (x *Exec) State(ctx context.Context) (ExecState, error) {
	var got container.ExecInspect
	err := x.engine.ask(ctx, x.engine.timeout, func(ctx context.Context) (err error) {
		got, err = x.engine.cli.ContainerExecInspect(ctx, x.ID)
		return err
	})
	return ExecState{Running: got.Running, PID: got.Pid, Code: got.ExitCode}, err
}

// Resize tells the command's terminal its size.
func (x *Exec) Resize(ctx context.Context, rows, columns uint16) error {
	if rows == 0 || columns == 0 {
		return fmt.Errorf("a terminal of %d × %d characters has no size", rows, columns)
	}
	return x.engine.ask(ctx, x.engine.timeout, func(ctx context.Context) error {
		return x.engine.cli.ContainerExecResize(ctx, x.ID, container.ResizeOptions{Height: uint(rows), Width: uint(columns)})
	})
}
