package policy

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// TestKinds judges the same name on files of every kind.
func TestKinds(t *testing.T) {
	const (
		byName   = "policy { default = \"deny\" }\nrule \"r\" {\n  commands = [\"tool\"]\n  action   = \"allow\"\n}\n"
		named    = "policy { default = \"deny\" }\nrule \"r\" {\n  commands = [\"*\"]\n  exe_any  = [\"KIND\"]\n  action   = \"allow\"\n}\n"
		byAll    = "policy { default = \"allow\" }\nrule \"r\" {\n  commands = [\"other\"]\n  action   = \"deny\"\n}\n"
		allows   = "policy { default = \"allow\" }\n"
		inRoot   = "policy {\n  default = \"deny\"\n  exe_any = [\"plain\", \"writable\"]\n}\nrule \"r\" {\n  commands = [\"tool\"]\n  action   = \"allow\"\n}\n"
		forbids  = "policy { default = \"allow\" }\nrule \"r\" {\n  commands = [\"*\"]\n  exe_any  = [\"KIND\"]\n  action   = \"deny\"\n}\n"
		asksElse = "policy { default = \"ask\" }\nrule \"r\" {\n  commands = [\"tool\"]\n  action   = \"allow\"\n}\n"
	)
	allow, ask, deny := clawrden.Allow, clawrden.Ask, clawrden.Deny
	for _, row := range []struct {
		policy, kinds string
		want          clawrden.Verdict
	}{
		{byName, "", allow},
		{byName, "script", allow}, // its interpreter is judged beside
		{byName, "writable", deny},
		{byName, "loader", deny},
		{byName, "unnamed", deny},
		{byName, "remote", deny},
		{named, "writable", allow},
		{named, "loader", allow},
		{named, "unnamed", allow},
		{named, "remote", allow},
		{named, "script", allow},
		{byAll, "", allow},
		{byAll, "writable", ask},
		{byAll, "loader", deny},
		{byAll, "unnamed", deny},
		{allows, "writable", allow},
		{allows, "unnamed", allow},
		{inRoot, "writable", allow},
		{inRoot, "writable loader", deny},
		{forbids, "script", deny},
		{forbids, "writable", deny},
		{asksElse, "writable", ask},
		{asksElse, "remote", deny},
		{asksElse, "writable loader", deny},
	} {
		kinds := strings.Fields(row.kinds)
		p := mustParse(t, strings.ReplaceAll(row.policy, "KIND", row.kinds))
		f := facts(t, p, "/", "tool x")
		f.Way, f.Exe.Kinds = clawrden.WayGuard, kinds
		if d := p.Decide(f); d.Verdict != row.want {
			t.Errorf("%q under\n%s%v, want %v: %s", row.kinds, row.policy, d.Verdict, row.want, d.Reason)
		}
		f.Way = clawrden.WayShim // no kinds are known there
		f.Exe.Kinds = nil
		if d := p.Decide(f); row.policy == byName && d.Verdict != allow {
			t.Errorf("by a shim: %v", d.Verdict)
		}
	}
}
