package daemon

import (
	"maps"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// tally counts the allowed execs of sessions that the policy wants counted instead of recorded, one by one program and rule. What
// was counted is written every few seconds, at a session's end and when the daemon stops; a daemon that is killed loses what
// it has counted since. Nothing that is denied, asked about or approved comes here.
type tally struct {
	mu     sync.Mutex
	known  map[tallyKey]*clawrden.Record
	timer  *time.Timer
	broken bool // the log couldn't be written: until it can, each exec needs a record, and so is denied
}

type tallyKey struct {
	session, command, exe, sha256, policy string
	agent                                 agentKey
	rule                                  clawrden.RuleRef
}

// Limits of what a crash can lose, and of memory.
const (
	tallyTime = 5 * time.Second
	maxTally  = 512
)

// count counts a call, and reports whether it needs no record of its own.
func (d *Daemon) tallied(c *call) bool {
	dec := &c.decision
	if !dec.Counted || c.outcome != clawrden.OutcomeAllow || dec.Limits != (clawrden.Limits{}) || c.approval != nil || c.recorded || !c.env.Empty() || len(dec.Rules) == 0 {
		return false
	}
	at := clawrden.Timestamp{Time: c.arrived}
	id := &c.request.Identity
	key := tallyKey{
		session: c.held.session, command: c.request.Tool, exe: c.facts.Exe.Resolved, sha256: c.facts.Exe.SHA256, policy: dec.Policy,
		agent: keyOf(id), rule: dec.Rules[0],
	}
	t := &d.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.broken {
		return false
	}
	r := t.known[key]
	if r == nil {
		if len(t.known) >= maxTally {
			d.writeTally("")
			if t.broken {
				return false
			}
		}
		if t.known == nil {
			t.known = map[tallyKey]*clawrden.Record{}
		}
		r = d.tallyRecord(c)
		r.First = &at
		t.known[key] = r
		if t.timer == nil {
			t.timer = time.AfterFunc(tallyTime, func() { d.flushTally("") })
		}
	}
	r.Count++
	r.Last = &at
	return true
}

// tallyRecord is what all of one kind have in common.
func (d *Daemon) tallyRecord(c *call) *clawrden.Record {
	verdict := clawrden.Allow
	id := c.request.Identity
	id.PID, id.Parent, id.Start = 0, 0, 0
	exe := c.facts.Exe
	return &clawrden.Record{
		Event: clawrden.EventCounted, Way: clawrden.WayGuard, Session: c.held.session, Command: clawrden.Text(c.request.Tool), Exe: &exe,
		Identity: &id, Verdict: &verdict, Decision: clawrden.OutcomeAllow, Rules: c.decision.Rules, Policy: c.decision.Policy, Boundary: d.boundary(c),
	}
}

// flushTally writes what was counted; of one session, or of all.
func (d *Daemon) flushTally(session string) {
	d.tally.mu.Lock()
	defer d.tally.mu.Unlock()
	d.writeTally(session)
}

// writeTally is flushTally under its lock: what is written must not be counted on.
func (d *Daemon) writeTally(session string) {
	t := &d.tally
	t.broken = false
	maps.DeleteFunc(t.known, func(k tallyKey, r *clawrden.Record) bool {
		if t.broken || session != "" && k.session != session {
			return false
		}
		t.broken = d.record(r) != nil
		return !t.broken
	})
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if len(t.known) > 0 {
		t.timer = time.AfterFunc(tallyTime, func() { d.flushTally("") })
	}
}
