package web

import (
	"slices"

	"github.com/clawrden/clawrden"
)

const activityLook = 300 // entries of the history that the tree is made of

// governed is the page of agents and sessions.
type governed struct {
	Agents   []clawrden.Agent
	Sessions []clawrden.Session
	Seen     []seen
}

// seen is an agent that has asked for something lately.
type seen struct {
	Identity clawrden.Identity
	Whom     string
	Last     clawrden.Timestamp
	Count    int
}

// agents: GET /agents shows who is governed, which sessions run, and who has asked for something lately.
func (v *visit) agents() error {
	var body governed
	if err := v.get("/api/agents", &body.Agents); err != nil && !is(err, "not_authorized") {
		return err
	}
	if err := v.get("/api/sessions", &body.Sessions); err != nil && !is(err, "not_authorized") {
		return err
	}
	entries, _, err := v.entries(searching{}, 0, activityLook)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		w := clawrden.WhomOf(&e.Identity)
		whom := w.String()
		at := slices.IndexFunc(body.Seen, func(s seen) bool { return s.Whom == whom })
		if at < 0 {
			at = len(body.Seen)
			body.Seen = append(body.Seen, seen{Identity: e.Identity, Whom: whom, Last: e.Timestamp})
		}
		body.Seen[at].Count++
	}
	return v.show("agents", &page{Title: "Agents", Here: "agents", Refresh: 30, Body: body})
}

// activity: GET /activity?session=NAME or ?agent=WHOM shows what one of them has run, as the tree that it grew.
func (v *visit) activity() error {
	body := struct {
		Session, Agent string
		Rows           []row
		Cut            bool
	}{Session: v.r.URL.Query().Get("session"), Agent: v.r.URL.Query().Get("agent")}
	entries, older, err := v.entries(searching{Session: body.Session, Agent: body.Agent}, 0, activityLook)
	if err != nil {
		return err
	}
	body.Rows, body.Cut = tree(entries), older != 0
	return v.show("activity", &page{Title: "Activity", Here: "agents", Refresh: 30, Body: body})
}

// tree puts commands, which come newest first, below the command whose process started theirs. A process that was seen running
// several commands, one after the other, counts as the last of them.
func tree(newest []clawrden.Entry) []row {
	children := map[int][]int{} // by index of the parent in time's order; -1 for none
	entries := slices.Clone(newest)
	slices.Reverse(entries)
	last := map[int]int{} // by pid: index of the last command that it ran
	for i := range entries {
		id := &entries[i].Identity
		parent := -1
		if at, ok := last[id.Parent]; ok && id.Parent != 0 && entries[at].Session == entries[i].Session {
			parent = at
		}
		if at, ok := last[id.PID]; ok && entries[at].Identity.Start == id.Start && id.PID != 0 {
			parent = at // the same process went on to run this
		}
		children[parent] = append(children[parent], i)
		last[id.PID] = i
	}
	var rows []row
	var grow func(parent, depth int)
	grow = func(parent, depth int) {
		for _, i := range children[parent] {
			r := newRow(&entries[i], roomInRow)
			r.Depth = min(depth, maxDepth)
			rows = append(rows, r)
			grow(i, depth+1)
		}
	}
	grow(-1, 0)
	return rows
}
