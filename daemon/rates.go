package daemon

import (
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// rates counts commands for the rate conditions of the policy, by caller (uid and cgroup) and rule. A window is cut into
// slots, so a count may hold up to one slot too much and never too little: a limit is met early, not late.
type rates struct {
	mu    sync.Mutex
	known map[rateKey]*window
}

type rateKey struct {
	agent agentKey
	rule  string
}

const (
	slots    = 64
	maxRates = 16384 // windows in memory; callers in cgroups of their own making can't take more
)

type window struct {
	within time.Duration
	last   int64 // number of the newest slot, since the epoch
	counts [slots + 1]uint32
}

// count adds one command to each of the conditions and gives what they have counted, this one included. Without keep it
// only tells what that would be.
func (r *rates) count(id *clawrden.Identity, counters []clawrden.Counter, now time.Time, keep bool) map[string]int {
	if len(counters) == 0 {
		return nil
	}
	out := make(map[string]int, len(counters))
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range counters {
		key := rateKey{keyOf(id), c.Rule}
		w := r.known[key]
		if w == nil || w.within != c.Within {
			if w = r.open(key, c.Within, now); w == nil {
				out[c.Rule] = int(^uint32(0)) // no room to count: as if there had been very many
				continue
			}
		}
		out[c.Rule] = w.add(now, keep)
	}
	return out
}

// open makes a window, or none where there are too many that still count something.
func (r *rates) open(key rateKey, within time.Duration, now time.Time) *window {
	if r.known == nil {
		r.known = map[rateKey]*window{}
	}
	if len(r.known) >= maxRates {
		for k, w := range r.known {
			if w.slot(now)-w.last > slots {
				delete(r.known, k)
			}
		}
		if len(r.known) >= maxRates {
			return nil
		}
	}
	w := &window{within: within}
	r.known[key] = w
	return w
}

func (w *window) slot(now time.Time) int64 {
	return now.UnixNano() / max(int64(w.within)/slots, 1)
}

func (w *window) add(now time.Time, keep bool) int {
	at := max(w.slot(now), w.last) // a clock that goes back doesn't empty the window
	for s := max(w.last+1, at-slots); s <= at; s++ {
		w.counts[s%(slots+1)] = 0
	}
	w.last = at
	total := 1
	for _, n := range w.counts {
		total += int(n)
	}
	if keep {
		w.counts[at%(slots+1)]++
	}
	return total
}

// denials counts the denied commands of each agent, for the kill switch.
type denials struct {
	mu    sync.Mutex
	known map[clawrden.Whom]*window
}

// reached counts one more, and reports whether that makes as many as throw the switch. Then it counts anew.
func (d *denials) reached(whom clawrden.Whom, k *clawrden.KillSwitch, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.known[whom]
	if w == nil || w.within != k.Within {
		if len(d.known) >= maxRates {
			for other, old := range d.known {
				if old.slot(now)-old.last > slots {
					delete(d.known, other)
				}
			}
		}
		if d.known == nil || len(d.known) >= maxRates { // agents can't take more memory, and are forgotten together
			d.known = map[clawrden.Whom]*window{}
		}
		w = &window{within: k.Within}
		d.known[whom] = w
	}
	if w.add(now, true) < k.Denials {
		return false
	}
	delete(d.known, whom)
	return true
}
