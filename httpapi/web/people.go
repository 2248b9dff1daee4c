package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// who names an agent in a word or two: its registered name, else its container, unit or user.
func who(id clawrden.Identity) string {
	switch {
	case id.Agent != "":
		return display.Line(id.Agent)
	case len(id.Container) >= 12:
		return "container " + display.Line(id.Container[:12])
	case id.User != "":
		return display.Line(id.User)
	}
	return "uid " + strconv.FormatUint(uint64(id.UID), 10)
}

// byWhom names a person who decided, and by which door.
func byWhom(a clawrden.Approver) string {
	name := a.User
	if a.Person != "" {
		name = a.Person
	}
	if name == "" {
		name = "uid " + strconv.FormatUint(uint64(a.UID), 10)
	}
	s := display.Line(name)
	if a.Bridge != "" {
		s += " by " + display.Line(a.Bridge)
	} else if a.Door != "" {
		s += " at " + display.Line(a.Door)
	}
	if a.Self {
		s += ", the requester itself"
	}
	return s
}

// demandLine says who must approve.
func demandLine(d clawrden.Demand) string {
	s := "One person"
	if n := d.People(); n > 1 {
		s = fmt.Sprintf("%d people", n)
	}
	if len(d.Approvers) > 0 {
		s += " of " + display.Line(strings.Join(d.Approvers, ", "))
	}
	if d.After > 0 {
		s += "; after " + d.After.String() + " also " + display.Line(strings.Join(d.Escalate, ", "))
	}
	if d.Self {
		s += "; the requester may be one"
	}
	if d.Name != "" {
		s += " (approval " + display.Line(d.Name) + ")"
	}
	return s
}

// exeLine names the file that runs.
func exeLine(e *clawrden.Executable) string {
	if e == nil {
		return ""
	}
	path := e.Resolved
	if path == "" {
		path = e.Path
	}
	if e.Image != "" {
		path = strings.TrimSpace(path + " of image " + e.Image)
	}
	s := display.Line(path)
	if e.Interpreter != nil {
		s += " by " + display.Line(e.Interpreter.Resolved)
	}
	if e.Sealed {
		s += " (the agent can change this file: a copy made now is what runs)"
	}
	return s
}
