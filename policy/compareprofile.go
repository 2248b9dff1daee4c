package policy

import (
	"fmt"
	"maps"
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// compareProfiles tells which profiles mean something else, by what they say with all that they extend. A block in the place
// of a built-in profile changes that one.
func compareProfiles(old, updated *Policy, add func(block, name string, at clawrden.RuleRef, a, b []string)) {
	before, after := old.known(), updated.known()
	both := maps.Clone(before)
	maps.Copy(both, after)
	for _, name := range slices.Sorted(maps.Keys(both)) {
		var at clawrden.RuleRef
		if p := after[name]; p != nil && !p.BuiltIn {
			at = clawrden.RuleRef{File: p.At.Filename, Line: p.At.Start.Line}
		}
		add("profile", name, at, before[name].say(), after[name].say())
	}
}

// say writes a profile down, one statement a line; nil for none.
func (p *Profile) say() []string {
	if p == nil {
		return nil
	}
	out := []string{}
	texts := func(what string, list []string) {
		for _, text := range list {
			out = append(out, what+" "+text)
		}
	}
	rules := func(what string, list []clawrden.Syscall) {
		for _, r := range list {
			out = append(out, what+" "+syscalls.Text(r))
		}
	}
	rules("allow", p.Syscalls.Allow)
	rules("deny", p.Syscalls.Deny)
	out = append(out, fmt.Sprintf("other calls %s %s", p.Syscalls.Default, p.Syscalls.Errno))
	if fs := &p.Filesystem; fs.Restricted {
		out = append(out, "only listed files")
		texts("read_only", fs.ReadOnly)
		texts("read_write", fs.ReadWrite)
	}
	if p.Filesystem.Exec != nil {
		out = append(out, "exec only from listed places")
		texts("exec", p.Filesystem.Exec)
	}
	texts("hidden", p.Filesystem.Hidden)
	if n := &p.Network; n.Mode != "" {
		out = append(out, "network "+string(n.Mode))
		for _, port := range n.ConnectTCP {
			out = append(out, fmt.Sprintf("connect_tcp %d", port))
		}
		for _, port := range n.BindTCP {
			out = append(out, fmt.Sprintf("bind_tcp %d", port))
		}
		if n.UDP {
			out = append(out, "udp")
		}
	}
	texts("limit", sayLimits(&p.Limits))
	if p.BestEffort {
		out = append(out, "best_effort")
	}
	if p.Guard {
		out = append(out, "guard")
	}
	if p.SSHAgent {
		out = append(out, "ssh_agent")
	}
	return out
}
