// Package proctree signals processes together with all that they have started: by their parents, as /proc tells them. It
// holds every process by a pidfd before it signals it, so that a number that was given away in between is never hit.
//
// It is best effort by nature: what has been left behind by a parent that ended belongs to another tree. It signals nothing
// that doesn't descend from what it is given. The daemon calls it for commands that run in their agent's own context.
package proctree

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/peercred"
)

const (
	// maxHeld bounds the processes of all trees together: each takes a descriptor.
	maxHeld = 8192
	// maxRounds bounds the looks at /proc. Every process that was found is stopped, so that new ones come only from those
	// that started in between.
	maxRounds = 64
	// spell is how many looks KillWith takes from one round of signals to the next, while each finds something new.
	spell = 8
)

// Root is a process whose tree is meant.
type Root struct {
	Pidfd int // the caller's own
	PID   int
	Start uint64 // clock ticks since boot, field 22 of /proc/PID/stat
}

// Open holds the process of a number, if it is the one that started then. Close it.
func Open(pid int, start uint64) (Root, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return Root{}, err
	}
	if s, err := statOf(pid); err != nil || s.start != start {
		_ = unix.Close(fd)
		return Root{}, unix.ESRCH
	}
	return Root{Pidfd: fd, PID: pid, Start: start}, nil
}

// Close lets the process go.
func (r *Root) Close() { _ = unix.Close(r.Pidfd) }

// Kill stops each tree from its root down, so that nothing in it starts anything more, and then ends it.
func Kill(roots []Root) error { return stopAnd(roots, unix.SIGKILL, true) }

// KillWith is Kill for trees whose processes are known by other means, too: what also names belongs to them wherever it stands. What the
// first look finds is ended at once. Where more has started in between it is stopped at first, look by look, since what ends makes
// room for others below a limit on processes; every few looks it is ended all the same, for what is stopped can be continued by others.
func KillWith(roots []Root, also func(pid int) bool) error {
	h := holder{stop: true, also: also}
	defer h.close()
	for i := range roots {
		h.root(&roots[i], true)
	}
	for round := range maxRounds {
		more, err := h.look()
		if round%spell == 0 || !more {
			h.send(unix.SIGKILL, true)
		}
		if errors.Is(err, errTooMany) {
			continue // these have ended by the next look, or soon after
		}
		if err != nil {
			return err
		}
		if !more {
			return h.err
		}
	}
	h.send(unix.SIGKILL, true)
	return h.unending()
}

// KillBelow does the same to all that descends from the roots, and leaves these alone.
func KillBelow(roots []Root) error { return stopAnd(roots, unix.SIGKILL, false) }

// Stop stops each tree until Continue.
func Stop(roots []Root) error { return stopAnd(roots, 0, true) }

// Continue lets what Stop has stopped go on.
func Continue(roots []Root) error { return each(roots, unix.SIGCONT, true) }

// Terminate asks each tree to end, the roots too.
func Terminate(roots []Root) error { return each(roots, unix.SIGTERM, true) }

// Below sends a signal to all that descends from the roots, but not to these.
func Below(roots []Root, sig syscall.Signal) error { return each(roots, sig, false) }

// stopAnd stops the trees, then sends sig, if it is one.
func stopAnd(roots []Root, sig syscall.Signal, withRoots bool) error {
	h := holder{stop: true}
	defer h.close()
	for i := range roots {
		h.root(&roots[i], withRoots)
	}
	more := true
	for round := 0; more && round < maxRounds; round++ {
		var err error
		if more, err = h.look(); err != nil {
			more, h.err = false, err
		}
	}
	if more {
		h.err = h.unending()
	}
	if sig != 0 {
		h.send(sig, withRoots)
	}
	return h.err
}

// each sends a signal once to all that is there.
func each(roots []Root, sig syscall.Signal, withRoots bool) error {
	h := holder{}
	defer h.close()
	for i := range roots {
		h.root(&roots[i], false)
	}
	if _, err := h.look(); err != nil {
		h.err = err
	}
	h.send(sig, withRoots)
	return h.err
}

// holder has the processes of some trees.
type holder struct {
	stop bool // each is stopped as it is found
	also func(pid int) bool
	held map[int]process
	err  error
}

type process struct {
	fd    int
	start uint64
	root  bool // its descriptor isn't ours
}

func (h *holder) root(r *Root, stop bool) {
	if h.held == nil {
		h.held = map[int]process{}
	}
	if r.PID <= 1 {
		return // the whole host, or nothing at all
	}
	h.held[r.PID] = process{fd: r.Pidfd, start: r.Start, root: true}
	if stop && h.stop {
		h.signal(r.Pidfd, unix.SIGSTOP)
	}
}

