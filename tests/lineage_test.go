package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const lineagePolicy = `
policy { default = "deny" }
rule "the agent's" {
  commands = ["bash", "sh", "python3", "python3.*", "cp", "setarch", "env", "gcc", "x86_64-linux-gnu-gcc-*"]
  action   = "allow"
  opaque   = "allow"
}
rule "a gcc of its own" {
  commands = ["mygcc", "gcc"]
  exe_any  = ["writable"]
  action   = "allow"
  opaque   = "allow"
}
rule "gcc's" {
  commands = ["cc1", "as", "collect2", "ld"]
  via      = ["gcc"]
  action   = "allow"
  record   = "count"
}
`

// TestLineage has a rule go by what started a command: gcc may start its stages, the agent may not, in whatever way it makes gcc its
// parent, or the parent's number gcc's.
func TestLineage(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("gcc is not installed")
	}
	g := newGuarded(t, hostOptions{policy: lineagePolicy})
	cc1, err := exec.Command("gcc", "-print-prog-name=cc1").Output()
	if err != nil {
		t.Skip("gcc has no cc1: ", err)
	}
	prog := string(cc1[:len(cc1)-1])
	// The child is forked by the agent's shell, and starts cc1 when its parent has become gcc.
	forked := "exec gcc -x c -E - < <(while read -r -d '' a </proc/$$/cmdline; [ \"$a\" != gcc ]; do :; done; exec " + prog + " --version)"
	for _, row := range []struct {
		name, script string
		code         int
	}{
		{"by gcc", "gcc -o x x.c", 0},
		{"by the agent", prog + " --version", 126},
		{"by a gcc with libraries of the agent's", "LD_LIBRARY_PATH=. gcc -S x.c", 1},
		{"by a gcc of the agent's", "cp /usr/bin/gcc mygcc; exec -a gcc ./mygcc -B" + filepath.Dir(prog) + "/ -S x.c", 1},
		{"without address randomization", "setarch -R gcc -S x.c", 1},
		{"by the agent, below gcc", forked, 0},
		{"by a shell that gcc starts", "gcc -wrapper /bin/sh,-c,'" + prog + " --version' -S x.c", 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			for d := dir; d != "/tmp" && d != "/"; d = filepath.Dir(d) {
				_ = os.Chmod(d, 0o777)
			}
			if err := os.WriteFile(filepath.Join(dir, "x.c"), []byte("int main(void) { return 0; }\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			c := g.agent("bash", "-c", row.script)
			c.Dir = dir
			r := finish(t, c)
			if r.code != row.code || strings.Contains(r.stdout, "GNU C") || strings.Contains(r.stderr, "clawrden: cc1 ") != (row.name != "by gcc") {
				t.Errorf("%+v\nwant %d", r, row.code)
			}
		})
	}
	// What gcc started has been counted, what was denied is on record each time.
	var counted, denied uint64
	for _, r := range g.waitRecords(func(all []clawrden.Record) bool {
		return slices.ContainsFunc(all, func(r clawrden.Record) bool { return r.Event == clawrden.EventCounted && r.Command == "ld" })
	}) {
		switch {
		case r.Command != "cc1" && r.Command != "as" && r.Command != "collect2" && r.Command != "ld":
		case r.Event == clawrden.EventCounted:
			counted += r.Count
			if r.First == nil || r.Last.Before(r.First.Time) || r.Session == "" || r.Rules[0].Name != "gcc's" || r.Boundary != clawrden.BoundaryGuard {
				t.Errorf("%+v", r)
			}
		case r.Decision == clawrden.OutcomeDeny:
			denied++
		default:
			t.Errorf("it has a record of its own: %+v", r)
		}
	}
	if counted < 4 || denied < 6 {
		t.Errorf("%d were counted, %d denied", counted, denied)
	}
}
