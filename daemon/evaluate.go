package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/protocol"
)

// Executors by the word that the policy uses.
const (
	execMirror = "mirror" // in place, by the shim itself; any other word is a key of Options.Executors
	execUnit   = "unit"
	execGhost  = "ghost"
	execLocal  = "local"
	execDocker = "docker"
)

// evaluate judges the facts. What can't be judged, or can't be run, is denied; a person is never asked for it.
func (d *Daemon) evaluate(ctx context.Context, c *call) {
	refused := c.decision // by an earlier step
	if why, locked := d.lock.locked(&c.request.Identity); locked {
		c.decision, c.locked = clawrden.Decision{}, true
		c.deny(0, why)
		c.hint = "nothing runs until an operator unlocks it; a retry does not help until then"
		return
	}
	if refused.Verdict == clawrden.Deny {
		return
	}
	asked := time.Now()
	c.decision = d.strictest(c)
	d.o.Meter.Judged(time.Since(asked))
	d.beside(c)
	if c.decision.Verdict != clawrden.Allow && c.decision.Verdict != clawrden.Ask {
		c.decision.Verdict = clawrden.Deny
		c.code, c.failed = 0, nil
		return
	}
	finder, finds := d.o.Executors[executorOf(&c.decision)].(Finder)
	if c.failed != nil && !finds {
		c.deny(c.code, c.failed.Error())
		return
	}
	var err error
	if c.executor, err = d.chooseExecutor(c); err == nil {
		if err = d.environ(c); err == nil {
			err = errors.Join(c.limitable(), c.tappable())
		}
		if err == nil {
			err = d.detour(ctx, c)
		}
	}
	if err != nil {
		code := protocol.ExitFailed
		if errors.Is(err, errNoShim) || errors.Is(err, errNoEntry) || errors.Is(err, errEngineCopy) {
			code = protocol.ExitDenied
		}
		c.deny(code, err.Error())
		return
	}
	if finds {
		d.find(ctx, c, finder)
	}
}

// find has the executor say what it would run; whether the caller has such a tool, too, doesn't matter then.
func (d *Daemon) find(ctx context.Context, c *call, f Finder) {
	ctx, cancel := context.WithTimeout(ctx, d.agents.limits.ResolveTime)
	defer cancel()
	exe, err := f.Find(ctx, &c.request, &c.decision)
	if err != nil {
		c.deny(protocol.ExitFailed, err.Error())
		return
	}
	c.facts.Exe, c.failed, c.code = exe, nil, 0
	c.closeTool()
}