func (h *holder) signal(fd int, sig syscall.Signal) {
	if err := unix.PidfdSendSignal(fd, sig, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		h.err = fmt.Errorf("cannot signal a process: %v", err)
	}
}

func (h *holder) send(sig syscall.Signal, withRoots bool) {
	for _, p := range h.held {
		if !p.root || withRoots {
			h.signal(p.fd, sig)
		}
	}
}

func (h *holder) close() {
	for _, p := range h.held {
		if !p.root {
			_ = unix.Close(p.fd)
		}
	}
}

// unending is the error where the last look has still found something new.
func (h *holder) unending() error {
	if h.err != nil {
		return h.err
	}
	return errUnending
}

var (
	errTooMany  = fmt.Errorf("more than %d processes", maxHeld)
	errUnending = errors.New("processes start faster than they can be found")
)

// look goes through /proc once and takes in what belongs to the trees; more tells whether there was anything new, which may have
// ended meanwhile and left something else behind.
func (h *holder) look() (more bool, err error) {
	all, err := processes()
	if err != nil {
		return false, fmt.Errorf("cannot look at the processes: %v", err)
	}
	children := map[int][]int{}
	for pid, s := range all {
		children[s.parent] = append(children[s.parent], pid)
	}
	next := h.remaining(all)
	for pid, s := range all {
		if h.also == nil || pid <= 1 || h.has(pid, s) || !h.also(pid) {
			continue
		}
		if len(h.held) >= maxHeld {
			return false, errTooMany
		}
		more = true
		if h.take(pid, s.start, noParent) {
			next = append(next, pid)
		}
	}
	for len(next) > 0 {
		parent := next[len(next)-1]
		next = next[:len(next)-1]
		for _, pid := range children[parent] {
			if h.has(pid, all[pid]) {
				continue
			}
			if len(h.held) >= maxHeld {
				return false, errTooMany
			}
			more = true
			if h.take(pid, all[pid].start, parent) {
				next = append(next, pid)
			}
		}
	}
	return more, nil
}

// remaining gives the held processes that are there still, and lets those go that have ended: their numbers may be others' by now.
func (h *holder) remaining(all map[int]stat) (pids []int) {
	for pid, p := range h.held {
		switch {
		case all[pid].start == p.start:
			pids = append(pids, pid)
		case !p.root && errors.Is(unix.PidfdSendSignal(p.fd, 0, nil, 0), unix.ESRCH):
			_ = unix.Close(p.fd)
			delete(h.held, pid)
		}
	}
	return pids
}

// has reports whether a process is held, and not another one that had its number.
func (h *holder) has(pid int, s stat) bool {
	p, ok := h.held[pid]
	return ok && p.start == s.start
}

// noParent stands for one that belongs to the trees by itself.
const noParent = 0

// take holds one process, if it is still what was seen and its parent still lives: else the number may be another's child.
func (h *holder) take(pid int, start uint64, parent int) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		if !errors.Is(err, unix.ESRCH) && !errors.Is(err, unix.EINVAL) {
			h.err = fmt.Errorf("cannot hold a process: %v", err)
		}
		return false
	}
	s, err := statOf(pid)
	if err != nil || s.start != start || parent != noParent && (s.parent != parent || unix.PidfdSendSignal(h.held[parent].fd, 0, nil, 0) != nil) {
		_ = unix.Close(fd)
		return false
	}
	if h.held == nil { // a tree without a root that is known
		h.held = map[int]process{}
	}
	if old, ok := h.held[pid]; ok && !old.root {
		_ = unix.Close(old.fd)
	}
	h.held[pid] = process{fd: fd, start: start}
	if h.stop {
		h.signal(fd, unix.SIGSTOP)
	}
	return true
}

type stat struct {
	start  uint64
	parent int
}

// processes gives all that /proc shows.
func processes() (map[int]stat, error) {
	d, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	all := map[int]stat{}
	for {
		names, err := d.Readdirnames(1024)
		for _, name := range names {
			if pid, err := strconv.Atoi(name); err == nil {
				if s, err := statOf(pid); err == nil {
					all[pid] = s
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func statOf(pid int) (s stat, err error) {
	b := make([]byte, 1024) // the line has 52 fields and a name of at most 64 bytes
	fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/stat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return s, err
	}
	n, err := unix.Read(fd, b)
	_ = unix.Close(fd)
	if err != nil {
		return s, err
	}
	s.start, s.parent, err = peercred.ParseStat(b[:max(n, 0)])
	return s, err
}
