package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// compareBlocks tells which of the blocks differ that rules name, or are read by.
func compareBlocks(old, updated *Policy, add func(block, name string, at clawrden.RuleRef, a, b []string)) {
	for _, name := range both(old.approvals, updated.approvals) {
		add("approval", name, clawrden.RuleRef{}, old.approvals[name].say(), updated.approvals[name].say())
	}
	for _, name := range both(old.executors, updated.executors) {
		add("executor", name, clawrden.RuleRef{}, old.executors[name].say(), updated.executors[name].say())
	}
	if old.tools == updated.tools {
		return // those that come with Clawrden
	}
	before, after := old.toolTexts(), updated.toolTexts()
	for _, name := range both(before, after) {
		if before[name] != after[name] {
			add("tool", "", clawrden.RuleRef{}, []string{"blocks before"}, []string{"blocks in " + name})
		}
	}
}

// both gives the names of two maps, in order.
func both[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// say writes an approval block down, one statement a line; nil for none.
func (a *ApprovalProfile) say() []string {
	if a == nil {
		return nil
	}
	out := []string{fmt.Sprintf("quorum %d", max(a.Quorum, 1))}
	if a.Timeout > 0 {
		out = append(out, "timeout "+(time.Duration(a.Timeout)*time.Millisecond).String())
	}
	for what, words := range map[string][]string{"approvers": a.Approvers, "grants": a.Grants, "escalate_to": a.Escalate} {
		if words != nil {
			out = append(out, what+" "+list(words))
		}
	}
	if a.After > 0 {
		out = append(out, "escalate_after "+a.After.String())
	}
	for what, on := range map[string]bool{"edit_args": a.EditArgs, "each_behind_bridge": a.EachBehindBridge, "self_approval": a.Self} {
		if on {
			out = append(out, what)
		}
	}
	slices.Sort(out)
	return out
}

// say writes an executor block down; nil for none.
func (e *executor) say() []string {
	if e == nil {
		return nil
	}
	p := &e.Place
	out := []string{"kind " + p.Kind}
	for what, word := range map[string]string{"via": p.Via, "user": p.User, "image": p.Image, "pull": p.Pull, "network": p.Network} {
		if word != "" {
			out = append(out, what+" "+word)
		}
	}
	if p.Mounts != nil {
		out = append(out, "mounts "+list(p.Mounts))
	}
	if p.Pool > 0 {
		out = append(out, fmt.Sprintf("pool %d", p.Pool))
	}
	if p.Timeout > 0 {
		out = append(out, "timeout "+p.Timeout.String())
	}
	slices.Sort(out)
	return out
}

var toolBlocks = regexp.MustCompile(`(?m)^\s*tool\s*"|"tool"`)

// toolTexts are the files that have tool blocks, by their names without the directory.
func (p *Policy) toolTexts() map[string]string {
	out := map[string]string{}
	for _, f := range p.texts {
		if toolBlocks.MatchString(f.Text) {
			out[f.Name[strings.LastIndexByte(f.Name, '/')+1:]] = f.Text
		}
	}
	return out
}
