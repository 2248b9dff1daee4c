package web

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/clawrden/clawrden"
)

// nextLink is the link to the rest of a list (RFC 8288), as the API writes it.
var nextLink = regexp.MustCompile(`<([^>]*)>; rel="next"`)

// searching is what a person looks for in the history; the zero value finds everything.
type searching struct {
	Text     string // part of the command, its directory, reason or comment; case doesn't matter
	Decision string
	Command  string // the tool's whole name
	Agent    string // as WhomOf writes it, or part of the agent's, user's, unit's or container's name
	Session  string
}

// The names in addresses.
func searchOf(q url.Values) searching {
	return searching{Text: q.Get("q"), Decision: q.Get("decision"), Command: q.Get("command"), Agent: q.Get("agent"), Session: q.Get("session")}
}

func (s searching) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"q": s.Text, "decision": s.Decision, "command": s.Command, "agent": s.Agent, "session": s.Session} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (s searching) finds(e *clawrden.Entry) bool {
	return (s.Decision == "" || s.Decision == string(e.Decision)) &&
		(s.Command == "" || s.Command == e.Command) &&
		(s.Session == "" || s.Session == e.Session) &&
		(s.Agent == "" || isWhom(&e.Identity, s.Agent)) &&
		(s.Text == "" || holds(s.Text, e.ID, e.Command+" "+strings.Join(e.Args, " "), e.Cwd, e.Reason, e.Comment))
}

// isWhom reports whether an agent is meant by what a person typed, or by a link of ours.
func isWhom(id *clawrden.Identity, whom string) bool {
	if w := clawrden.WhomOf(id); w.String() == whom {
		return true
	}
	return holds(whom, id.Agent, id.User, id.Unit, id.Container)
}

func holds(part string, in ...string) bool {
	part = strings.ToLower(part)
	for _, text := range in {
		if strings.Contains(strings.ToLower(text), part) {
			return true
		}
	}
	return false
}
