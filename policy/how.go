package policy

import (
	"strings"

	"github.com/clawrden/clawrden"
)

// Environment says which variables a command gets; see Environ.
type Environment struct {
	pass, strip []*wordGlob
	all         bool // no pass list
	Set         map[string]string
}

// KillSwitch returns what the kill_switch block says.
func (p *Policy) KillSwitch() clawrden.KillSwitch { return p.killSwitch }

func (c *compiler) environmentBlock(n *node) {
	e := Environment{all: !n.has("pass"), Set: map[string]string{}}
	e.pass, e.strip = c.words(n.vals["pass"], n.texts("pass")), c.words(n.vals["strip"], n.texts("strip"))
	set, _ := n.vals["set"].v.(map[string][]string)
	for name, values := range set {
		if !isAssignment(name+"=") || len(values) != 1 || strings.Contains(values[0], "\x00") {
			c.problem(n.vals["set"].at, "Not a variable", "%q needs a variable's name and exactly one value.", name)
			continue
		}
		e.Set[name] = values[0]
	}
	if len(e.Set) > maxSet {
		c.problem(n.vals["set"].at, "Too many variables", "set has at most %d.", maxSet)
	}
	c.policy.environment = e
}

func (c *compiler) killSwitchBlock(n *node) {
	k := clawrden.KillSwitch{
		Running: clawrden.KillRunning, Agents: clawrden.KillMode(n.text("agents")),
		Place: clawrden.RuleRef{Name: "kill_switch", Action: clawrden.Deny, File: n.at.Filename, Line: n.at.Start.Line},
	}
	switch n.text("on_engage") {
	case "deny-new":
		k.Running = clawrden.KillLeave
	case "freeze":
		k.Running = clawrden.KillPause
	}
	for _, trip := range n.children("trip") {
		k.Denials, k.Within, k.All = trip.number("denials"), trip.duration("within"), trip.text("scope") == "all"
		if v, ok := trip.vals["denials"]; ok && (k.Denials < 1 || k.Denials > maxDenials) {
			c.problem(v.at, "Bad number", "denials is 1 to %d.", maxDenials)
		}
	}
	c.policy.killSwitch = k
}

// maxSet is as many variables as a shim takes.
const maxSet = 256

// maxDenials is more than anybody means.
const maxDenials = 1_000_000
