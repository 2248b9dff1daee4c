package daemon

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// Limits of changed arguments: what a person types, and what fits into one frame to the shim beside the tool's path.
const (
	maxEditedArgs = 1024
	maxEdited     = 32 << 10 // bytes, with a NUL for each
)

// edited is what became of a command whose arguments a person changed.
type edited struct {
	asked []string // the arguments that the agent asked with
	by    clawrden.Approver
}

// edit judges what a person wants to run in the place of what was asked: the same tool by the same caller in the same
// place, with other arguments. Nothing has been decided yet, so what can't be run is the person's to hear, not the agent's.
// It gives nil where the arguments are those that were asked with.
func (d *Daemon) edit(ctx context.Context, by clawrden.Caller, asked *clawrden.Approval, a *clawrden.Answer) (*clawrden.Edit, error) {
	args, err := checkEdited(a)
	if err != nil || slices.Equal(args, asked.Request.Args()) {
		return nil, err
	}
	refuse := func(format string, words ...any) (*clawrden.Edit, error) {
		return nil, fmt.Errorf("%w: "+format, append([]any{clawrden.ErrBadRequest}, words...)...)
	}
	if d.absent.has(asked.ID) {
		return refuse("the agent's shim hasn't come back after the daemon's restart yet; try again")
	}
	now, err := d.o.Queue.Get(asked.ID) // it may have come back just now
	if err != nil {
		return nil, err
	}
	asked = &now
	switch {
	case asked.State != clawrden.StatePending:
		return refuse("%s is %s; only what waits can be changed", asked.ID, asked.State)
	case a.Grant != nil:
		return refuse("a grant is for what was asked, so it can't be made together with a change")
	}
	if why := editable(&asked.Decision); why != "" {
		return refuse("the arguments can't be changed: %s", why)
	}
	c, err := d.judge(ctx, asked, args)
	if err != nil {
		return nil, err
	}
	switch {
	case c.decision.Verdict == clawrden.Deny:
		return refuse("the command as changed would be denied%s: %s", byRule(&c.decision), shown(c.decision.Reason, 600))
	case c.executor == execMirror && c.held == nil && asked.Request.Protocol < protocol.VersionArgv:
		return refuse("the agent's shim is of an older release and can't be told to run other arguments; deny the request with what to do instead")
	case c.decision.Verdict == clawrden.Ask:
		if why := editable(&c.decision); why != "" {
			return refuse("the command as changed is asked about by another rule%s: %s", byRule(&c.decision), why)
		}
		as := *asked
		as.Decision = c.decision
		if who, err := d.mayDecide(by, &as); err != nil {
			return nil, err
		} else if !meets(&who, &c.decision) {
			return nil, fmt.Errorf("%w: others than the caller have to approve the command as changed", clawrden.ErrNotAuthorized)
		}
	}
	return &clawrden.Edit{Args: args, Digest: digestOf(&c.facts, &c.request), Facts: c.facts, Decision: c.decision}, nil
}

// checkEdited gives the raw words, and refuses what can't be argv, or is too large.
func checkEdited(a *clawrden.Answer) ([]string, error) {
	args := slices.Clone(a.Args)
	if a.ArgsB64 != nil && len(a.ArgsB64) != len(args) {
		return nil, fmt.Errorf("%w: args and args_b64 are the same words in two forms, so they are as many", clawrden.ErrBadRequest)
	}
	size := 0
	for i, w := range args {
		if a.ArgsB64 != nil {
			raw, err := base64.StdEncoding.DecodeString(a.ArgsB64[i])
			if err != nil {
				return nil, fmt.Errorf("%w: args_b64 isn't base64", clawrden.ErrBadRequest)
			}
			w = string(raw)
			args[i] = w
		}
		if size += len(w) + 1; strings.ContainsRune(w, 0) {
			return nil, fmt.Errorf("%w: an argument can't hold a NUL", clawrden.ErrBadRequest)
		}
	}
	if len(args) > maxEditedArgs || size > maxEdited {
		return nil, fmt.Errorf("%w: changed arguments have at most %d words and %d bytes", clawrden.ErrBadRequest, maxEditedArgs, maxEdited)
	}
	return args, nil
}

