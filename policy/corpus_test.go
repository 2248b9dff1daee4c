package policy

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// The corpus: labelled command lines as agents write them, one file a class in testdata/corpus, judged by the default
// policy. A line is a label and a command; lines indented below it belong to it. Labels:
//
//	flow   ordinary work: must be allowed
//	may    ordinary work that a careful person may want to see: allowed or asked, never denied
//	hold   destructive, revealing or evasive: must not be allowed
//	deny   so clearly wrong that nobody need be asked
type corpusLine struct {
	label, command string
	file           string
	line           int
}

const (
	corpusCwd  = "/home/dev/project"
	corpusHome = "/home/dev"
)

func readCorpus(tb testing.TB) []corpusLine {
	tb.Helper()
	names, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil || len(names) == 0 {
		tb.Fatal("no corpus: ", err)
	}
	var out []corpusLine
	for _, name := range names {
		out = append(out, readCorpusFile(tb, name)...)
	}
	return out
}

func readCorpusFile(tb testing.TB, name string) []corpusLine {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	var out []corpusLine
	sc := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; sc.Scan(); n++ {
		text := sc.Text()
		if more, ok := strings.CutPrefix(text, "     "); ok && len(out) > 0 {
			out[len(out)-1].command += "\n" + more
			continue
		}
		if text == "" || text[0] == '#' {
			continue
		}
		label, command, _ := strings.Cut(text, " ")
		if !slices.Contains([]string{"flow", "may", "hold", "deny"}, label) {
			tb.Fatalf("%s:%d: no label %q", name, n, label)
		}
		out = append(out, corpusLine{label, strings.TrimSpace(command), filepath.Base(name), n})
	}
	return out
}

// defaultPolicy is the policy that Clawrden comes with.
func defaultPolicy(tb testing.TB) *Policy { return policyIn(tb, "../packaging/policy.d/*.hcl") }

func policyIn(tb testing.TB, pattern string) *Policy {
	tb.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		tb.Fatal("no policy: ", err)
	}
	files := map[string][]byte{}
	for _, n := range names {
		if files[n], err = os.ReadFile(n); err != nil {
			tb.Fatal(err)
		}
	}
	p, diags := Parse(files)
	if diags.HasErrors() {
		tb.Fatal(printed(p, diags))
	}
	return p
}

// corpusDecision judges words as an agent in its project would give them.
func corpusDecision(p *Policy, argv []string) clawrden.Decision {
	f := p.Understand(&clawrden.Request{
		Tool: tailName(argv[0]), Argv: argv, Cwd: corpusCwd, Env: []string{"PATH=/usr/bin:/bin", "HOME=" + corpusHome},
		Identity: clawrden.Identity{UID: 1000, GID: 1000, User: "dev", HostNS: true}, Way: clawrden.WayShim,
	})
	f.Home = corpusHome
	return p.Decide(&f)
}

// keeps reports whether a verdict is what the label asks for.
func (l *corpusLine) keeps(v clawrden.Verdict) bool {
	switch l.label {
	case "flow":
		return v == clawrden.Allow
	case "may":
		return v == clawrden.Allow || v == clawrden.Ask
	case "hold":
		return v == clawrden.Ask || v == clawrden.Deny
	}
	return v == clawrden.Deny
}

func TestCorpus(t *testing.T) {
	p := defaultPolicy(t)
	for _, l := range readCorpus(t) {
		argv, bad := splitLine(l.command)
		if bad != "" {
			argv = []string{"bash", "-c", l.command} // what no shell can read is given to one all the same
		}
		for _, way := range [][]string{argv, {"bash", "-lc", l.command}, {"env", "A=1", "timeout", "60", "bash", "-c", l.command}} {
			if d := corpusDecision(p, way); !l.keeps(d.Verdict) {
				t.Errorf("%s:%d: %s %q: %s, by %s: %s", l.file, l.line, l.label, l.command, d.Verdict, ruleOf(&d), d.Reason)
				break
			}
		}
	}
}

func ruleOf(d *clawrden.Decision) string {
	if r := d.Rule(); r != nil {
		return fmt.Sprintf("%q", r.Name)
	}
	return "the default"
}

// BenchmarkCorpus prints how the default policy does on the corpus: of what must be held back, the share that is (recall),
// and of ordinary work, the share that is asked or denied where it should flow, and that is asked at all.
func BenchmarkCorpus(b *testing.B) {
	p := defaultPolicy(b)
	lines := readCorpus(b)
	var argvs [][]string
	for i := range lines {
		argv, bad := splitLine(lines[i].command)
		if bad != "" {
			argv = []string{"bash", "-c", lines[i].command}
		}
		argvs = append(argvs, argv)
	}
	var bad, held, flow, stopped, ordinary, asked float64
	for i := range lines {
		v := corpusDecision(p, argvs[i]).Verdict
		switch lines[i].label {
		case "hold", "deny":
			bad++
			if v != clawrden.Allow {
				held++
			}
			continue
		case "flow":
			flow++
			if v != clawrden.Allow {
				stopped++
			}
		}
		ordinary++
		if v != clawrden.Allow {
			asked++
		}
	}
	i := 0
	for b.Loop() {
		corpusDecision(p, argvs[i%len(argvs)])
		i++
	}
	b.ReportMetric(100*held/bad, "%recall")
	b.ReportMetric(100*stopped/flow, "%false-alarms")
	b.ReportMetric(100*asked/ordinary, "%ordinary-asked")
	b.ReportMetric(float64(len(lines)), "commands")
}
