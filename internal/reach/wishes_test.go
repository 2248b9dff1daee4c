package reach

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

func TestWishes(t *testing.T) {
	all := func(span string, rules bool) []clawrden.GrantWish {
		var out []clawrden.GrantWish
		for _, s := range []clawrden.Scope{clawrden.ScopeCommand, clawrden.ScopeSubcommand} {
			if span != "" {
				out = append(out, clawrden.GrantWish{Scope: s, For: span})
			}
			out = append(out, clawrden.GrantWish{Scope: s, For: "session"})
		}
		if rules {
			out = append(out, clawrden.GrantWish{Scope: clawrden.ScopeRule, For: "30d"}, clawrden.GrantWish{Scope: clawrden.ScopeRuleSubcommand, For: "30d"})
		}
		return out
	}
	demand := func(grants ...string) clawrden.Demand { return clawrden.Demand{Grants: grants} }
	for name, row := range map[string]struct {
		demands []clawrden.Demand
		want    []clawrden.GrantWish
	}{
		"the defaults":         {nil, all("30m", false)},
		"longer":               {[]clawrden.Demand{demand("session", "2h")}, all("30m", false)},
		"shorter":              {[]clawrden.Demand{demand("10m")}, all("10m", false)},
		"no time":              {[]clawrden.Demand{demand("session")}, all("", false)},
		"a rule":               {[]clawrden.Demand{demand("1h", "rule")}, all("30m", true)},
		"a rule of one of two": {[]clawrden.Demand{demand("1h", "rule"), demand("90s")}, all("1m30s", false)},
		"unset":                {[]clawrden.Demand{{}}, all("30m", false)},
	} {
		if diff := cmp.Diff(row.want, Wishes(&clawrden.Pending{Demands: row.demands})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
