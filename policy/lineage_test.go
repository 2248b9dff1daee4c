package policy

import (
	"testing"

	"github.com/clawrden/clawrden"
)

const lineagePolicy = `
policy { default = "ask" }
rule "git may" {
  commands = ["ssh"]
  parent   = ["git"]
  action   = "allow"
}
rule "by gcc" {
  commands = ["as"]
  via      = ["gcc*"]
  action   = "allow"
}
rule "the agent" {
  commands = ["agent"]
  depth    = [0]
  action   = "allow"
}
rule "no cc by make" {
  commands = ["cc"]
  via      = ["make"]
  action   = "deny"
}
rule "cc" {
  commands = ["cc"]
  action   = "allow"
}
rule "not by itself" {
  commands = ["gc"]
  action   = "ask"
  unless { parent = ["git"] }
}
rule "gc" {
  commands = ["gc"]
  action   = "allow"
}
rule "sh" {
  commands = ["sh"]
  action   = "allow"
}
`

func TestLineage(t *testing.T) {
	p := mustParse(t, lineagePolicy)
	by := StartedBy
	lost := by([]string{"sed"})
	lost.Lost = true
	for _, row := range []struct {
		line string
		by   *clawrden.Lineage
		want clawrden.Verdict
	}{
		{"ssh h", by([]string{"git", "?sh"}), clawrden.Allow},
		{"ssh h", by([]string{"?git", "?sh"}), clawrden.Ask},
		{"ssh h", by([]string{"ls", "git"}), clawrden.Ask},
		{"ssh h", by(nil), clawrden.Ask},
		{"ssh h", nil, clawrden.Ask},
		{"ssh h", &clawrden.Lineage{Lost: true}, clawrden.Ask},
		{"as x", by([]string{"gcc-12"}), clawrden.Allow},
		{"as x", by([]string{"cc1", "gcc"}), clawrden.Allow},
		{"as x", by([]string{"?sh", "gcc"}), clawrden.Ask},
		{"as x", by([]string{"cc1", "?gcc", "gcc"}), clawrden.Ask},
		{"as x", lost, clawrden.Ask},
		{"agent", by(nil), clawrden.Allow},
		{"agent", by([]string{"x"}), clawrden.Ask},
		{"agent", &clawrden.Lineage{Lost: true}, clawrden.Ask},
		{"agent", nil, clawrden.Ask},
		{"cc x", by([]string{"sh"}), clawrden.Allow},
		{"cc x", by([]string{"?sh", "?make"}), clawrden.Deny},
		{"cc x", lost, clawrden.Deny},
		{"cc x", nil, clawrden.Deny},
		{"gc", by([]string{"git"}), clawrden.Allow},
		{"gc", by([]string{"?git"}), clawrden.Ask},
		{"gc", lost, clawrden.Ask},
		// What a shell's text names is started by the shell, whatever started that.
		{"sh -c 'ssh h >x'", by([]string{"git"}), clawrden.Ask},
		{"sh -c 'gc >x'", by([]string{"git"}), clawrden.Ask},
		{"sh -c 'cc x >x'", by([]string{"make"}), clawrden.Deny},
	} {
		f := facts(t, p, "/", row.line)
		f.Way, f.Lineage = clawrden.WayGuard, row.by
		if got := p.Decide(f); got.Verdict != row.want {
			t.Errorf("%s by %+v: %v, want %v: %s", row.line, row.by, got.Verdict, row.want, got.Reason)
		}
	}
}

func TestRunsOwn(t *testing.T) {
	p := mustParse(t, lineagePolicy)
	for _, row := range []struct {
		line string
		env  []string
		want bool
	}{
		{"git fetch origin", []string{"PATH=/x", "HOME=/h", "EDITOR=vi"}, true},
		{"git fetch", []string{"GIT_EXEC_PATH=/usr/lib/git-core"}, true},
		{"git fetch", []string{"GIT_EXEC_PATH=/home/u/x"}, false},
		{"git fetch", []string{"COMPILER_PATH=/usr/lib/gcc/x86_64-linux-gnu/12/:/usr/libexec/gcc/x86_64-linux-gnu/:/usr/lib/gcc"}, true},
		{"git fetch", []string{"COMPILER_PATH=/usr/lib/gcc:."}, false},
		{"git fetch", []string{"COMPILER_PATH=/usr/lib/../../tmp"}, false},
		{"git fetch", []string{"LD_PRELOAD=x"}, false},
		{"git fetch", []string{"GIT_SSH_COMMAND=x"}, false},
		{"git -c core.sshCommand=x fetch", nil, false},
		{"git made-up", nil, false},
		{"gcc -c x.c", nil, true},
		{"sh x.sh", nil, false},
		{"python3 x.py", nil, false},
		{"node x.js", nil, false},
		{"env git fetch", nil, false},
		{"find . -exec git fetch", nil, false},
		{"awk 1", nil, false},
	} {
		f := facts(t, p, "/", row.line)
		f.Env, f.Renamed = row.env, false
		if got := p.RunsOwn(f); got != row.want {
			t.Errorf("%s with %q: %v", row.line, row.env, got)
		}
	}
	f := facts(t, p, "/", "git fetch")
	f.Renamed = true
	if p.RunsOwn(f) {
		t.Error("by another name")
	}
	f = facts(t, p, "/", "git fetch")
	f.Exe.Interpreter = &clawrden.Executable{}
	if p.RunsOwn(f) {
		t.Error("a script")
	}
}

// A command of a session is counted where each rule that allows it says so, and nothing is asked, granted or observed.
func TestCounted(t *testing.T) {
	p := mustParse(t, `
policy { default = "ask" }
rule "stages" {
  commands = ["cc1", "as"]
  action   = "allow"
  record   = "count"
}
rule "as" {
  commands = ["as"]
  action   = "allow"
}
rule "watched" {
  commands = ["cc1"]
  args     = ["x"]
  action   = "deny"
  mode     = "observe"
}
rule "not these" {
  commands = ["cc1"]
  args     = ["y"]
  action   = "deny"
}
`)
	for _, row := range []struct {
		line string
		way  clawrden.Way
		want bool
	}{
		{"cc1", clawrden.WayGuard, true},
		{"cc1", clawrden.WayShim, false},
		{"as", clawrden.WayGuard, false},
		{"cc1 x", clawrden.WayGuard, false},
		{"cc1 y", clawrden.WayGuard, false},
		{"other", clawrden.WayGuard, false},
	} {
		f := facts(t, p, "/", row.line)
		f.Way = row.way
		if got := p.Decide(f); got.Counted != row.want {
			t.Errorf("%s by %s: %v, %v", row.line, row.way, got.Counted, got.Verdict)
		}
	}
}
