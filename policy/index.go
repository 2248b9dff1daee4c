package policy

import (
	"strings"
	"sync"
)

// index finds the rules that can be about a tool without looking at the others.
type index struct {
	byName  map[string][]*rule // rules that name tools plainly
	general []*rule            // rules with a glob, a path or "*"
	met     *met
}

// met remembers which of the general rules can be about the tools that were asked for: their names alone decide that, and a policy
// doesn't change.
type met struct {
	mu    sync.Mutex
	rules map[string][]*rule
}

// Names are the agent's to choose: so many, of so many bytes, are remembered.
const (
	maxMet     = 512
	maxMetName = 64
)

func newIndex(rules []*rule) index {
	x := index{byName: map[string][]*rule{}, met: &met{rules: map[string][]*rule{}}}
	for _, r := range rules {
		if r.rank > 0 {
			x.general = append(x.general, r)
			continue
		}
		for i := range r.commands {
			name := r.commands[i].name
			if l := x.byName[name]; len(l) == 0 || l[len(l)-1] != r { // commands = ["git", "git"]
				x.byName[name] = append(l, r)
			}
		}
	}
	return x
}

// about gives the general rules that can be about a tool.
func (x *index) about(tool string) []*rule {
	if tool == "" || len(tool) > maxMetName { // without a name any rule may be about it
		return x.general
	}
	x.met.mu.Lock()
	list, known := x.met.rules[tool]
	x.met.mu.Unlock()
	if known {
		return list
	}
	for _, r := range x.general {
		if r.mayName(tool) {
			list = append(list, r)
		}
	}
	x.met.mu.Lock()
	defer x.met.mu.Unlock()
	if len(x.met.rules) >= maxMet {
		clear(x.met.rules)
	}
	x.met.rules[strings.Clone(tool)] = list
	return list
}
