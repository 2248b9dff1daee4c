package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// rulesAbout writes n rules about other tools.
func rulesAbout(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "rule \"r%d\" {\n  commands = [\"tool%d\"]\n  action = \"ask\"\n  when {\n    flags_any = [\"-x\"]\n  }\n}\n", i, i)
	}
	return b.String()
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		p := mustParse(b, nestedPolicy+rulesAbout(n-9))
		for _, line := range []string{"git status -sb", "rm -rf /srv/a/build/x", "git push origin +main"} {
			f := facts(b, p, "/srv", line)
			b.Run(fmt.Sprintf("rules=%d/%s", n, strings.ReplaceAll(line, " ", "_")), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					p.Decide(f)
				}
			})
		}
	}
}

func BenchmarkUnderstand(b *testing.B) {
	p := mustParse(b, nestedPolicy)
	for _, tt := range []struct {
		name string
		argv []string
	}{
		{"git", []string{"git", "-C", "x", "push", "-u", "origin", "main"}},
		{"bash of three", []string{"bash", "-lc", "cd sub && git status -sb; git commit -m 'a message' && rm -f build/out.txt"}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			req := &clawrden.Request{Tool: tt.argv[0], Argv: tt.argv, Cwd: "/srv"}
			for b.Loop() {
				f := p.Understand(req)
				p.Decide(&f)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	src := []byte(rulesAbout(10_000))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, diags := Parse(map[string][]byte{"a.hcl": src}); diags.HasErrors() {
			b.Fatal(diags)
		}
	}
}
