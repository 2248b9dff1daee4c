package system

import (
	"strings"
	"testing"
)

// The hardened daemon of an installed system puts a staged policy in place of the operator's, and back; approvers may look on.
func TestRollout(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.write(t, "/root/new.d/zz-test.hcl", strings.Replace(policy, `action   = "deny"`, `action   = "allow"`, 1))
		denied := func(want bool) {
			t.Helper()
			if r := m.agent("uname"); (r.code == 126) != want {
				t.Errorf("%v, want it to be denied: %v", r, want)
			}
		}
		denied(true)
		m.must(t, "clawrden", "policy", "stage", "/root/new.d", "--for", "1h")
		denied(true)
		for _, out := range []string{m.must(t, "clawrden", "policy", "stage"), finish(m.as("ann", "clawrden", "policy", "stage")).stdout} {
			if !strings.Contains(out, "1 newly allowed") || !strings.Contains(out, "1 × uname") {
				t.Errorf("the candidate: %s", out)
			}
		}
		for _, words := range [][]string{{"promote", "--yes"}, {"rollback", "--yes"}, {"stage", "--end"}} {
			if r := finish(m.as("ann", append([]string{"clawrden", "policy"}, words...)...)); r.code != 4 {
				t.Errorf("an approver: %q: %v", words, r)
			}
		}
		m.must(t, "clawrden", "policy", "promote", "--yes")
		denied(false)
		if got := m.must(t, "stat", "-c", "%U %a", "/etc/clawrden/policy.d/zz-test.hcl"); got != "root 644\n" && got != "root 644" {
			t.Errorf("the file is %q", got)
		}
		m.must(t, "systemctl", "restart", "clawrden.service")
		denied(false)
		m.must(t, "clawrden", "policy", "rollback", "--yes")
		denied(true)
		if out := m.must(t, "clawrden", "policy", "log"); !strings.Contains(out, "back to 1") || !strings.Contains(out, "promoted") {
			t.Error(out)
		}
		m.must(t, "clawrden", "audit", "verify")
		for _, form := range []string{"ecs", "ocsf", "csv"} {
			if out := m.must(t, "clawrden", "audit", "export", "--as", form); !strings.Contains(out, "policy_promoted") {
				t.Errorf("%s lacks the promotion:\n%s", form, out)
			}
		}
		if out := m.must(t, "clawrden", "policy", "diff", "/root/new.d", "--replay", "--since", "1d"); !strings.Contains(out, "deny → allow") {
			t.Error(out)
		}
	})
}
