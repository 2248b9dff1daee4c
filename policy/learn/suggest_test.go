package learn_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/learn"
	"github.com/clawrden/clawrden/policy/replay"
)

const askPolicy = `
policy {
  default = "ask"
}
rule "read" {
  commands = ["ls"]
  action   = "allow"
}
rule "no" {
  commands = ["rm"]
  flags_any = ["-r"]
  action   = "deny"
}
`

func compile(text string) learn.Compile {
	return func(name string, extra []byte) (*policy.Policy, error) {
		p, diags := policy.Parse(map[string][]byte{"p.hcl": []byte(text), name: extra})
		if diags.HasErrors() {
			return nil, diags
		}
		return p, nil
	}
}

// suggest makes a log of rows and asks for what would have saved their prompts.
func suggest(t *testing.T, text string, rows ...row) (learn.Suggestion, []clawrden.Record, *policy.Policy) {
	t.Helper()
	p, diags := policy.Parse(map[string][]byte{"p.hcl": []byte(text)})
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
		for _, q := range p.Understand(&clawrden.Request{Tool: x.argv[0], Argv: x.argv, Cwd: r.Cwd}).Paths {
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
	s, err := learn.Suggest(replay.NewReader(&b), p, compile(text))
	if err != nil {
		t.Fatal(err)
	}
	return s, records, p
}

func TestSuggest(t *testing.T) {
	s, records, _ := suggest(t, askPolicy,
		ran("git status", 30), ran("git status -s", 12), denied("git push --force"), ran("git push origin", 9),
		ran("ls", 50), // is allowed already
		shell("git log -3 && ls src", 7),
		ran("cat x", 4), denied("cat x"), // the same was denied
		ran("grep a b", 1), ran("python3 x.py", 40), row{clawrden.OutcomeExpired, strings.Fields("git diff"), 5},
		row{clawrden.OutcomeDeny, strings.Fields("rm -r /"), 3},
	)
	if s.Prompts != 30+12+9+7+4+1+40+5 || s.Denied != 3 {
		t.Errorf("%d prompts, %d denied", s.Prompts, s.Denied)
	}
	var got []string
	for _, r := range s.Rules {
		got = append(got, fmt.Sprintf("%s %d", r.Name, r.Saves))
	}
	if want := "suggested: git status 42, suggested: git push 9, suggested: git log 7"; strings.Join(got, ", ") != want || s.Saved != 58 {
		t.Errorf("%q, saved %d, want %s", got, s.Saved, want)
	}
	text := s.HCL()
	if !bytes.Equal(text, policy.Format("s.hcl", text)) {
		t.Error("the suggestion isn't formatted")
	}
	p, err := compile(askPolicy)("suggested.hcl", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for i := range records {
		if high, _ := replay.Judge(p, &records[i]); high.Verdict == clawrden.Allow && (records[i].Decision == clawrden.OutcomeDenied || records[i].Decision == clawrden.OutcomeDeny) {
			t.Errorf("%s %q was denied and would run", records[i].Command, records[i].Args)
		}
	}
	for _, want := range []string{"Of 108 prompts these rules would have saved 58", "# saves 42 prompts", "python3 (40): it runs other programs"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q isn't in\n%s", want, text)
		}
	}
	// With what was suggested in force, the same log suggests nothing more of it.
	again, _, _ := suggest(t, askPolicy+string(text), ran("git status", 30), ran("git status -b", 30))
	if len(again.Rules) != 1 || !strings.HasPrefix(again.Rules[0].Name, "suggested: git status (again 2)") {
		t.Errorf("%+v", again.Rules)
	}
}

// What the policy's own tests say must stay true.
func TestSuggestKeepsTests(t *testing.T) {
	s, _, _ := suggest(t, askPolicy+`
test "pushes are asked about" {
  argv    = ["git", "push", "origin"]
  cwd     = "/srv/agents/a"
  verdict = "ask"
}
`, ran("git status", 3), ran("git push origin", 9))
	if len(s.Rules) != 1 || s.Rules[0].Tool != "git" || s.Rules[0].Saves != 3 {
		t.Errorf("%+v", s.Rules)
	}
}

// TestSuggestProperty: over any log, what was ever denied, by the policy or by a person, isn't allowed by the policy with the suggestion,
// unless the policy allows it by itself; and the numbers are those that a replay finds.
func TestSuggestProperty(t *testing.T) {
	words := []string{
		"git status", "git status -s", "git diff a", "git diff --cached b", "git push", "git push origin", "git push --force", "git log -3", "cat a", "cat /etc/passwd",
		"cat ../b", "ls -l", "ls /opt/x/y", "rm a", "rm -r a", "cp a b", "cp a /srv/other/b", "mv a b", "grep x a", "grep -r x .", "curl https://a", "make all", "chmod +x a",
	}
	outcomes := []clawrden.Outcome{clawrden.OutcomeApproved, clawrden.OutcomeApproved, clawrden.OutcomeApproved, clawrden.OutcomeDenied, clawrden.OutcomeDeny, clawrden.OutcomeExpired, clawrden.OutcomeAllow}
	suggestions := 0
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var rows []row
		for range 5 + rnd.IntN(30) {
			line := words[rnd.IntN(len(words))]
			argv := strings.Fields(line)
			switch rnd.IntN(6) {
			case 0:
				argv = []string{"sh", "-c", line + " && " + words[rnd.IntN(len(words))]}
			case 1:
				argv = append([]string{"env", "A=b"}, argv...)
			}
			rows = append(rows, row{outcomes[rnd.IntN(len(outcomes))], argv, 1 + rnd.IntN(4)})
		}
		s, records, p := suggest(t, askPolicy, rows...)
		suggestions += len(s.Rules)
		with, err := compile(askPolicy)("suggested.hcl", s.HCL())
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, s.HCL())
		}
		saved := 0
		for i := range records {
			r := &records[i]
			high, mild := replay.Judge(with, r)
			was, _ := replay.Judge(p, r)
			bad := r.Decision == clawrden.OutcomeDenied || r.Decision == clawrden.OutcomeDeny
			if bad && (mild.Verdict == clawrden.Allow || high.Verdict == clawrden.Allow) && was.Verdict != clawrden.Allow {
				t.Errorf("seed %d: %s %q was %s and would run\n%s", seed, r.Command, r.Args, r.Decision, s.HCL())
			}
			if !bad && was.Verdict == clawrden.Ask && high.Verdict == clawrden.Allow {
				saved += rows[i].times
			}
		}
		if saved != s.Saved {
			t.Errorf("seed %d: it says that %d prompts are saved, a replay says %d", seed, s.Saved, saved)
		}
	}
	if suggestions < 20 {
		t.Errorf("only %d rules were suggested over all logs: the property says little", suggestions)
	}
}

