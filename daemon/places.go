package daemon

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/clawrden/clawrden"
)

// maxPlaces bounds the places that are remembered; one too many takes the place of any other.
const maxPlaces = 4096

// places are the units and containers that agents live in, as far as they have been seen: every container from which the
// shim socket is used, and every unit in the agents' slice. A unit elsewhere may hold a person's session, or the host's own
// services, so it is stopped only where it is named.
type places struct {
	mu   sync.Mutex
	seen map[string]clawrden.Identity // the last one that was seen there
}

// note remembers where a caller lives.
func (p *places) note(id *clawrden.Identity) {
	place := ""
	switch {
	case id.Container != "":
		place = placeContainer + ":" + id.Container
	case id.Unit != "" && strings.Contains(id.Cgroup, "/"+agentsSlice+"/"):
		place = placeUnit + ":" + id.Unit
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]clawrden.Identity{}
	}
	if _, known := p.seen[place]; !known && len(p.seen) >= maxPlaces {
		for other := range p.seen {
			delete(p.seen, other)
			break
		}
	}
	p.seen[place] = *id
}

// of gives the places of an agent.
func (p *places) of(whom clawrden.Whom) []string {
	found := map[string]bool{}
	if whom.Everybody() {
		found[placeUnit+":"+agentsSlice] = true
	}
	if name, ok := whom.Unit(); ok {
		found[placeUnit+":"+name] = true
	}
	p.mu.Lock()
	for place, id := range p.seen {
		if whom.Covers(&id) && (!whom.Everybody() || !strings.HasPrefix(place, placeUnit)) {
			found[place] = true
		}
	}
	p.mu.Unlock()
	if id, ok := whom.Container(); ok && len(found) == 0 {
		found[placeContainer+":"+id] = true
	}
	return slices.Sorted(maps.Keys(found))
}
