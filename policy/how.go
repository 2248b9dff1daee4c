package policy

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// Profile is what a profile block says, as it is written; package profile gives it its meaning.
type Profile struct {
	Name       string
	At         hcl.Range
	Extends    string
	Allow      []string // system calls
	Deny       []string
	ReadOnly   []string // path globs
	ReadWrite  []string
	Execute    []string
	Hidden     []string
	ConnectTCP []uint32 // nil: not said
	BindTCP    []uint32
	Network    string // none, host; "" if not said
	Limits     Limits
}

// Limits bound one run. Zero values aren't said.
type Limits struct {
	Memory, CPU, Output string
	Tasks               int
	Timeout             time.Duration
}

// Environment says which variables a command gets.
type Environment struct {
	pass, strip []*wordGlob
	all         bool // no pass list
	Set         map[string]string
}

// Keeps reports whether a variable of this name is passed on.
func (e *Environment) Keeps(name string) bool {
	return !anyWord(e.strip, name) && (e.all || anyWord(e.pass, name))
}

// Limits returns what a rule says of the runs that it allows; the zero value for a rule without limits.
func (p *Policy) Limits(rule string) Limits {
	for _, r := range p.rules {
		if r.ref.Name == rule {
			return r.limits
		}
	}
	return Limits{}
}

// Profile returns the profile block of that name.
func (p *Policy) Profile(name string) (Profile, bool) {
	x, ok := p.profiles[name]
	if !ok {
		return Profile{}, false
	}
	return *x, true
}

// Environment returns the environment block; without one everything is passed on.
func (p *Policy) Environment() Environment { return p.environment }

// KillSwitch returns what the kill_switch block says.
func (p *Policy) KillSwitch() clawrden.KillSwitch { return p.killSwitch }

func (c *compiler) profile(n *node) {
	p := &Profile{Name: n.name, At: n.at, Extends: n.text("extends")}
	for _, b := range n.nodes {
		switch b.schema.name {
		case "syscalls":
			p.Allow, p.Deny = b.texts("allow"), b.texts("deny")
		case "filesystem":
			for name, dst := range map[string]*[]string{"read_only": &p.ReadOnly, "read_write": &p.ReadWrite, "execute": &p.Execute, "hidden": &p.Hidden} {
				if b.has(name) {
					c.paths(b, name)
					*dst = b.texts(name)
				}
			}
		case "network":
			p.ConnectTCP, _ = b.vals["connect_tcp"].v.([]uint32)
			p.BindTCP, _ = b.vals["bind_tcp"].v.([]uint32)
			p.Network = b.text("mode")
		case "limits":
			p.Limits = Limits{Memory: b.text("memory"), CPU: b.text("cpu"), Output: b.text("output"), Tasks: b.number("tasks"), Timeout: b.duration("timeout")}
		}
	}
	c.policy.profiles[n.name] = p
}

// extends checks that profiles extend others that exist, without a circle.
func (c *compiler) extends(nodes []*node) {
	for _, n := range nodes {
		v, ok := n.vals["extends"]
		if n.schema != profileSchema || !ok || n.text("extends") == "default" {
			continue
		}
		p := lookup(c, c.policy.profiles, "profile", n.text("extends"), v.at)
		for steps := 0; p != nil; steps++ {
			if p.Name == n.name || steps > len(nodes) {
				c.problem(v.at, "Circular profile", "The profile %q extends itself, by way of others or directly.", n.name)
				break
			}
			p = c.policy.profiles[p.Extends]
		}
	}
}

func (c *compiler) environmentBlock(n *node) {
	e := Environment{all: !n.has("pass"), Set: map[string]string{}}
	e.pass, e.strip = c.words(n.vals["pass"], n.texts("pass")), c.words(n.vals["strip"], n.texts("strip"))
	set, _ := n.vals["set"].v.(map[string][]string)
	for name, values := range set {
		if !isAssignment(name+"=") || len(values) != 1 {
			c.problem(n.vals["set"].at, "Not a variable", "%q needs a variable's name and exactly one value.", name)
			continue
		}
		e.Set[name] = values[0]
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

// maxDenials is more than anybody means.
const maxDenials = 1_000_000
