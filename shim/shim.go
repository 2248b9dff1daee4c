// Package shim is the program that stands in for a tool: it hands the command, its descriptors and its working directory
// to the daemon, and then becomes the tool, waits for it, or says why not.
//
// A governed command must be indistinguishable from a direct one. So nothing is written to stdout, the kernel's own argv
// and environment are passed on, and what the Go runtime changes before main (closed descriptors, ignored signals, the
// signal mask) is noted by an entry in assembly and put back (entry.go). The shim must stay small and quick: raw system
// calls; no fmt, no os, no net. It decides nothing and believes the daemon: it is the agent's process, and no boundary.
// Called by cmd/clawrden-shim.
package shim

import (
	"runtime"
	"syscall"

	"github.com/clawrden/clawrden/protocol"
)

// Name is what the program is called when it stands in for nothing.
const Name = "clawrden-shim"

// Marker is in every shim binary, so that the daemon's search for the real tool can tell a shim, of any version and at
// any place, from one.
const Marker = "clawrden shim marker 6f1d7c0be2a94d53"

var version = "devel" // set by the linker

func init() {
	// The first thread carries what is per thread in Linux (nice value, death signal): it must be the one that execs.
	runtime.LockOSThread()
}

// Main runs the command and does not return.
func Main() {
	if stack == 0 {
		fail("this shim was linked without its entry; build it with \"make build-shim\"", "")
	}
	// From here on a signal does to the shim what it does to any program that doesn't care: it dies, or stops.
	waiting := pending()
	restoreHandlers()
	taken |= waiting &^ pending() // setting the default action of some throws away what is pending
	setMask(mask)
	s := readStart()
	s.place()
	tool := s.tool()
	if tool == Name || tool == "" {
		about(&s)
	}
	c := &conn{fd: -1, signals: -1, blocked: -1}
	if s.real != "" && bystander() {
		c.aside = &s
		if syscall.Geteuid() != 0 {
			c.passBy()
		}
	}
	if err := protocol.CheckWords(s.args, s.env); err != nil {
		c.giveUp(tool+" was not run: "+err.Error(), "shorten the command, or pass its arguments in a file")
	}
	c.connect(&s, tool)
	c.send(&s, tool)
	c.serve(&s, tool)
}

// about answers when the shim is called by its own name.
func about(s *start) {
	if len(s.args) == 2 && s.args[1] == "--version" {
		write(1, Name+" "+version+"\n")
		exit(0)
	}
	write(2, "clawrden: this is the shim; it stands in for the tool that it is called as\n"+
		"clawrden: put tools under governance with \"clawrden shims add TOOL\" ("+Marker+")\n")
	exit(protocol.ExitFailed)
}

// serve follows the daemon's frames to the end of the request.
func (c *conn) serve(s *start, tool string) {
	for {
		h, payload, fds, ok := c.next(tool)
		if !ok && c.signals >= 0 {
			c.attach(tool)
			continue
		}
		if !ok {
			c.back(s, tool)
			continue
		}
		if h.Type != protocol.TypeRefuse && h.Type != protocol.TypeVersion {
			c.aside = nil // the daemon has taken it on
		}
		switch h.Type {
		case protocol.TypeWait:
			c.waits(h.Version, payload)
		case protocol.TypeRefuse:
			code, text, err := protocol.ParseCoded(payload)
			c.check(err)
			if code == protocol.ExitFailed && c.aside != nil {
				c.passBy()
			}
			say(text)
			exit(int(code))
		case protocol.TypeExec:
			e, err := protocol.ParseExec(payload)
			c.check(err)
			c.begun = true
			c.run(s, e, fds)
		case protocol.TypeStarted:
			c.begun = true
			c.startedElsewhere()
		case protocol.TypeExited:
			status, err := protocol.ParseNumber(payload)
			c.check(err)
			endAs(syscall.WaitStatus(status))
		case protocol.TypeVersion:
			lowest, highest, err := protocol.ParseVersion(payload)
			c.check(err)
			c.giveUp("the daemon speaks protocol versions "+digits(int(lowest))+" to "+digits(int(highest))+
				", this shim speaks "+digits(protocol.Version), "install shim and daemon of the same release; a retry does not help")
		case protocol.TypeRequest, protocol.TypeAnswer, protocol.TypeFinished, protocol.TypeFailed, protocol.TypeSignal, protocol.TypeAttach:
			c.check(protocol.ErrValue)
		default:
			c.check(protocol.ErrValue)
		}
	}
}

// check ends the shim on a frame that can't be read.
func (c *conn) check(err error) {
	if err != nil {
		fail("the daemon's answer can't be read: "+err.Error(), "shim and daemon may be of different releases")
	}
}
