package daemon

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/guardlink"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/pidfd"
)

// heldReply answers the guard.
type heldReply struct {
	link     *heldLink
	watch    *pidfd.Watcher
	stopping <-chan struct{}
	cancel   func()        // called when left is closed while a person is asked
	left     chan struct{} // closed when the guard has said that the process is gone, or is gone itself
	asked    bool
	lost     atomic.Bool // it was the guard

	mu   sync.Mutex
	over bool // nothing is listened for any more
	gone bool // nobody is there any more: the process has ended, or the guard
}

// waiting tells the guard that a person is asked, and listens for the process's death from then on.
func (r *heldReply) waiting(*call, string, time.Time) {
	if r.asked {
		return
	}
	r.asked = true
	r.link.write(guardlink.AppendPlain(nil, guardlink.TypeWaiting))
	if r.watch.CallExited(r.link.fd, r.hear) != nil {
		r.hear()
	}
}

// hear takes what has come: the guard speaks again only to say that the process is gone.
func (r *heldReply) hear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || r.gone {
		return
	}
	var b [guardlink.HeaderLen]byte
	n, _, _, err := receiveOn(r.link.fd, b[:], nil, unix.MSG_DONTWAIT)
	select {
	case <-r.stopping: // the daemon itself has ended the connection; the guard asks the next one
		return
	default:
	}
	if errors.Is(err, unix.EAGAIN) && r.watch.CallExited(r.link.fd, r.hear) == nil {
		return
	}
	r.lost.Store(n == 0)
	r.gone = true
	close(r.left)
	r.cancel()
}

// end stops listening: the connection is free for the next exec, unless the process is gone.
func (r *heldReply) end() (gone bool) {
	r.mu.Lock()
	r.over = true
	gone = r.gone
	r.mu.Unlock()
	if r.asked {
		r.watch.Forget(r.link.fd)
	}
	if !gone {
		close(r.left)
	}
	return gone
}

func (r *heldReply) refuse(code int, text string) {
	r.link.write(guardlink.AppendRefuse(nil, code, text))
}

// redirect has the process become the shim; code and text are for where it can't.
func (r *heldReply) redirect(shim string, code int, text string) {
	r.link.write(guardlink.AppendRedirect(nil, shim, code, text))
}

func (r *heldReply) started(*call) { r.link.write(guardlink.AppendPlain(nil, guardlink.TypeRun)) }

// note has nowhere to go: nothing runs yet that could show it.
func (r *heldReply) note(*call, string) {}

func (r *heldReply) answer(*call) {}

func (r *heldReply) stdio(*call) ([3]*os.File, func(), error) {
	return [3]*os.File{}, nil, errors.New("the guard has no descriptors")
}

func (r *heldReply) exited(*call, job.Exit) {}
