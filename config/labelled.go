package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// labelled is a block that stands there once a name: kind "name" { … }.
type labelled struct {
	block
	example string                                    // its content in the docs
	add     func(c *Config, name string)              // one more, with nothing set
	check   func(c *Config, name string) string       // what is wrong with the last one; "" if nothing is
	holds   func(c *Config, name string) (there bool) // whether there is one of this name
}

// last is the element that is being read.
func last[T any](s []T) *T { return &s[len(s)-1] }

// labelledSettings is every such block, in the order of docs/configuration.md.
var labelledSettings = []labelled{
	{
		block: block{"agent", "An agent that is registered here, and not by `clawrden agent add`: it has a socket of its own and a name that rules can match. It is known by one of these; without any, it is whoever is in the group of its socket.", []setting{
			{"team", func(c *Config) any { return &last(c.Agents).Team }, nil, "Its team: approvers of a team see and decide the requests of its agents alone."},
			{"user", func(c *Config) any { return &last(c.Agents).User }, nil, "It is this user of the host, by name or number. Not root."},
			{"unit", func(c *Config) any { return &last(c.Agents).Unit }, nil, "It is this system unit: `NAME.service` or `NAME.scope`."},
			{"container", func(c *Config) any { return &last(c.Agents).Container }, nil, "It is the container with this name, or with this id (its first twelve digits are enough)."},
		}},
		example: "  user = \"bot\"\n",
		add:     func(c *Config, name string) { c.Agents = append(slices.Clip(c.Agents), clawrden.AgentWish{Name: name}) },
		holds: func(c *Config, name string) bool {
			return slices.ContainsFunc(c.Agents, func(a clawrden.AgentWish) bool { return a.Name == name })
		},
		check: checkAgent,
	},
	{
		block: block{"team", "People who see and decide the requests of their own team's agents alone, at every door: queue, history, events, grants, kill switch. Who is in no team isn't bound by one, nor is root. It gives no rights: its approvers need those of the approvers' group beside.", []setting{
			{"approvers", func(c *Config) any { return &last(c.Teams).Approvers }, nil, "Whom it binds: `user:NAME`, `group:NAME`. Who is in several teams has the agents of all of them. Required."},
		}},
		example: "  approvers = [\"user:ann\", \"group:web\"]\n",
		add:     func(c *Config, name string) { c.Teams = append(slices.Clip(c.Teams), clawrden.Team{Name: name}) },
		holds: func(c *Config, name string) bool {
			return slices.ContainsFunc(c.Teams, func(t clawrden.Team) bool { return t.Name == name })
		},
		check: checkTeam,
	},
	{
		block: block{"bridge", "A service that passes asks on to people elsewhere, such as in a chat, and their answers back. It is known by its system unit, whatever its user's groups are, and has the right to read what is routed to it and to decide that for its people; no other, unless it is given here.", []setting{
			{"unit", func(c *Config) any { return &last(c.Bridges).Unit }, nil, "The system unit that it is: `NAME.service`. Required."},
			{"people", func(c *Config) any { return &last(c.Bridges).People }, nil, "Who is who: the id that the service knows a person by, and the user of the host as whom that person decides. Required. Nobody else can answer by this bridge. Not root."},
			{"rules", func(c *Config) any { return &last(c.Bridges).Rules }, nil, "Names of rules, as globs (`*` stands for any text): only what one of them asks about goes to this bridge. Empty: all."},
			{"rights", func(c *Config) any { return &last(c.Bridges).Rights }, nil, "Rights beyond those: `grant` (to have an approval remembered), `kill`, `unlock`."},
		}},
		example: "  unit   = \"clawrden-bridge@slack.service\"\n  people = { U012AB = \"ann\", U034CD = \"carl\" }\n  rules  = [\"deploy*\"]\n  rights = []\n",
		add:     func(c *Config, name string) { c.Bridges = append(slices.Clip(c.Bridges), clawrden.Bridge{Name: name}) },
		holds: func(c *Config, name string) bool {
			return slices.ContainsFunc(c.Bridges, func(b clawrden.Bridge) bool { return b.Name == name })
		},
		check: checkBridge,
	},
}

