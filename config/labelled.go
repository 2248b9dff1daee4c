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
			{"people", func(c *Config) any { return &last(c.Bridges).People }, nil, "Who is who: the id that the service knows a person by, and the user of the host as whom that person decides. Nobody else can answer by this bridge. Not root. May be left out where a service only takes notice."},
			{"rules", func(c *Config) any { return &last(c.Bridges).Rules }, nil, "Names of rules, as globs (`*` stands for any text): only what one of them asks about goes to this bridge. Empty: all."},
			{"agents", func(c *Config) any { return &last(c.Bridges).Agents }, nil, "Agents whose asks go to this bridge, as globs: a registered agent's name, else `user:NAME`. Empty: all."},
			{"rights", func(c *Config) any { return &last(c.Bridges).Rights }, nil, "Rights beyond those: `grant` (to have an approval remembered), `kill`, `unlock`."},
			{"service", func(c *Config) any { return &last(c.Bridges).Service }, nil, "What `clawrden-bridge` speaks: `slack`, `telegram`, `webhook`, `ntfy` or `email`. Empty: the unit runs a program of its own. This and what follows is read by the bridge when it starts; see bridges.md."},
			{"server", func(c *Config) any { return &last(c.Bridges).Server }, nil, "URL of the service where it isn't the public one; the webhook's; for email `HOST:PORT`, with TLS from the start at port 465 and by STARTTLS at others."},
			{"from", func(c *Config) any { return &last(c.Bridges).From }, nil, "Sender of mail."},
			{"reply", func(c *Config) any { return &last(c.Bridges).Reply }, nil, "Where decisions come back. For ntfy the topic to which buttons post; for a webhook the address at which the bridge listens, such as `127.0.0.1:8125`. Empty: none come back."},
			{"link", func(c *Config) any { return &last(c.Bridges).Link }, nil, "URL of the dashboard, for messages that can't be answered where they are read."},
			{"show", func(c *Config) any { return &last(c.Bridges).Show }, nil, "How much is shown: `minimal` (agent and rule, no word of the command), `command`, `full` (all of it, with the commands inside it). The default is `command`. Environment and output never leave the host."},
			{"rate", func(c *Config) any { return &last(c.Bridges).Rate }, nil, "Messages a minute, 1 to 600; the default is 30. Chat services slow down or stop whoever sends more."},
			{"batch", func(c *Config) any { return &last(c.Bridges).Batch }, nil, "From so many new asks at once on, one message lists them; the default is 5."},
		}},
		example: "  unit   = \"clawrden-bridge@slack.service\"\n  people = { U012AB = \"ann\", U034CD = \"carl\" }\n  rules  = [\"deploy*\"]\n  rights = []\n\n  service = \"slack\"\n  show    = \"command\"\n",
		add: func(c *Config, name string) {
			c.Bridges = append(slices.Clip(c.Bridges), clawrden.Bridge{Name: name, Show: clawrden.ShowCommand, Rate: 30, Batch: 5})
		},
		holds: func(c *Config, name string) bool {
			return slices.ContainsFunc(c.Bridges, func(b clawrden.Bridge) bool { return b.Name == name })
		},
		check: checkBridge,
	},
	{
		block: block{"route", "Where `clawrden-bridge` sends which asks. A bridge sends to each of its routes that an ask fits, and nothing without any. What the bridge's own block doesn't let through, no route has.", []setting{
			{"bridge", func(c *Config) any { return &last(c.Routes).Bridge }, nil, "The bridge, by name. Required."},
			{"to", func(c *Config) any { return &last(c.Routes).To }, nil, "A channel of Slack by its id, a chat of Telegram by its number, a topic of ntfy, an address of mail. Required where the service has such places."},
			{"rules", func(c *Config) any { return &last(c.Routes).Rules }, nil, "Names of rules, as globs. Empty: all."},
			{"agents", func(c *Config) any { return &last(c.Routes).Agents }, nil, "Agents, as globs, like a bridge's. Empty: all."},
			{"hours", func(c *Config) any { return &last(c.Routes).Hours }, nil, "When it is used, in local time: `08:00-18:00`; what comes at other times doesn't go there. Empty: always."},
			{"quiet", func(c *Config) any { return &last(c.Routes).Quiet }, nil, "When it is used but says nothing: what still waits when these hours end is sent then."},
			{"urgent", func(c *Config) any { return &last(c.Routes).Urgent }, nil, "Names of rules, as globs, whose asks are sent in quiet hours too."},
			{"remind", func(c *Config) any { return &last(c.Routes).Remind }, nil, "How often who was asked is reminded, at least 30s. 0: never."},
			{"escalate_to", func(c *Config) any { return &last(c.Routes).EscalateTo }, nil, "Another place of the service, which is asked too when nobody has answered for `escalate_after`, or when the policy's own `escalate_after` has passed."},
			{"escalate_after", func(c *Config) any { return &last(c.Routes).EscalateAfter }, nil, "Belongs to `escalate_to`. 0: only when the policy's has passed."},
		}},
		example: "  bridge = \"slack\"\n  to     = \"C0123ABCD\"\n  rules  = [\"deploy*\"]\n  quiet  = \"22:00-07:00\"\n  remind = \"2m\"\n",
		add:     func(c *Config, name string) { c.Routes = append(slices.Clip(c.Routes), clawrden.Route{Name: name}) },
		holds: func(c *Config, name string) bool {
			return slices.ContainsFunc(c.Routes, func(r clawrden.Route) bool { return r.Name == name })
		},
		check: checkRoute,
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
	if err := clawrden.CheckAgentName(b.Name); err != nil || b.Name == "user" || b.Name == "group" || b.Name == clawrden.DesktopBridge {
		return fmt.Sprintf("%q can't be the name of a bridge: use lowercase letters, digits and dashes, and not user, group or notify.", b.Name)
	}
	unit := clawrden.AgentWish{Name: "x", Unit: b.Unit}
	switch err := unit.Check(); {
	case b.Unit == "":
		return "Say by which system unit it is known: unit = \"NAME.service\"."
	case err != nil:
		return sentence(err.Error())
	case len(b.People) == 0 && b.Service == "":
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
	if wrong := checkBridgeService(b); wrong != "" {
		return wrong
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
