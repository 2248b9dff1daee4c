package policy

// index finds the rules that can be about a tool without looking at the others.
type index struct {
	byName  map[string][]*rule // rules that name tools plainly
	general []*rule            // rules with a glob, a path or "*"
}

func newIndex(rules []*rule) index {
	x := index{byName: map[string][]*rule{}}
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
