package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/internal/proctree"
	"github.com/clawrden/clawrden/internal/statedir"
)

// A command that runs in place doesn't end with the daemon. What the next life needs to account for it is kept in a small file
// of the state directory, running/ID.json, from before the shim is told to run it until its end is recorded. It isn't forced to
// the disk: a machine that loses power loses the command with it.
const (
	largestFlight = 4096
	mostFlights   = 100_000
)

// keptRun is such a file.
type keptRun struct {
	Boot   string          `json:"boot"`
	Begun  time.Time       `json:"begun"`
	Limit  time.Duration   `json:"limit,omitempty"`  // how long it may run
	Limits string          `json:"limits,omitempty"` // and by whose word
	Comes  bool            `json:"comes,omitempty"`  // its shim comes back for its end, and nobody else wants it
	Record clawrden.Record `json:"record"`           // as it would be finished; without the words where they are long
}

// flights are those files, and the commands of an earlier life that still run.
type flights struct {
	dir statedir.Dir

	mu   sync.Mutex
	of   map[string]*flight
	away map[pidStart]*afar // that executors run, by their callers
}

// flight is a command of an earlier life.
type flight struct {
	process pidStart
	said    chan job.Exit // what the shim that stayed for it says of its end
	back    chan struct{} // closed when its shim is back: it never ran
	anew    bool          // and goes on under another id
	over    chan struct{} // closed when its end is recorded, or it is left to the next life
}

func (s *flights) open(state string, log *slog.Logger) {
	var err error
	if s.dir, err = statedir.Open(filepath.Join(state, "running"), largestFlight); err != nil {
		log.Error("no account can be kept over a restart of what runs, so that nothing can", slog.Any("error", err))
	}
}

func (s *flights) add(id string, f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of == nil {
		s.of = map[string]*flight{}
	}
	s.of[id] = f
}

func (s *flights) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, id)
}

func (s *flights) get(id string) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[id]
}

// by finds the command that runs below a process.
func (s *flights) by(p pidStart) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.of {
		if f.process == p {
			return f
		}
	}
	return nil
}

// forget drops a command whose shim came back without having run it.
func (s *flights) forget(id string) {
	if f := s.get(id); f != nil {
		close(f.back)
		<-f.over
	}
}

// again drops a command whose shim has sent it again, which goes on under another id.
func (s *flights) again(p pidStart) {
	if f := s.by(p); f != nil {
		f.anew = true
		close(f.back)
		<-f.over
	}
}

// takeOff keeps account of a command that is about to be run.
func (d *Daemon) takeOff(c *call) error {
	k := keptRun{Boot: d.boot, Begun: c.begun, Comes: c.executor != execMirror && c.version >= attachVersion, Record: *d.base(c, clawrden.EventFinished)}
	k.Record.Executor, k.Record.Boundary = c.executor, d.boundary(c)
	if k.Limit = c.decision.Limits.Time; k.Limit > 0 {
		k.Limits = c.timeText()
	}
	id := c.request.Identity
	id.Groups = nil
	k.Record.Identity = &id
	b, err := json.Marshal(k)
	for _, drop := range []func(r *clawrden.Record){
		func(r *clawrden.Record) { r.Args, r.ArgsB64, r.Argv0 = nil, nil, "" },
		func(r *clawrden.Record) { r.Cwd, r.Command, id.Cgroup = "", "", "" },
	} {
		if err == nil && len(b) > largestFlight {
			drop(&k.Record)
			b, err = json.Marshal(k)
		}
	}
	if err == nil {
		err = d.flights.dir.Note(c.request.ID, b)
	}
	if err != nil {
		return fmt.Errorf("no account of it can be kept over a restart: %v", err)
	}
	c.flying = true
	return nil
}

// landed ends the account of a command whose end is recorded.
func (d *Daemon) landed(c *call) {
	if c.flying {
		c.flying = false
		d.removeFlight(c.request.ID)
	}
}

func (d *Daemon) removeFlight(id string) {
	if err := d.flights.dir.Remove(id); err != nil {
		d.log.Warn("cannot remove a file of the state directory", slog.String("id", id), slog.Any("error", err))
	}
}