// decide asks the policy. A fault in it is a deny.
func (d *Daemon) decide(f *clawrden.Facts) (dec clawrden.Decision) {
	defer func() {
		if v := recover(); v != nil {
			d.log.Error("the policy failed", slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			dec = clawrden.Refuse("internal error while the policy was evaluated")
		}
	}()
	p := d.policy.Load()
	dec = p.Decide(f)
	dec.Policy = p.Digest()
	return dec
}

// executorOf gives the word for the place that a rule names, "" where none does.
func executorOf(d *clawrden.Decision) string {
	if d.Place != nil && d.Place.Kind == execMirror && d.Place.Via != "" {
		return d.Place.Via
	}
	return d.Executor
}

// chooseExecutor says where an allowed command runs, or why it can't.
func (d *Daemon) chooseExecutor(c *call) (string, error) {
	named, plain := executorOf(&c.decision), c.request.Way == clawrden.WayPlain
	switch {
	case named == execMirror && plain:
		return "", fmt.Errorf("the rule runs it in the caller's own context (executor mirror), which the plain mode can't reach: it passes no descriptors; call it through the shim")
	case named == execMirror || (named == "" && !plain):
		return execMirror, nil
	case named == "":
		// What the plain mode can do without descriptors of the caller's.
		if named = execUnit; d.o.Executors[execLocal] != nil { // --dev, which needn't have systemd
			named = execLocal
		}
		if d.o.Executors[named] == nil {
			return "", fmt.Errorf("the plain mode runs commands as units, and this daemon has no unit executor; name one in the rule, or start the daemon with --dev")
		}
	case named == execLocal && d.o.Executors[execLocal] == nil:
		return "", fmt.Errorf("executor local exists only with --dev")
	case d.o.Executors[named] == nil:
		return "", fmt.Errorf("this daemon has no executor %q", named)
	}
	e := d.o.Executors[named]
	if f, ok := e.(interface {
		Fits(*clawrden.Executable) error
	}); ok {
		if err := f.Fits(&c.facts.Exe); err != nil {
			return "", err
		}
	}
	return named, e.May(&c.request, &c.decision)
}

// boundary is what enforces the decision where the command runs.
func (d *Daemon) boundary(c *call) clawrden.Boundary {
	if e := d.o.Executors[c.executor]; e != nil && (c.entry == nil || c.executor == execUnit) {
		return e.Boundary()
	}
	if c.held != nil && !c.held.lesser || c.session.name != "" && !c.session.lesser {
		return clawrden.BoundaryGuard
	}
	return clawrden.BoundaryNone
}

// refusal gives the shim's exit code and the text for a person or model: what, why, what to do; at most three lines.
func (c *call) refusal() (int, string) {
	lines := []string{c.what()}
	code, hint := protocol.ExitDenied, c.hint
	why := c.decision.Reason
	switch c.outcome {
	case clawrden.OutcomeExpired:
		code, hint = protocol.ExitExpired, "ask the operator, then try again; clawrden queue shows what waits"
	case clawrden.OutcomeDenied:
		why = c.approval.Comment
		if hint == "" {
			hint = "do not retry it unchanged; it was refused by a person"
		}
	case clawrden.OutcomeCancelled:
		code = protocol.ExitFailed
		why = c.approval.Comment
	case clawrden.OutcomeDeny, clawrden.OutcomeAllow, clawrden.OutcomeApproved:
		if c.code != 0 {
			code = c.code
		}
		if hint == "" && code == protocol.ExitDenied && c.failed == nil {
			hint = "a retry will be denied too; an operator can change the policy"
		}
	}
	if why != "" {
		lines = append(lines, shown(why, 600))
	}
	if hint != "" {
		lines = append(lines, hint)
	}
	return code, strings.Join(lines, "\n")
}

// what is the first line: the command, what became of it, and by whom.
func (c *call) what() string {
	command := c.command()
	switch c.outcome {
	case clawrden.OutcomeExpired:
		return fmt.Sprintf("%s: nobody approved it in time (request %s%s)", command, c.request.ID, byRule(&c.decision))
	case clawrden.OutcomeDenied:
		return fmt.Sprintf("%s: denied by %s (request %s%s)", command, person(c.approval.By), c.request.ID, byRule(&c.decision))
	case clawrden.OutcomeCancelled:
		return fmt.Sprintf("%s: the request was cancelled", command)
	case clawrden.OutcomeDeny, clawrden.OutcomeAllow, clawrden.OutcomeApproved:
	}
	if r := c.decision.Rule(); r != nil {
		return fmt.Sprintf("%s: denied by rule %q (%s)", command, r.Name, r.Place())
	}
	if c.code != 0 || c.failed != nil {
		return command + ": not run"
	}
	return command + ": denied by the policy"
}

// command is the command in words that can be shown.
func (c *call) command() string {
	brief, _ := display.Brief(append([]string{c.request.Tool}, c.request.Args()...), 200)
	return brief
}

// shown is a text for people, on one line.
func shown(s string, most int) string {
	text, _ := display.Text(s, most)
	return text
}

func byRule(d *clawrden.Decision) string {
	r := d.Rule()
	if r == nil {
		return ""
	}
	return fmt.Sprintf(", rule %q at %s", r.Name, r.Place())
}

func person(by *clawrden.Approver) string {
	switch {
	case by == nil:
		return "a person"
	case by.User != "":
		return by.User
	}
	return fmt.Sprintf("uid %d", by.UID)
}

// waitingText is said once while a person is asked.
func (c *call) waitingText(id string, expires time.Time) string {
	command := c.command()
	return fmt.Sprintf("%s: waiting for a person's approval (request %s%s)\nuntil %s; do not retry, the command goes on by itself once it is approved",
		command, id, byRule(&c.decision), expires.Local().Format("15:04:05"))
}