// readLabelled reads one such block.
func (c *Config) readLabelled(l labelled, b *hcl.Block) (diags hcl.Diagnostics) {
	name := b.Labels[0]
	complain := func(detail string) hcl.Diagnostics {
		return append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unsuitable " + l.name, Detail: detail, Subject: b.DefRange.Ptr()})
	}
	if l.holds(c, name) {
		return complain(fmt.Sprintf("There is one %s %q already. Write all its settings there.", l.name, name))
	}
	l.add(c, name)
	if diags = c.readBlock(l.block, b.Body); diags.HasErrors() {
		return diags
	}
	if wrong := l.check(c, name); wrong != "" {
		return complain(wrong)
	}
	return diags
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }

func checkAgent(c *Config, _ string) string {
	a := last(c.Agents)
	if err := a.Check(); err != nil {
		return sentence(err.Error())
	}
	for _, other := range c.Agents[:len(c.Agents)-1] {
		if a.User != "" && other.User == a.User || a.Unit != "" && other.Unit == a.Unit || a.Container != "" && other.Container == a.Container {
			return fmt.Sprintf("It is known by the same as agent %q.", other.Name)
		}
	}
	return ""
}

func checkTeam(c *Config, _ string) string {
	t := last(c.Teams)
	if err := clawrden.CheckTeamName(t.Name); err != nil {
		return sentence(err.Error())
	}
	if len(t.Approvers) == 0 {
		return "Say whom it binds: approvers = [\"user:NAME\", \"group:NAME\"]."
	}
	for _, who := range t.Approvers {
		kind, name, _ := strings.Cut(who, ":")
		user := clawrden.AgentWish{Name: "x", User: name}
		if kind != "user" && kind != "group" || name == "" || user.Check() != nil {
			return fmt.Sprintf("%q names nobody; write user:NAME or group:NAME.", who)
		}
	}
	return ""
}

func checkBridge(c *Config, _ string) string {
	b := last(c.Bridges)
	if err := clawrden.CheckAgentName(b.Name); err != nil || b.Name == "user" || b.Name == "group" {
		return fmt.Sprintf("%q can't be the name of a bridge: use lowercase letters, digits and dashes, and not user or group.", b.Name)
	}
	unit := clawrden.AgentWish{Name: "x", Unit: b.Unit}
	switch err := unit.Check(); {
	case b.Unit == "":
		return "Say by which system unit it is known: unit = \"NAME.service\"."
	case err != nil:
		return sentence(err.Error())
	case len(b.People) == 0:
		return "Say whose answers it brings: people = { ID = \"user\" }."
	}
	for _, id := range slices.Sorted(maps.Keys(b.People)) {
		user := clawrden.AgentWish{Name: "x", User: b.People[id]}
		switch {
		case id == "" || len(id) > clawrden.MaxPerson || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
			return fmt.Sprintf("%q can't be the id of a person: at most %d characters of ASCII, without spaces.", id, clawrden.MaxPerson)
		case user.User == "" || user.Check() != nil:
			return fmt.Sprintf("%q, for %s, can't be the name of a user.", user.User, id)
		case user.User == "root" || user.User == "0":
			return "Nobody can be root by a bridge."
		}
	}
	for _, right := range b.Rights {
		if !slices.Contains(clawrden.BridgeRights, clawrden.Right(right)) {
			return fmt.Sprintf("%q is not a right that a bridge can be given: %s.", right, "grant, kill, unlock")
		}
	}
	for _, other := range c.Bridges[:len(c.Bridges)-1] {
		if other.Unit == b.Unit {
			return fmt.Sprintf("It is the same unit as bridge %q.", other.Name)
		}
	}
	for _, a := range c.Agents {
		if a.Unit == b.Unit {
			return fmt.Sprintf("It is the same unit as agent %q.", a.Name)
		}
	}
	return ""
}
