package tests

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/policy"
)

const apiPolicy = `
policy { default = "deny" }
rule "mine" {
  commands = ["hostname"]
  action   = "allow"
  when {
    identity { agents = ["robo"] }
  }
}
rule "wait" {
  commands = ["sleep"]
  action   = "allow"
}
`

// What the API tells of a real daemon's policy, profiles and running commands, to people on the host and to a token.
func TestAPI(t *testing.T) {
	o := hostOptions{policy: apiPolicy, tools: []string{"sleep"}, args: []string{"--http", "127.0.0.1:0"}}
	if os.Geteuid() != 0 {
		o.args = append(o.args, "--dev")
	}
	h := newHost(t, o)
	here, err := client.New(h.control)
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	far, err := client.New("http://127.0.0.1:" + h.link().Port())
	if err == nil {
		far, err = far.WithToken(h.newToken("looks", "read"))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	ctx := t.Context()
	for name, c := range map[string]*client.Client{"here": here, "by a token": far} {
		for agent, want := range map[string]clawrden.Verdict{"": clawrden.Deny, "robo": clawrden.Allow} {
			text, err := c.Explain(ctx, clawrden.ExplainWish{Argv: []string{"hostname", "-f"}, Cwd: "/tmp", Agent: agent})
			var e policy.Explanation
			if err == nil {
				err = json.Unmarshal(text, &e)
			}
			if err != nil || e.Verdict != want || e.Command.Command != "hostname" {
				t.Errorf("%s, agent %q: %s, %v", name, agent, text, err)
			}
		}
		good, err := c.CheckPolicy(ctx, map[string]string{"a.hcl": apiPolicy})
		if err != nil || !good.Valid || good.Rules != 2 {
			t.Errorf("%s: a good policy: %+v, %v", name, good, err)
		}
		bad, err := c.CheckPolicy(ctx, map[string]string{"a.hcl": strings.Replace(apiPolicy, "commands", "comands", 1)})
		if err != nil || bad.Valid || !strings.Contains(bad.Diagnostics, "a.hcl line 4") {
			t.Errorf("%s: a bad policy: %+v, %v", name, bad, err)
		}
		if p, err := c.Profiles(ctx); err != nil || len(p) < 5 {
			t.Errorf("%s: profiles: %+v, %v", name, p, err)
		}
		if p, err := c.Profile(ctx, "offline"); err != nil || p.Name != "offline" {
			t.Errorf("%s: a profile: %+v, %v", name, p, err)
		}
	}
	run := h.command("sleep", "1000")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	h.waitRunning(1)
	running, err := far.Executions(ctx)
	if err != nil || len(running) != 1 || running[0].Command != "sleep" || running[0].Args[0] != "1000" || running[0].Since.IsZero() || len(running[0].Rules) != 1 {
		t.Errorf("what runs: %+v, %v", running, err)
	}
	_ = run.Process.Kill()
	_ = run.Wait()
	h.waitRunning(0)
	if running, err := here.Executions(ctx); err != nil || len(running) != 0 {
		t.Errorf("nothing runs: %+v, %v", running, err)
	}
}
