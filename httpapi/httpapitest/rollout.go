package httpapitest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// Stage gives what StagePolicy has taken: a candidate that would newly allow two commands.
func (c *Control) Stage() (clawrden.Stage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stage == nil {
		return clawrden.Stage{}, clawrden.Missing("no policy is staged")
	}
	return *c.stage, nil
}

// StagePolicy takes any files but wrong ones; where one says loose, it may let more run.
func (c *Control) StagePolicy(_ context.Context, by clawrden.Caller, w clawrden.StageWish) (clawrden.Stage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	span, err := time.ParseDuration(w.For)
	if err != nil {
		return clawrden.Stage{}, fmt.Errorf("%w: for is a span", clawrden.ErrBadRequest)
	}
	s := &clawrden.Stage{
		Digest: strings.Repeat("5", 64), Rules: len(w.Files), Against: Digest, Since: clawrden.Timestamp{Time: Epoch},
		Until: clawrden.Timestamp{Time: Epoch.Add(span)}, Counted: clawrden.Timestamp{Time: Epoch}, By: &clawrden.Approver{UID: 0, User: "root", Door: by.Door},
		Counts:  clawrden.StageCounts{Judged: 10, Disagreed: 3, Allowed: 2, Denied: 1, Fewer: 2, Untold: 1},
		Changes: []string{`added rule "status" (a.hcl:3)`}, Looser: []string{},
		Groups: []clawrden.Disagreement{
			{Old: clawrden.Ask, New: clawrden.Allow, Tool: "git status", Count: 2, NewRule: &clawrden.RuleRef{Name: "status", File: "a.hcl", Line: 3}, Examples: []clawrden.StageExample{{ID: "aa11", Command: "git", Args: []string{"status"}, Cwd: "/srv"}}},
			{Old: clawrden.Allow, New: clawrden.Deny, Tool: "evil \x1b[31m", Count: 1, Examples: []clawrden.StageExample{}},
		},
	}
	for name, text := range w.Files {
		if strings.Contains(text, "wrong") {
			return clawrden.Stage{}, fmt.Errorf("%w:\nError: %s", clawrden.ErrPolicyInvalid, name)
		}
		if strings.Contains(text, "loose") {
			s.Looser = []string{`added rule "status" (a.hcl:3)`}
		}
	}
	c.stage = s
	c.called(by, "stage", strconv.Itoa(len(w.Files)), w.For)
	return *s, nil
}

// EndStage ends it.
func (c *Control) EndStage(_ context.Context, by clawrden.Caller) (clawrden.Stage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stage == nil || c.stage.Ended != "" {
		return clawrden.Stage{}, clawrden.Missing("no policy is staged")
	}
	c.stage.Ended = "ended by root"
	c.called(by, "end stage")
	return *c.stage, nil
}

// Promote adds a version.
func (c *Control) Promote(_ context.Context, by clawrden.Caller, o clawrden.PolicyOrder) (clawrden.PolicyVersion, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.stage == nil:
		return clawrden.PolicyVersion{}, clawrden.Missing("no policy is staged")
	case o.Digest != c.stage.Digest:
		return clawrden.PolicyVersion{}, fmt.Errorf("%w: another candidate is staged now", clawrden.ErrStale)
	case len(c.stage.Looser) > 0 && !o.Looser:
		return clawrden.PolicyVersion{}, fmt.Errorf("%w:\n%s", clawrden.ErrLooser, strings.Join(c.stage.Looser, "\n"))
	}
	c.called(by, "promote")
	return c.addVersion(clawrden.CamePromoted, "", c.stage.Digest, c.stage.Changes), nil
}

// Rollback adds a version that is an earlier one.
func (c *Control) Rollback(_ context.Context, by clawrden.Caller, o clawrden.PolicyOrder) (clawrden.PolicyVersion, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.ID == "" {
		o.ID = strconv.Itoa(len(c.versions) - 1)
	}
	n, _ := strconv.Atoi(o.ID)
	if n < 1 || n > len(c.versions) {
		return clawrden.PolicyVersion{}, clawrden.Missing("there is no version %s of the policy", o.ID)
	}
	c.called(by, "rollback", o.ID)
	return c.addVersion(clawrden.CameBack, o.ID, c.versions[n-1].Digest, []string{`removed rule "status"`}), nil
}

func (c *Control) addVersion(how, of, digest string, changes []string) clawrden.PolicyVersion {
	for i := range c.versions {
		c.versions[i].InForce = false
	}
	v := clawrden.PolicyVersion{
		ID: strconv.Itoa(len(c.versions) + 1), Digest: digest, Rules: 3, At: clawrden.Timestamp{Time: Epoch}, How: how, Of: of,
		By: &clawrden.Approver{User: "root", Door: "control"}, Changes: changes, InForce: true,
	}
	c.versions = append(c.versions, v)
	return v
}

// PolicyVersions gives them, the newest first.
func (c *Control) PolicyVersions() ([]clawrden.PolicyVersion, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := slices.Clone(c.versions)
	slices.Reverse(list)
	if list == nil {
		list = []clawrden.PolicyVersion{}
	}
	return list, nil
}

// PolicyVersion gives one of them.
func (c *Control) PolicyVersion(id string) (clawrden.PolicyVersion, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.versions {
		if v.ID == id {
			v.Files = []clawrden.PolicyFile{{Name: "a.hcl", Text: "rule {}\n"}}
			return v, nil
		}
	}
	return clawrden.PolicyVersion{}, clawrden.Missing("there is no version %s of the policy", id)
}
