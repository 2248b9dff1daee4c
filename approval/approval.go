// Package approval holds the asks that wait for a person: one state machine, and the ids that name them.
//
//	          ┌── Approve ──▶ approved
//	          ├── Deny ─────▶ denied
//	pending ──┤
//	          ├── deadline ─▶ expired
//	          └── Cancel ───▶ cancelled   (the caller went away, the daemon stops, the kill switch)
//
// Where an ask's demands need several people, Approve keeps each one's vote, and the last that is needed approves; one Deny
// denies.
//
// Pending is left once and never entered again: the first decision wins, and whoever comes later hears
// [clawrden.ErrDecided]. Every change goes through one method under one lock and raises the revision; a decision that
// names another revision, or another digest than the one it was shown, is refused.
//
// The package does no I/O, authorises nobody and runs nothing: the daemon adds, waits and cancels, and the doors' decisions
// reach it through the daemon, which has asked who they are.
package approval

import (
	"errors"
	"time"

	"github.com/clawrden/clawrden"
)

// ErrFull is wrapped when one more ask would be over a limit; the text says which. The request is denied.
var ErrFull = errors.New("too many requests wait for a decision")

// ErrClosed is returned by Add once the queue takes no more asks.
var ErrClosed = errors.New("no more requests are taken: the daemon stops")

// MaxComment is how many bytes a person's words for the agent may have. They go to the agent's stderr and into the
// record; a page of text is enough, and a door may not fill the log with one decision.
const MaxComment = 4096

// Limits bound what agents can make the daemon hold. An agent is a uid in a cgroup. A zero field takes its default.
type Limits struct {
	PerAgent int // asks one agent may have pending; 64: more than a person can read, few enough to list
	PerUID   int // asks one uid may have pending over all its cgroups, which it may be able to make itself; a quarter of Total
	Total    int // asks pending in all; 10000

	// AgentBytes of words (argv, environment, paths) one agent may have pending; 16 MiB, eight of the largest the kernel allows,
	// or 4 KiB for each ask that it may have pending if that is more.
	AgentBytes int
	TotalBytes int // words pending in all; 256 MiB

	Refusal time.Duration // how long a refused command is refused again without being shown; 0: not at all
	Late    time.Duration // how long an expired ask can still be approved, and then how long it may come again; 0: not at all

	Decided int // how many decided asks are remembered, so that a late decision hears how the ask ended; 1024
}

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.PerAgent, 64)
	set(&l.Total, 10_000)
	set(&l.PerUID, max(l.PerAgent, l.Total/4))
	set(&l.AgentBytes, max(16<<20, l.PerAgent*4<<10))
	set(&l.TotalBytes, 256<<20)
	set(&l.Decided, 1024)
	return l
}

// agent is whom the limits count: the kernel's word for who asked.
type agent struct {
	uid    uint32
	cgroup string
}

func agentOf(id *clawrden.Identity) agent { return agent{id.UID, id.Cgroup} }

// load is what one agent, one uid, or all together hold.
type load struct{ asks, bytes int }

// wordBytes is what an ask keeps in memory: its words and their headers. The facts share the request's strings.
func wordBytes(req *clawrden.Request, facts *clawrden.Facts) int {
	const header = 16 // a string's pointer and length
	n := len(req.Tool) + len(req.Cwd)
	for _, w := range req.Argv {
		n += len(w) + 2*header
	}
	for _, w := range req.Env {
		n += len(w) + 2*header
	}
	for i := range facts.Paths {
		n += len(facts.Paths[i].Resolved) + len(facts.Paths[i].Err) + 4*header
	}
	return n
}
