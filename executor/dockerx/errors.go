package dockerx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"

	"github.com/clawrden/clawrden/internal/display"
)

// Errors that a caller tells apart.
var (
	// ErrUnreachable: nobody answers on the engine's socket.
	ErrUnreachable = errors.New("cannot reach the container engine")
	// ErrNotFound: the engine has no such container, image or exec.
	ErrNotFound = errors.New("the container engine has none of that name")
	// ErrNotRunning: the container is there and doesn't run.
	ErrNotRunning = errors.New("the container doesn't run")
	// ErrNotConfirmed: the engine doesn't confirm that a process stands in the container that its cgroup names.
	ErrNotConfirmed = errors.New("the container engine does not confirm it")
	// ErrUnfit: the engine answers, and isn't one that can be used for this.
	ErrUnfit = errors.New("this container engine can't be used")
)

// errRemoving: the engine is removing a container already.
var errRemoving = errors.New("the container is being removed")

const maxEngineText = 400 // bytes of the engine's own words that are passed on

// explain makes an error for people of what the client returned: what, why, what to do.
func (e *Engine) explain(err error) error {
	text, _ := display.Text(strings.TrimSpace(err.Error()), maxEngineText)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, fs.ErrPermission), strings.Contains(err.Error(), "permission denied while trying to connect"):
		return fmt.Errorf("%w at %s: permission denied; the daemon must be root or in the socket's group", ErrUnreachable, e.socket)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), client.IsErrConnectionFailed(err):
		return fmt.Errorf("%w at %s: nothing listens there%s; start it (systemctl start docker), or set docker { socket } in clawrden.hcl", ErrUnreachable, e.socket, hidden(e.socket))
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), strings.Contains(err.Error(), "EOF"), strings.Contains(err.Error(), "cannot connect"):
		return fmt.Errorf("%w at %s: it went away (%s); a retry helps once it runs again", ErrUnreachable, e.socket, text)
	case errdefs.IsNotFound(err):
		return fmt.Errorf("%w: %s", ErrNotFound, text)
	case errdefs.IsConflict(err) && strings.Contains(err.Error(), "already in progress"):
		return errRemoving
	case errdefs.IsConflict(err) && strings.Contains(err.Error(), "is not running"):
		return ErrNotRunning
	case strings.Contains(err.Error(), "no space left on device"):
		return fmt.Errorf("the container engine's disk is full: an operator has to make room (docker system prune); it says: %s", text)
	}
	return fmt.Errorf("the container engine refused: %s", text)
}

func (e *Engine) unanswered(limit time.Duration) error {
	return fmt.Errorf("%w at %s: no answer within %v; see its journal (journalctl -u docker), a retry may help", ErrUnreachable, e.socket, limit)
}

// hidden tells of a socket that clawrden.service doesn't show to the daemon, wherever it is.
func hidden(socket string) string {
	for _, dir := range []string{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"} {
		if strings.HasPrefix(socket, dir) {
			return ", as far as the daemon sees (clawrden.service hides " + strings.TrimSuffix(dir, "/") + " from it)"
		}
	}
	return ""
}
