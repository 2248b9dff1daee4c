package clawrden

import (
	"errors"
	"fmt"
	"strings"
)

// MaxAgentName is how many bytes the name of a registered agent may have: short enough for a path of a socket, a table and
// a chat message.
const MaxAgentName = 32

// Agent is a registered agent: a name, a socket of its own, and at most one thing that the kernel has to say of whoever is
// it. Without one, whoever may open the socket is the agent.
type Agent struct {
	Name      string     `json:"name"`
	User      string     `json:"user,omitempty"`      // name on the host
	UID       *uint32    `json:"uid,omitempty"`       // of User
	Unit      string     `json:"unit,omitempty"`      // system unit: NAME.service or NAME.scope
	Team      string     `json:"team,omitempty"`      // whose approvers decide for it; "" for none
	Container string     `json:"container,omitempty"` // id, or its first twelve digits at least, or name
	Socket    string     `json:"socket,omitempty"`
	Group     string     `json:"group,omitempty"` // that may open the socket; "" where User alone may
	GID       *uint32    `json:"gid,omitempty"`   // of Group
	Added     *Timestamp `json:"added,omitempty"`
	By        *Approver  `json:"by,omitempty"`
	Fixed     bool       `json:"fixed,omitempty"` // stands in the settings; only they can take it away
	Start     string     `json:"start,omitempty"` // the line that starts it, for a shell of root
	Error     string     `json:"error,omitempty"` // why its socket isn't there
}

// AgentWish is what a person says of an agent that is to be registered: at most one of user, unit and container.
type AgentWish struct {
	Name      string `json:"name"`
	User      string `json:"user,omitempty"`
	Unit      string `json:"unit,omitempty"`
	Container string `json:"container,omitempty"`
	Team      string `json:"team,omitempty"`
}

// Team is a group of approvers who see and decide the requests of its own agents alone.
type Team struct {
	Name      string
	Approvers []string // user:NAME, group:NAME
}

// Who says in words what an agent is known by.
func (a *Agent) Who() string {
	switch {
	case a.User != "":
		return "user " + a.User
	case a.Unit != "":
		return "unit " + a.Unit
	case a.Container != "":
		return "container " + a.Container
	case a.Group != "":
		return "whoever is in the group " + a.Group
	}
	return "whoever can open its socket"
}

// CheckAgentName says what is wrong with a name, or nil. It becomes a directory, part of a group's name and a word of the
// policy.
func CheckAgentName(name string) error { return checkName("an agent", name) }

// CheckTeamName says what is wrong with the name of a team, or nil.
func CheckTeamName(name string) error { return checkName("a team", name) }

// checkName allows lowercase letters, digits and dashes; a name begins with a letter and doesn't end with a dash.
func checkName(of, name string) error {
	const letters, more = "abcdefghijklmnopqrstuvwxyz", "0123456789-"
	switch {
	case name == "":
		return errors.New(of + " needs a name")
	case len(name) > MaxAgentName:
		return fmt.Errorf("the name of %s has at most %d characters; this one has %d", of, MaxAgentName, len(name))
	case strings.Trim(name, letters+more) != "" || !strings.Contains(letters, name[:1]) || strings.HasSuffix(name, "-"):
		return fmt.Errorf("%q can't be the name of %s: use lowercase letters, digits and dashes, beginning with a letter and not ending with a dash", Text(name), of)
	}
	return nil
}

// Check says what is wrong with the wish, as far as that can be told without a look at the host.
func (w *AgentWish) Check() error {
	if err := CheckAgentName(w.Name); err != nil {
		return err
	}
	if w.Team != "" {
		if err := CheckTeamName(w.Team); err != nil {
			return err
		}
	}
	given := 0
	for _, s := range []string{w.User, w.Unit, w.Container} {
		if s != "" {
			given++
		}
	}
	if given > 1 {
		return errors.New("an agent is known by its user, its unit or its container: give one of them")
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	bad := func(s, more string, most int) bool {
		return len(s) > most || strings.Trim(s, letters+more) != "" || strings.ContainsAny(s[:1], "-.")
	}
	switch {
	case w.User != "" && bad(w.User, "_.-@\\$", 256):
		return fmt.Errorf("%q can't be the name of a user", Text(w.User))
	case w.Unit != "" && bad(w.Unit, ":_.\\@-", 255):
		return fmt.Errorf("%q can't be the name of a unit", Text(w.Unit))
	case w.Unit != "" && !strings.HasSuffix(w.Unit, ".service") && !strings.HasSuffix(w.Unit, ".scope"):
		return fmt.Errorf("%q is neither a service nor a scope: write NAME.service", Text(w.Unit))
	case w.Container != "" && bad(w.Container, "_.-", 128):
		return fmt.Errorf("%q can't be the name or id of a container", Text(w.Container))
	}
	return nil
}
