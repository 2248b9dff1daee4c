package daemon

import (
	"errors"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// holds are the execs that the guard holds while a person is asked, by their requests' ids: what a person wants to run in the place of one
// is judged on the same file.
type holds struct {
	mu sync.Mutex
	of map[string]*heldExec
}

// put notes what is asked about, until done is called. Nobody else changes it meanwhile.
func (h *holds) put(id string, e *heldExec) (done func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = map[string]*heldExec{}
	}
	h.of[id] = e
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.of[id] == e {
			delete(h.of, id)
		}
	}
}

var errNotHeld = errors.New("the guard doesn't hold it any more")

// copy gives what is held under an id, with a descriptor of its own.
func (h *holds) copy(id string) (*heldExec, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := h.of[id]
	if e == nil {
		return nil, errNotHeld
	}
	c := *e
	var err error
	if c.exe, err = unix.FcntlInt(uintptr(e.exe), unix.F_DUPFD_CLOEXEC, 0); err != nil {
		return nil, err
	}
	c.also = nil
	return &c, nil
}

// reads are the words by which what is held is judged: the kernel's, or those with a person's arguments.
func (h *heldExec) reads() []string {
	if h.words != nil {
		return h.words
	}
	return h.argv
}

// reread has what is held judged by the arguments that the request has now, in the place of those before. What stands in front of
// them stays: argv[0], or a script and its interpreter.
func (d *Daemon) reread(c *call, before []string) {
	words := c.held.reads()
	c.held.words = slices.Concat(words[:max(0, len(words)-len(before))], c.request.Args())
	c.facts = d.reader(c)(&c.request)
	c.facts.Counts = d.count(c, d.policy.Load().Counts(&c.facts))
}