// editable says why the arguments of what such a decision asks about can't be changed, or "". Every approval that is needed
// has to permit it, and each by one person: several would have to see the same command.
func editable(dec *clawrden.Decision) string {
	for _, demand := range demandsOf(dec) {
		switch {
		case !demand.EditArgs && demand.Name == "":
			return "its rule has no approval block with edit_args = true"
		case !demand.EditArgs:
			return fmt.Sprintf("approval %q doesn't permit it (edit_args)", demand.Name)
		case demand.People() > 1:
			return fmt.Sprintf("approval %q needs several people, who all have to see the same command", demand.Name)
		}
	}
	return ""
}

// meets reports whether one person's approval is all that a decision demands.
func meets(who *clawrden.Approver, dec *clawrden.Decision) bool {
	for _, demand := range demandsOf(dec) {
		if !slices.Contains(who.For, demand.Name) {
			return false
		}
	}
	return true
}

// judge tells what would be said of a waiting request if it had other arguments. It looks at the caller as a request does;
// nothing runs, nothing is counted or recorded.
func (d *Daemon) judge(ctx context.Context, asked *clawrden.Approval, args []string) (*call, error) {
	id := &asked.Request.Identity
	peer, err := peercred.OfPID(id.PID, id.UID)
	if err != nil {
		return nil, fmt.Errorf("%w: the agent went away", clawrden.ErrDecided)
	}
	defer peer.Close()
	if peer.Start != id.Start {
		return nil, fmt.Errorf("%w: the agent went away", clawrden.ErrDecided)
	}
	c := &call{peer: peer, can: true, arrived: asked.Facts.Time, hungUp: make(chan struct{}), request: asked.Request, counted: asked.Facts.Counts}
	c.request.Argv = argvWith(&asked.Request, args)
	defer c.closeDescriptors()
	defer c.closeTool()
	if asked.Request.Way == clawrden.WayGuard {
		if c.held, err = d.holds.copy(asked.ID); err != nil {
			return nil, fmt.Errorf("%w: %v", clawrden.ErrDecided, err)
		}
		defer func() { _ = unix.Close(c.held.exe) }()
		c.edited = &edited{asked: asked.Request.Args()}
		c.facts.Lineage, c.facts.Image = asked.Facts.Lineage, asked.Facts.Image
		d.reread(c, asked.Request.Args())
	} else {
		d.understand(c)
		c.facts.Image = asked.Facts.Image
	}
	d.resolve(ctx, c)
	if c.request.Tool != asked.Request.Tool {
		return nil, fmt.Errorf("%w: with these arguments it is %s that runs, and not %s; deny the request with what to do instead",
			clawrden.ErrBadRequest, clawrden.Text(c.request.Tool), clawrden.Text(asked.Request.Tool))
	}
	d.evaluate(ctx, c)
	return c, nil
}

// argvWith is a request's argv with other arguments; argv[0] stays as the caller set it.
func argvWith(r *clawrden.Request, args []string) []string {
	name := r.Tool
	if len(r.Argv) > 0 {
		name = r.Argv[0]
	}
	return append([]string{name}, args...)
}

// change puts what was approved in the place of what was asked. From here on the approval is one of the changed command, and
// the way goes on as with any: it is looked at and judged again before it runs.
func (d *Daemon) change(c *call) {
	e := c.approval.Edit
	if e == nil {
		return
	}
	if c.edited == nil {
		c.edited = &edited{asked: c.request.Args()}
	}
	c.edited.by = *c.approval.By
	before := c.request.Args()
	c.request.Argv = argvWith(&c.request, e.Args)
	was := *c.approval
	was.Request, was.Facts, was.Decision, was.Digest = c.request, e.Facts, e.Decision, e.Digest
	c.approval = &was
	if c.held != nil {
		d.reread(c, before)
		return
	}
	d.understand(c)
}

// told is what the agent reads of an approval before its command runs: what a person changed, and what they say; "" where
// that is nothing.
func (c *call) told() string {
	a := c.approval
	if a == nil || c.outcome != clawrden.OutcomeApproved {
		return ""
	}
	var lines []string
	if c.edited != nil {
		lines = append(lines, fmt.Sprintf("%s changed the arguments before approving (request %s); what runs is", person(&c.edited.by), c.request.ID), c.command())
	}
	if a.Comment != "" {
		lines = append(lines, person(a.By)+" says: "+shown(a.Comment, 600))
	}
	return strings.Join(lines, "\n")
}
