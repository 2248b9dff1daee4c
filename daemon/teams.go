package daemon

import (
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// teams are those whose agents' requests alone are for a person; nil: all are. A team binds whoever is among its approvers,
// at every door, and a token that was made for it. Root on the host is bound by none.
func (d *Daemon) teams(by clawrden.Caller, as *clawrden.Identity, who *clawrden.Approver) (names []string) {
	if by.Token != nil && by.Token.Team != "" {
		return []string{by.Token.Team}
	}
	if len(d.o.Teams) == 0 || as.UID == 0 && as.HostNS {
		return nil
	}
	for i := range d.o.Teams {
		if t := &d.o.Teams[i]; d.named(as, who, t.Approvers) {
			names = append(names, t.Name)
		}
	}
	return names
}

// teamOf is the team of the registered agent that an identity is; "" for none.
func (d *Daemon) teamOf(id *clawrden.Identity) string {
	if d.o.Registry == nil || id.Agent == "" {
		return ""
	}
	a, _ := d.o.Registry.Get(id.Agent)
	return a.Team
}

// knowsTeam refuses a team that no block of the settings makes: it would bind nobody.
func (d *Daemon) knowsTeam(name string) error {
	if name == "" || slices.ContainsFunc(d.o.Teams, func(t clawrden.Team) bool { return t.Name == name }) {
		return nil
	}
	return fmt.Errorf("%w: the settings have no team %s", clawrden.ErrBadRequest, clawrden.Text(name))
}

// InTeam reports whether a caller is bound to the agents of some teams.
func (d *Daemon) InTeam(by clawrden.Caller) bool {
	as, who, ok := d.speaksAs(by)
	return ok && d.teams(by, &as, &who) != nil
}

// speaksAs is whom a caller speaks for; not ok for a bridge that speaks for nobody.
func (d *Daemon) speaksAs(by clawrden.Caller) (as clawrden.Identity, who clawrden.Approver, ok bool) {
	as, who, err := d.acting(by)
	return as, who, err == nil
}

// Sees says which requests a caller with the right to read is shown, by who made them and the rules that spoke of them; nil: all
// of them, and everything else that can be read.
func (d *Daemon) Sees(by clawrden.Caller) func(*clawrden.Identity, []clawrden.RuleRef) bool {
	if d.isDeveloper(&by.Identity) && (by.Token == nil || by.Token.Team == "") {
		return nil
	}
	b := d.bridgeOf(&by.Identity)
	var teams []string
	if as, who, ok := d.speaksAs(by); ok {
		teams = d.teams(by, &as, &who)
	}
	if b == nil && teams == nil {
		return nil
	}
	return func(id *clawrden.Identity, rules []clawrden.RuleRef) bool {
		return (b == nil || routed(b, id, rules)) && (teams == nil || slices.Contains(teams, d.teamOf(id)))
	}
}

// ofOtherTeam refuses what isn't a caller's team's, in the words for what isn't there.
func (d *Daemon) ofOtherTeam(by clawrden.Caller, as *clawrden.Identity, who *clawrden.Approver, requester *clawrden.Identity, id string) error {
	teams := d.teams(by, as, who)
	if teams == nil || slices.Contains(teams, d.teamOf(requester)) {
		return nil
	}
	return fmt.Errorf("%w: %s", clawrden.ErrNotFound, clawrden.Text(id))
}

// mayThrow answers whether a caller may turn the kill switch for an agent: who is bound to a team only for one of its agents, by
// name.
func (d *Daemon) mayThrow(by clawrden.Caller, agent string) error {
	as, who, ok := d.speaksAs(by)
	if !ok {
		return nil
	}
	teams := d.teams(by, &as, &who)
	if teams == nil || agent != "" && slices.Contains(teams, d.teamOf(&clawrden.Identity{Agent: agent})) {
		return nil
	}
	return fmt.Errorf("%w: the caller is an approver of a team, and may stop its agents alone, by name", clawrden.ErrNotAuthorized)
}