var epoch = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// past is the record of the nth day.
func past(n int, x row) clawrden.Record {
	return clawrden.Record{
		Event: clawrden.EventDecided, Timestamp: clawrden.Timestamp{Time: epoch.AddDate(0, 0, n)}, Command: x.argv[0], Args: x.argv[1:], Cwd: "/srv/agents/a",
		Decision: x.outcome, Way: clawrden.WayShim, Identity: &clawrden.Identity{UID: 1000}, Paths: []clawrden.RecordPath{{Path: "/srv/agents/a"}},
	}
}

// A denial counts however old it is.
func TestSuggestOldDenials(t *testing.T) {
	var b bytes.Buffer
	for i, x := range []row{denied("git status"), ran("git status", 1), ran("git status", 1), ran("git log", 1), ran("git log", 1)} {
		r := past(i, x)
		line, err := json.Marshal(&r)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	p, _ := policy.Parse(map[string][]byte{"p.hcl": []byte(askPolicy)})
	in := replay.NewReader(&b)
	in.Since = epoch.AddDate(0, 0, 1)
	s, err := learn.Suggest(in, p, compile(askPolicy))
	if err != nil || len(s.Rules) != 1 || s.Rules[0].Name != "suggested: git log" || s.Prompts != 4 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A policy that can't be had with a rule is an error, not a suggestion.
func TestSuggestCompileFails(t *testing.T) {
	p, _ := policy.Parse(map[string][]byte{"p.hcl": []byte(askPolicy)})
	r := past(1, ran("git log", 1))
	line, _ := json.Marshal(&r)
	broken := errors.New("broken")
	s, err := learn.Suggest(replay.NewReader(bytes.NewReader(bytes.Repeat(append(line, '\n'), 3))), p, func(string, []byte) (*policy.Policy, error) { return nil, broken })
	if err == nil && len(s.Rules) > 0 {
		t.Errorf("%+v", s)
	}
}
