package learn_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/learn"
	"github.com/clawrden/clawrden/policy/replay"
)

// row is one past command: what became of it, and the words.
type row struct {
	outcome clawrden.Outcome
	argv    []string
	times   int
}

func ran(line string, times int) row {
	return row{clawrden.OutcomeApproved, strings.Fields(line), times}
}

func denied(line string) row { return row{clawrden.OutcomeDenied, strings.Fields(line), 1} }

func shell(text string, times int) row {
	return row{clawrden.OutcomeApproved, []string{"bash", "-c", text}, times}
}

func from(t *testing.T, rows ...row) (learn.Proposal, []clawrden.Record) {
	t.Helper()
	p, diags := policy.Parse(map[string][]byte{"p.hcl": nil})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var b bytes.Buffer
	var records []clawrden.Record
	for _, x := range rows {
		r := clawrden.Record{
			Event: clawrden.EventDecided, Command: x.argv[0], Args: x.argv[1:], Cwd: "/srv/agents/a", Decision: x.outcome, Way: clawrden.WayShim,
			Identity: &clawrden.Identity{UID: 1000}, Home: "/home/agent",
		}
		f := p.Understand(&clawrden.Request{Tool: x.argv[0], Argv: x.argv, Cwd: r.Cwd})
		for _, q := range f.Paths {
			r.Paths = append(r.Paths, clawrden.RecordPath{Path: q.Word})
		}
		records = append(records, r)
		for range x.times {
			line, err := json.Marshal(&r)
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
	}
	got, err := learn.From(replay.NewReader(&b), p, learn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return got, records
}

func TestLearn(t *testing.T) {
	got, records := from(t,
		ran("git status", 5), ran("git status -s", 3),
		ran("git diff src/a.go", 2),
		shell("git log -3 && ls src", 4),
		ran("ls /opt/data/x", 2),
		ran("git push origin main", 3), denied("git push --force"),
		ran("python3 x.py", 9), ran("sudo ls", 9), ran("vim x", 3), ran("ruby x.rb", 4), ran("frobnicate x", 4),
		ran("cat x", 1),
		shell("rm $X", 7),
		row{clawrden.OutcomeExpired, []string{"gh", "pr", "list"}, 4},
	)
	var names []string
	for _, r := range got.Rules {
		names = append(names, fmt.Sprintf("%s %d", r.Name, r.Count))
	}
	if want := []string{"learned: git status 8", "learned: ls 6", "learned: git log 4", "learned: git diff 2"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	text := got.HCL()
	p, diags := policy.Parse(map[string][]byte{"learned.hcl": append([]byte("policy {\n  default = \"ask\"\n}\n"), text...)})
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	for i := range records {
		high, _ := replay.Judge(p, &records[i])
		learned := slices.Contains([]string{"git status", "git diff", "bash -c git log -3 && ls src", "ls /opt"}, short(&records[i]))
		if (high.Verdict == clawrden.Allow) != learned && records[i].Command != "git" {
			t.Errorf("%s %q: %v", records[i].Command, records[i].Args, high.Verdict)
		}
		if records[i].Decision == clawrden.OutcomeDenied && high.Verdict == clawrden.Allow {
			t.Errorf("%s %q was denied and is proposed", records[i].Command, records[i].Args)
		}
	}
	for _, want := range []string{"# ran 8 times", "git push (", "was denied before", "python3 (9): it runs other programs", "frobnicate x (4): it isn't known well enough", `flags_only  = ["-s"]`, `paths       = ["/srv/agents/a/**"]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q isn't in\n%s", want, text)
		}
	}
	if !bytes.Equal(text, policy.Format("learned.hcl", text)) {
		t.Error("the proposal isn't formatted")
	}
}

func short(r *clawrden.Record) string {
	line := strings.Join(append([]string{r.Command}, r.Args...), " ")
	if strings.HasPrefix(line, "ls /opt") {
		return "ls /opt"
	}
	return line
}

// What an agent wrote can't leave its comment or its text.
func TestHostileWords(t *testing.T) {
	for _, word := range []string{"a\nrule \"x\" {", "${x}", "%{if}", "\"", "\\", "*/", "\xff\xfe", "\u202e", "a*b", "{a,b}", "[", strings.Repeat("x", 5000)} {
		got, _ := from(t, row{clawrden.OutcomeApproved, []string{"git", "checkout", word}, 3}, row{clawrden.OutcomeApproved, []string{"grep", word, word}, 3},
			row{clawrden.OutcomeApproved, []string{"git", "log", "--author=" + word}, 3})
		text := got.HCL()
		if p, diags := policy.Parse(map[string][]byte{"p.hcl": text}); diags.HasErrors() || p.Rules() != len(got.Rules) {
			t.Errorf("%q: %v\n%s", word, diags, text)
		}
	}
}
