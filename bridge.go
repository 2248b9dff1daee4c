package clawrden

import (
	"strconv"
	"strings"
	"time"
)

// MaxPerson is how many bytes the id of a person behind a bridge may have: several times what chat services use.
const MaxPerson = 128

// Bridge is a service that passes asks on to people elsewhere. It decides for its people, and only what is routed to it.
type Bridge struct {
	Name   string
	Unit   string            // the system unit by which it is known
	People map[string]string // by the service's own id: the user of the host as whom that person decides
	Rules  []string          // globs of the names of rules: what one of them asks about is routed to it; none: all
	Agents []string          // globs of agents as Agent words have them: what they ask is routed to it; none: all
	Rights []string          // beyond reading and deciding what is routed to it

	// What the bridge itself goes by, and the daemon doesn't.
	Service string // slack, telegram, webhook, ntfy, email; "" for a program of others
	Server  string // URL of the service, where it isn't the service's own; for email host:port
	From    string // sender of mail
	Reply   string // where decisions come back: a topic of ntfy, an address to listen at for a webhook
	Link    string // URL of the dashboard, for what can't be decided there
	Show    string // minimal, command, full
	Rate    int    // messages a minute
	Batch   int    // so many new asks at once become one message
}

// Route says where a bridge sends which asks. A bridge without routes sends nothing.
type Route struct {
	Name          string
	Bridge        string
	To            string   // a channel, chat, topic or address of the service
	Rules         []string // globs, as those of a Bridge
	Agents        []string
	Hours         string // "08:00-18:00", local time: at other hours it isn't used; "" for always
	Quiet         string // as Hours: what comes then is held until they end, but what Urgent rules ask about
	Urgent        []string
	Remind        time.Duration // 0: never
	EscalateTo    string        // another place, "" for none
	EscalateAfter time.Duration
}

// BridgeRights are the rights that a bridge can be given beside.
var BridgeRights = []Right{RightGrant, RightKill, RightUnlock}

// BridgeServices are the services that clawrden-bridge speaks.
var BridgeServices = []string{"slack", "telegram", "webhook", "ntfy", "email"}

// How much of a command a bridge shows.
const (
	ShowMinimal = "minimal"
	ShowCommand = "command"
	ShowFull    = "full"
)

// BridgeReport is what a bridge says of itself, at least every BridgeSilence/3.
type BridgeReport struct {
	Up      bool   `json:"up"`               // it reaches its service
	Detail  string `json:"detail,omitempty"` // why not
	Waiting int    `json:"waiting"`          // messages that it has still to send
	Test    string `json:"test,omitempty"`   // id of the last test whose message was sent
}

// BridgeState is what the daemon knows of a bridge.
type BridgeState struct {
	Name string `json:"name"`
	BridgeReport
	Seen *Timestamp `json:"seen,omitempty"` // when it last reported; nil for never
}

// BridgeSilence is how long after its last report a bridge counts as down.
const BridgeSilence = 90 * time.Second

// BridgeTest asks a bridge to send a message that looks like an ask.
type BridgeTest struct {
	Bridge string  `json:"bridge"`
	ID     string  `json:"id"`
	UID    *uint32 `json:"uid,omitempty"` // whose desktop it is for, where Bridge is DesktopBridge
}

// DesktopBridge is the name of the bridge that isn't in the settings: each person's own program on the desktop.
const DesktopBridge = "notify"

// AgentWord names who made a request, as bridges and routes match it: the registered agent's name, or user:NAME, or uid:NUMBER.
func (id *Identity) AgentWord() string {
	switch {
	case id.Agent != "":
		return id.Agent
	case id.User != "":
		return "user:" + id.User
	}
	return "uid:" + strconv.FormatUint(uint64(id.UID), 10)
}

// Routed reports whether globs of rules and of agents let a request through; each list that is empty lets everything through.
func Routed(ruleGlobs, agentGlobs []string, id *Identity, rules []RuleRef) bool {
	if len(agentGlobs) > 0 && !globsAny(agentGlobs, id.AgentWord()) {
		return false
	}
	if len(ruleGlobs) == 0 {
		return true
	}
	for _, r := range rules {
		if globsAny(ruleGlobs, r.Name) {
			return true
		}
	}
	return false
}

func globsAny(globs []string, text string) bool {
	for _, g := range globs {
		if Glob(g, text) {
			return true
		}
	}
	return false
}

// Glob matches a text against a glob in which * stands for any text and all else for itself.
func Glob(glob, text string) bool {
	parts := strings.Split(glob, "*")
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, p := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, p)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
