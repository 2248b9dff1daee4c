package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// testCase is a compiled test block.
type testCase struct {
	name   string
	at     hcl.Range
	facts  clawrden.Facts // without Commands and Paths
	want   clawrden.Verdict
	wantAt hcl.Range
	rule   string
	ruleAt hcl.Range
	counts int
}

// TestResult is how one test block, or one example of a rule, ended.
type TestResult struct {
	Kind string `json:"kind"` // test, match, not_match
	Name string `json:"name"` // of the test; of an example its command line
	Rule string `json:"rule,omitempty"`
	File string `json:"file"`
	Line int    `json:"line"`
	OK   bool   `json:"ok"`
	Got  string `json:"got,omitempty"` // what came out instead, in words
}

// Tests runs every test block and tells how each ended.
func (p *Policy) Tests() []TestResult {
	out := make([]TestResult, 0, len(p.tests))
	for i := range p.tests {
		t := &p.tests[i]
		got, _ := p.runTest(t)
		out = append(out, TestResult{Kind: "test", Name: t.name, Rule: t.rule, File: t.at.Filename, Line: t.at.Start.Line, OK: got == "", Got: got})
	}
	return out
}

// checkTests makes each failed test an error.
func (p *Policy) checkTests() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i := range p.tests {
		t := &p.tests[i]
		if got, at := p.runTest(t); got != "" {
			diags = append(diags, problem(at, "Test fails", "In the test %q %s", t.name, got))
		}
	}
	return diags
}

// runTest judges one test's command. It returns "" or what is wrong, and where that was asked for.
func (p *Policy) runTest(t *testCase) (string, hcl.Range) {
	f := t.facts
	f.Counts = map[string]int{}
	for _, c := range p.counters {
		f.Counts[c.Rule] = t.counts
	}
	p.read(&f)
	d := p.Decide(&f)
	verdict := d.Verdict
	if d.Would != clawrden.Invalid {
		verdict = d.Would
	}
	by := "the default"
	name := ""
	if r := d.Rule(); r != nil {
		name = r.Name
		by = fmt.Sprintf("%q (%s:%d)", r.Name, r.File, r.Line)
	}
	if verdict != t.want {
		return strings.TrimSpace(fmt.Sprintf("the policy says %s, by %s, instead of %s. %s", verdict, by, t.want, d.Reason)), t.wantAt
	}
	if t.rule != "" && t.rule != name {
		return fmt.Sprintf("%s decides, instead of %q.", by, t.rule), t.ruleAt
	}
	return "", hcl.Range{}
}

// test compiles a test block.
func (c *compiler) test(n *node) {
	t := testCase{name: n.name, at: n.at, want: n.verdict("verdict"), wantAt: n.vals["verdict"].at, rule: n.text("rule"), ruleAt: n.vals["rule"].at, counts: n.number("counts")}
	if n.has("decision") {
		t.want, t.wantAt = n.verdict("decision"), n.vals["decision"].at
	}
	if n.has("verdict") == n.has("decision") {
		c.problem(n.at, "Test without a verdict", "A test says one verdict: verdict = \"deny\".")
	}
	argv := c.testArgv(n)
	if len(argv) == 0 {
		return
	}
	if v, ok := n.vals["rule"]; ok {
		if _, known := c.placed["rule "+t.rule]; !known && t.rule != "opaque" && t.rule != "allowed_paths" && t.rule != exeRule {
			c.problem(v.at, "Unknown rule", "There is no rule named %q.%s", t.rule, didYouMean(t.rule, c.ruleNames()))
		}
	}
	t.facts = c.testFacts(n, argv)
	c.policy.tests = append(c.policy.tests, t)
}

func (c *compiler) testArgv(n *node) []string {
	argv := n.texts("argv")
	if n.has("argv") == n.has("command") {
		c.problem(n.at, "Test without a command", "A test has one command: argv = [\"git\", \"push\"], or command = \"git push\".")
		return nil
	}
	if v, ok := n.vals["command"]; ok {
		words, err := splitLine(n.text("command"))
		if err != "" {
			c.problem(v.at, "Not a command line", "%q can't be read as a command: %s.", n.text("command"), err)
			return nil
		}
		return words
	}
	if len(argv) == 0 || tailName(argv[0]) == "" {
		c.problem(n.vals["argv"].at, "Empty command", "argv starts with the tool's name.")
		return nil
	}
	return argv
}

func (c *compiler) ruleNames() []string {
	var out []string
	for key := range c.placed {
		if name, ok := strings.CutPrefix(key, "rule "); ok {
			out = append(out, name)
		}
	}
	return out
}

func (c *compiler) testFacts(n *node, argv []string) clawrden.Facts {
	f := clawrden.Facts{
		Tool: tailName(argv[0]), Args: argv[1:], Cwd: "/", Env: n.texts("env"), Home: n.text("home"),
		Session: n.text("session"), Image: n.text("image"), Way: clawrden.Way(n.text("way")),
		Identity: clawrden.Identity{
			UID: uint32(max(n.number("uid"), 0)), User: n.text("user"), Unit: n.text("unit"), Cgroup: n.text("cgroup"),
			Container: n.text("container"), Agent: n.text("agent"),
		},
	}
	if n.has("started_by") {
		f.Lineage = StartedBy(n.texts("started_by"))
	}
	f.Exe.Path = n.text("exe")
	f.Exe.Kinds = c.kinds(n.vals["exe_kinds"], n.texts("exe_kinds"))
	if f.Exe.Path == "" && strings.HasPrefix(argv[0], "/") {
		f.Exe.Path = argv[0]
	}
	if n.has("cwd") {
		f.Cwd = n.text("cwd")
	}
	if f.Home == "" && f.Identity.User != "" {
		f.Home = "/home/" + f.Identity.User
	}
	if gids, _ := n.vals["gids"].v.([]uint32); len(gids) > 0 {
		f.Identity.GID, f.Identity.Groups = gids[0], gids[1:]
	}
	if v, ok := n.vals["time"]; ok {
		t, err := time.Parse("2006-01-02T15:04", n.text("time"))
		if err != nil {
			c.problem(v.at, "Not a time", "%q is not a time; write it like 2026-01-31T17:30.", n.text("time"))
		}
		f.Time = t
	}
	return f
}
