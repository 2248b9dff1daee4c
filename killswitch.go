package clawrden

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// KillSwitch is what a policy says of the kill switch. Whatever it says, new commands are refused and those that wait for a
// person are cancelled.
type KillSwitch struct {
	Running KillMode // what becomes of commands in flight; "" is KillRunning
	Agents  KillMode // what becomes of the units and containers that agents live in; "" is KillLeave
	Denials int      // so many denials of one agent throw the switch; 0: it never throws itself
	Within  time.Duration
	All     bool    // the switch that throws itself is everybody's, not only the agent's
	Place   RuleRef // where the policy says so
}

// KillMode is what the kill switch does to what runs.
type KillMode string

// The modes.
const (
	KillLeave   KillMode = "leave"
	KillPause   KillMode = "pause"
	KillRunning KillMode = "kill"
)

// KillOrder is what a person at a door says when throwing the switch.
type KillOrder struct {
	Agent  string `json:"agent,omitempty"` // as ParseWhom reads it; "" for everybody
	Reason string `json:"reason,omitempty"`
}

// KillResult tells what throwing the switch did.
type KillResult struct {
	Message   string   `json:"message"`             // all of it in a sentence
	Whom      string   `json:"agent,omitempty"`     // "" for everybody
	Cancelled int      `json:"cancelled"`           // requests that waited for a person
	Killed    int      `json:"killed"`              // running commands
	Paused    int      `json:"paused"`              // running commands
	Stopped   []string `json:"stopped,omitempty"`   // agents' units and containers that were paused or killed
	Unreached []string `json:"unreached,omitempty"` // what should have been killed or paused and wasn't, with the reason
}

// Lock is the kill switch being on, for one agent or for everybody.
type Lock struct {
	Whom   string    `json:"agent,omitempty"` // "" for everybody
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by"`
	Since  Timestamp `json:"since"`
	Paused []string  `json:"paused,omitempty"` // what goes on when it is turned off: process:PID:START, unit:NAME, container:ID
}

// Whom is one agent, or everybody: the zero value. Which one is told by what the kernel attests.
type Whom struct {
	kind, name string
	uid        uint32
}

// The words in front of a name.
const (
	whomUID       = "uid"
	whomUnit      = "unit"
	whomContainer = "container"
	whomAgent     = "agent"
)

// Agent is the name of the registered agent that it is; "" if it is anything else.
func (w Whom) Agent() string {
	if w.kind != whomAgent {
		return ""
	}
	return w.name
}

// ParseWhom reads "" (everybody), user:NAME or uid:NUMBER, unit:NAME, container:ID (its first 12 digits or more), or the name
// of a registered agent, alone or as agent:NAME. uid looks a user up; nil: only numbers are known.
func ParseWhom(s string, uid func(name string) (uint32, error)) (Whom, error) {
	const most = 255 // longer than any unit's name
	bad := func(what string) (Whom, error) {
		return Whom{}, fmt.Errorf("%w: %s; write NAME of a registered agent, user:NAME, uid:NUMBER, unit:NAME.service or container:ID", ErrBadRequest, what)
	}
	if s == "" {
		return Whom{}, nil
	}
	kind, name, ok := strings.Cut(s, ":")
	if !ok {
		kind, name = whomAgent, s
	}
	if name == "" || len(name) > most || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '/' }) {
		return bad(fmt.Sprintf("%.*q names no agent", most, s))
	}
	switch kind {
	case whomUnit:
		if !strings.Contains(name, ".") {
			return bad(fmt.Sprintf("%q is not a unit's whole name", name))
		}
	case whomContainer:
		if len(name) < 12 || len(name) > 64 || strings.Trim(name, "0123456789abcdef") != "" {
			return bad(fmt.Sprintf("%q is not a container's id, 12 to 64 hexadecimal digits", name))
		}
	case whomAgent:
	case whomUID, "user":
		n, err := strconv.ParseUint(name, 10, 32)
		if err != nil && kind == "user" && uid != nil {
			found, lookup := uid(name)
			n, err = uint64(found), lookup
		}
		if err != nil {
			return bad(fmt.Sprintf("there is no user %q here", name))
		}
		return Whom{kind: whomUID, name: strconv.FormatUint(n, 10), uid: uint32(n)}, nil
	default:
		return bad(fmt.Sprintf("%q is no kind of agent", kind))
	}
	return Whom{kind: kind, name: name}, nil
}

// WhomOf gives the agent that an identity belongs to: the registered one, else the container, else the user.
func WhomOf(id *Identity) Whom {
	switch {
	case id.Agent != "":
		return Whom{kind: whomAgent, name: id.Agent}
	case id.Container != "":
		return Whom{kind: whomContainer, name: id.Container}
	}
	return Whom{kind: whomUID, name: strconv.FormatUint(uint64(id.UID), 10), uid: id.UID}
}

// String gives the one form in which it is kept and shown; "" for everybody.
func (w Whom) String() string {
	if w.kind == "" {
		return ""
	}
	return w.kind + ":" + w.name
}

// Everybody reports whether it is no single agent.
func (w Whom) Everybody() bool { return w.kind == "" }

// Covers reports whether an identity is of this agent.
func (w Whom) Covers(id *Identity) bool {
	switch w.kind {
	case "":
		return true
	case whomUID:
		return id.UID == w.uid
	case whomUnit:
		return id.Unit == w.name
	case whomContainer:
		return strings.HasPrefix(id.Container, w.name)
	case whomAgent:
		return id.Agent == w.name
	}
	return true // nothing makes another kind: lock too much, rather than too little
}

// Unit and Container give the place that it names, if it names one.
func (w Whom) Unit() (name string, ok bool) { return w.name, w.kind == whomUnit }

// Container gives the container's id, or its first digits.
func (w Whom) Container() (id string, ok bool) { return w.name, w.kind == whomContainer }
