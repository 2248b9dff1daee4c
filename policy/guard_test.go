package policy

import (
	"testing"

	"github.com/clawrden/clawrden"
)

const sessionPolicy = `
policy { default = "deny" }
rule "shells" {
  commands = ["sh", "bash"]
  action   = "allow"
}
rule "ask" {
  commands = ["head"]
  action   = "ask"
}
rule "no" {
  commands = ["id"]
  action   = "deny"
}
rule "start-up" {
  commands      = ["*"]
  paths_any = ["/home/u/.bashrc"]
  action        = "ask"
}
`

// TestGuardedShell judges shell texts of a guard session: what they start comes to its own stop, so that only what denies it
// counts now; what the shell does by itself, and what runs elsewhere, counts as ever.
func TestGuardedShell(t *testing.T) {
	p := mustParse(t, sessionPolicy)
	for line, want := range map[string]clawrden.Verdict{
		`bash -c 'head x'`:                   clawrden.Allow,
		`bash -c 'nothing; sh -c "head x"'`:  clawrden.Allow,
		`bash -c 'timeout 3 env A=1 head x'`: clawrden.Allow,
		`bash -c 'head x; id'`:               clawrden.Deny,
		`bash -c 'echo x > /home/u/.bashrc'`: clawrden.Ask,
		`bash -c 'head x > /home/u/.bashrc'`: clawrden.Ask,
		`bash -c 'head x > y'`:               clawrden.Ask,
		`bash -c 'busybox head x'`:           clawrden.Ask,
		`bash -c '/lib/ld.so /bin/head x'`:   clawrden.Ask,
		`bash -c 'ssh host head x'`:          clawrden.Ask,
		`bash -c 'docker run image head x'`:  clawrden.Ask,
		`head x`:                             clawrden.Ask,
		`nothing`:                            clawrden.Deny,
	} {
		f := facts(t, p, "/", line)
		f.Way = clawrden.WayGuard
		if got := p.Decide(f); got.Verdict != want {
			t.Errorf("%s: %v, want %v: %s", line, got.Verdict, want, got.Reason)
		}
		f.Exe.Resolved = "/bin/busybox" // as which sh runs head without an exec
		if got := p.Decide(f); got.Verdict == clawrden.Allow {
			t.Errorf("%s: allowed where the shell is busybox", line)
		}
		f.Way = clawrden.WayShim
		if got := p.Decide(f); got.Verdict == clawrden.Allow {
			t.Errorf("%s: allowed by a shim", line)
		}
	}
}
