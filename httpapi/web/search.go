package web

import (
	"net/url"
	"regexp"
)

// nextLink is the link to the rest of a list (RFC 8288), as the API writes it.
var nextLink = regexp.MustCompile(`<([^>]*)>; rel="next"`)

// searching is what a person looks for in the history; the zero value finds everything.
type searching struct {
	Text     string // part of the command, its directory, reason or comment; case doesn't matter
	Decision string
	Command  string // the tool's whole name
	Agent    string // as WhomOf writes it, or the name of the agent, user, unit or container
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

// question is the same in the words of the API.
func (s searching) question() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"text": s.Text, "verdict": s.Decision, "tool": s.Command, "agent": s.Agent, "session": s.Session} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}
