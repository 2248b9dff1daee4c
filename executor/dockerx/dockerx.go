// Package dockerx is the one room with a container engine's client: Docker, and Podman where it speaks Docker's language.
//
// It asks the engine on its Unix socket, each question with a time limit, in the newest version of the interface that both
// know. It believes the engine's word about containers and images, since whoever controls the engine is root anyway; what
// the engine says of a process is compared with the kernel's word before it counts. An engine that can't be reached is an
// error that says what to do, never a permission. The executors mirror (via docker) and ghost and the daemon's identify
// step call it; it decides nothing.
package dockerx

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/docker/client"
)

// Defaults of Options.
const (
	DefaultSocket  = "/run/docker.sock"
	DefaultTimeout = 10 * time.Second
)

// Options say where the engine is.
type Options struct {
	Socket  string        // path of its Unix socket; DefaultSocket
	Timeout time.Duration // for one question; DefaultTimeout. Starting a container may take three of them
}

// Engine asks one container engine. It is safe for concurrent use, and connects when it is first asked.
type Engine struct {
	socket  string
	timeout time.Duration
	cli     *client.Client

	versed  atomic.Bool   // the version of the interface is settled
	versing chan struct{} // holds one while somebody settles it: the client isn't made for two who do

	mu    sync.Mutex
	about *About // once the engine has told
}

// Open makes an engine. It doesn't connect: the engine may be started later, or never.
func Open(o Options) (*Engine, error) {
	e := &Engine{socket: o.Socket, timeout: o.Timeout, versing: make(chan struct{}, 1)}
	if e.socket == "" {
		e.socket = DefaultSocket
	}
	if e.timeout <= 0 {
		e.timeout = DefaultTimeout
	}
	cli, err := client.NewClientWithOpts(
		client.WithHost("unix://"+e.socket),
		client.WithDialContext(e.dial),
		client.WithAPIVersionNegotiation(),
		client.WithTraceProvider(nil),
	)
	if err != nil {
		return nil, errors.New("cannot use the container engine's socket " + e.socket + ": " + err.Error())
	}
	e.cli = cli
	return e, nil
}

// Close lets go of idle connections.
func (e *Engine) Close() error { return e.cli.Close() }

// dialed is where dial leaves the connection of a question whose answer is a stream.
type dialed struct{ conn *net.UnixConn }

type dialedKey struct{}

func (e *Engine) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", e.socket)
	if err != nil {
		return nil, err
	}
	if d, ok := ctx.Value(dialedKey{}).(*dialed); ok {
		d.conn, _ = conn.(*net.UnixConn)
		if limit, ok := ctx.Deadline(); ok { // the client waits for the answer without a look at the context
			err = conn.SetDeadline(limit)
		}
	}
	return conn, err
}

// ask puts one question with the time limit, and explains what went wrong.
func (e *Engine) ask(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := e.settle(limited)
	if err == nil {
		err = f(limited)
	}
	if err == nil {
		return nil
	}
	if ctx.Err() == nil && (limited.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded)) {
		return e.unanswered(limit)
	}
	return e.explain(err)
}

// settle agrees with the engine, once, on the version of the interface that both know.
func (e *Engine) settle(ctx context.Context) error {
	if e.versed.Load() {
		return nil
	}
	select {
	case e.versing <- struct{}{}:
		defer func() { <-e.versing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if e.versed.Load() {
		return nil
	}
	ping, err := e.cli.Ping(ctx)
	if err != nil {
		return err
	}
	e.cli.NegotiateAPIVersionPing(ping)
	e.versed.Store(true)
	return nil
}