// adopt takes up the commands that ran when the daemon's life before this one ended, and records the end of those that have
// ended since. It returns the ids of all of them.
func (d *Daemon) adopt() map[string]bool {
	known := map[string]bool{}
	var ran []keptRun
	oldest := time.Now()
	err := d.flights.dir.Load(mostFlights, func(name string, content []byte, err error) {
		var k keptRun
		if err == nil {
			err = json.Unmarshal(content, &k)
		}
		if err == nil && (k.Record.ID != name || k.Record.Identity == nil) {
			err = errors.New("it says not what ran")
		}
		if err != nil {
			d.log.Error("a file of the state directory can't be used", slog.String("file", "running/"+name), slog.Any("error", err))
			return
		}
		known[name] = true
		if ran = append(ran, k); k.Begun.Before(oldest) {
			oldest = k.Begun
		}
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Error("what ran when the daemon ended isn't known", slog.Any("error", err))
	}
	if len(ran) == 0 {
		return known
	}
	const gap = time.Minute // from the "decided" record to the time at which it began: far less
	past := d.past(oldest.Add(-gap))
	for _, k := range ran {
		id := k.Record.ID
		if e := past[id]; e.ExitSource != "" { // its end is on record, and the life before ended right then
			d.endedAfar(&k, exitOf(&e), "")
			d.removeFlight(id)
		} else if !d.follows(k) {
			d.endedUnseen(k)
			d.removeFlight(id)
		}
	}
	return known
}

// endedUnseen records the end of what ended while no daemon ran.
func (d *Daemon) endedUnseen(k keptRun) {
	r := k.Record
	r.Reason = "it ended while the daemon did not run; it ran no longer than this"
	switch {
	case k.Boot != d.boot || d.boot == "":
		r.Reason = "the machine was restarted while it ran; it ran no longer than this"
	case r.Executor != execMirror && !d.resumes(r.Executor):
		r.Reason = "the daemon that had it run elsewhere, and followed it, has ended"
	}
	r.Recording = d.recordingOf(r.ID)
	unknown := job.Exit{Source: clawrden.ExitUnknown}
	d.finish(&r, k.Begun, unknown, nil)
	d.endedAfar(&k, unknown, r.Reason)
}

// follows takes up one command, if it still runs.
func (d *Daemon) follows(k keptRun) bool {
	if k.Boot != d.boot || d.boot == "" {
		return false
	}
	if d.resumes(k.Record.Executor) {
		return d.followsElsewhere(k)
	}
	if k.Record.Executor != execMirror {
		return false
	}
	id := k.Record.Identity
	process, err := peercred.Reopen(id.PID, id.Start)
	if err != nil {
		return false
	}
	f := &flight{
		process: pidStart{id.PID, id.Start},
		said:    make(chan job.Exit, 1), back: make(chan struct{}), over: make(chan struct{}),
	}
	d.flights.add(k.Record.ID, f)
	remove, leave := d.running.add(k.Record.ID, id, &execution{pidfd: process, shown: executionOf(&k)}), d.agents.adopt(id)
	if _, locked := d.lock.locked(id); locked && !d.spares() {
		_ = proctree.Kill([]proctree.Root{{Pidfd: process, PID: id.PID, Start: id.Start}}) // the life before ended before it came to that
	}
	d.following.Go(func() {
		clock := limitTree(process, id, k.Limit-time.Since(k.Begun), k.Limit > 0)
		exit, end := d.follow(process, d.ending, f)
		clock.end()
		leave()
		remove()
		_ = unix.Close(process)
		switch {
		case end:
			r := k.Record
			if r.TimedOut = clock.over.Load(); r.TimedOut {
				r.Reason = k.Limits
			}
			r.Recording = d.recordingOf(r.ID)
			d.finish(&r, k.Begun, exit, nil)
			d.removeFlight(r.ID)
		case f.anew:
			d.neverRan(&k.Record)
			d.removeFlight(k.Record.ID)
		}
		d.flights.remove(k.Record.ID)
		close(f.over)
	})
	return true
}

// spares reports whether the kill switch leaves what runs alive.
func (d *Daemon) spares() bool {
	mode := d.policy.Load().KillSwitch().Running
	return mode == clawrden.KillLeave || mode == clawrden.KillPause
}

// lost records the end of commands that an earlier life had recorded as decided and then, because it was killed, neither ran
// nor finished.
func (d *Daemon) lost(known map[string]bool) {
	const page = 1000 // far more than can be on their way at once
	entries, _, err := d.o.Audit.History(clawrden.HistoryFilter{Limit: page})
	if err != nil {
		return
	}
	for i := range entries {
		if e := &entries[i]; e.Decision.Runs() && e.ExitSource == "" && !known[e.ID] && !d.absent.has(e.ID) {
			d.neverRan(&clawrden.Record{
				ID: e.ID, Way: e.Way, Command: e.Command, Args: e.Args, ArgsB64: e.ArgsB64, Cwd: e.Cwd, Identity: &e.Identity,
				Decision: e.Decision, Executor: e.Executor, Boundary: e.Boundary,
			})
		}
	}
}

// neverRan records the end of a command that was decided to run by a daemon that ended before it could have it run.
func (d *Daemon) neverRan(decided *clawrden.Record) {
	r := &clawrden.Record{
		Event: clawrden.EventFinished, ID: decided.ID, Way: decided.Way, Command: decided.Command, Argv0: decided.Argv0,
		Args: decided.Args, ArgsB64: decided.ArgsB64, Cwd: decided.Cwd, Identity: decided.Identity, Decision: decided.Decision,
		Executor: decided.Executor, Boundary: decided.Boundary, Reason: "the daemon ended before it was run",
	}
	if r.Way == clawrden.WayGuard {
		r.Reason = "the daemon ended, and did not follow it any more" // its process went on at its stop
	}
	if !r.Decision.Runs() {
		r.Decision = clawrden.OutcomeApproved
	}
	now := time.Now()
	d.finish(r, now, job.Exit{Source: clawrden.ExitUnknown, Ended: now}, nil)
}

// hearLate takes the word of a shim that stayed below an earlier life of the daemon.
func (d *Daemon) hearLate(c *call) {
	f := d.flights.by(pidStart{c.request.Identity.PID, c.request.Identity.Start})
	if f == nil {
		d.refuseMalformed(c, malformed{err: errors.New("the process says how a command ended, and none runs below it")})
		return
	}
	select {
	case f.said <- job.Exit{Status: syscall.WaitStatus(*c.late), Known: true, Source: clawrden.ExitShim, Ended: c.arrived}:
	default: // it has said so
	}
	select {
	case <-f.over:
	case <-c.hungUp:
	}
}
