// Package guard holds each exec of a session at the point where the kernel has opened the file and copied argv and
// environment, and nothing of it has run, and has it judged there.
//
//	agent thread ──execve──▶ seccomp announces it ──▶ worker: seize the thread, let the call go on
//	kernel: opens the file, copies argv and environment into a new address space
//	exec stop ──▶ worker: reads what will run ──▶ judge ──▶ detach: it runs
//	                                                   ├──▶ write an exit into it, detach: it says why and ends
//	                                                   └──▶ write another exec into it, detach: it becomes the shim
//
// What is read before the stop can still be changed by another thread, by shared memory, on the disk; it serves only for a
// quick "no such file", and as a hint of the name that was used. What is read at the stop can't: the address space is new
// and shared with nobody. The condition is that no other process of the session can write to it through /proc, which the
// session's layout sees to.
//
// The guard is never the parent of what it guards (a wait for a child would take the stops of its own), decides nothing
// itself, and when it dies the held execs die, and new ones fail. It is called by cmd/clawrdend, as a process of its own.
package guard

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clawrden/clawrden/internal/execnotify"
)

// Verdict is what becomes of a held exec.
type Verdict struct {
	Run  bool
	Code int    // exit status of one that doesn't run
	Text string // what it says on its standard error, in lines
	// Redirect is the path of a program that it becomes instead, with the same argv and environment; Code and Text are for where
	// that can't be. "" for none.
	Redirect string
}

// Judge decides. It is called on many threads at once.
type Judge interface {
	// Judge gives the verdict; or, where a person is asked, a channel that will give it, once. The context ends when the held
	// process does: then nobody waits for the verdict any more.
	Judge(context.Context, *Held) (Verdict, <-chan Verdict)
}

// Options are what a session is guarded with.
type Options struct {
	Name   string
	Judge  Judge
	Lesser bool  // it lacks something that a boundary needs, and its records say so
	Place  Place // where its paths begin; of an exec from elsewhere the file's name says nothing
	Holds  int   // how many execs may wait for a person at once; 0 for DefaultHolds
}

// DefaultHolds bounds the execs of a session that wait for a person. Each takes a thread of the guard's.
const DefaultHolds = 64

const (
	spare = 4 // workers beside those that hold: the execs that are judged meanwhile
	few   = 4 // workers that are kept while they have nothing to do; where there are more processors, one for each
)

var idlers = int32(max(few, runtime.NumCPU()))

// Session is one guarded session: all processes below the one that gave the listener away.
type Session struct {
	o        Options
	lacks    string // in words, where it is a lesser one
	since    time.Time
	kept     string // the name under which the store has it
	listener int
	lead     turn // whoever has it takes the next exec
	idle     atomic.Int32
	workers  atomic.Int32
	held     atomic.Int32
	judged   atomic.Uint64
	running  sync.WaitGroup
}

// New takes over the listener of a session, unless there is an error.
func New(listener int, o Options) (*Session, error) {
	if o.Holds == 0 {
		o.Holds = DefaultHolds
	}
	lead, err := newTurn(listener)
	if err != nil {
		return nil, err
	}
	execnotify.TakeTurns(listener)
	return &Session{o: o, listener: listener, lead: lead}, nil
}

// Run judges the session's execs until its last process has ended or the context ends. In the latter case the execs that are
// held die, and further ones wait for whoever has the listener then, or fail.
func (s *Session) Run(ctx context.Context) {
	release := s.lead.until(ctx)
	s.grow(ctx)
	s.running.Wait()
	release()
	s.lead.close()
}

// Judged is how many execs came to their stop.
func (s *Session) Judged() uint64 { return s.judged.Load() }

// grow starts a worker where none is idle.
func (s *Session) grow(ctx context.Context) {
	if s.idle.Load() > 0 || int(s.workers.Load()) >= s.o.Holds+spare {
		return
	}
	s.idle.Add(1)
	s.workers.Add(1)
	s.running.Go(func() { s.work(ctx) })
}

// work is a worker: one thread that follows one exec at a time, since only the thread that has seized another one may speak to it.
func (s *Session) work(ctx context.Context) {
	runtime.LockOSThread() // for ever: the thread ends with the worker, and what it still traces is killed
	defer s.workers.Add(-1)
	for {
		n, err := s.next(ctx)
		s.idle.Add(-1)
		switch {
		case errors.Is(err, errEnded):
			return
		case err == nil:
			s.grow(ctx)
			t := tracee{session: s, thread: int(n.PID), proc: -1}
			t.exec(ctx, &n)
			t.close()
		}
		if s.idle.Add(1) > idlers {
			s.idle.Add(-1)
			return
		}
	}
}

var errEnded = errors.New("the session has ended")

// next waits for an exec. Who has the turn takes one, the others go on waiting.
func (s *Session) next(ctx context.Context) (execnotify.Notification, error) {
	for {
		if s.lead.take() || ctx.Err() != nil {
			s.lead.pass(s.listener) // the others are to see it too
			return execnotify.Notification{}, errEnded
		}
		n, err := execnotify.Receive(s.listener)
		s.lead.pass(s.listener)
		if !errors.Is(err, execnotify.ErrNone) { // else its caller has died
			return n, err
		}
	}
}
