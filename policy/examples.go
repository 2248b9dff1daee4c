package policy

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"mvdan.cc/sh/v3/syntax"

	"github.com/clawrden/clawrden"
)

// example is one line of match or not_match.
type example struct {
	line string
	want bool
	at   hcl.Range
	argv []string
}

// examples reads the example lines of a rule.
func (c *compiler) examples(n *node, r *rule) {
	for _, name := range []string{"match", "not_match"} {
		v := n.vals[name]
		for i, line := range n.texts(name) {
			argv, err := splitLine(line)
			if err != "" {
				c.problem(v.elemAt(i), "Not a command line", "%q can't be read as a command: %s.", line, err)
				continue
			}
			r.examples = append(r.examples, example{line: line, want: name == "match", at: v.elemAt(i), argv: argv})
		}
	}
}

// splitLine reads a command line as a shell would. One plain command is taken as its words; anything more is given to a
// shell, as an agent would: bash -c LINE.
func splitLine(line string) (argv []string, err string) {
	file, perr := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(line), "")
	if perr != nil {
		return nil, strings.TrimPrefix(perr.Error(), "1:")
	}
	if len(file.Stmts) == 0 {
		return nil, "it is empty"
	}
	if argv, ok := plainCommand(file); ok {
		return argv, ""
	}
	return []string{"bash", "-c", line}, ""
}

// plainCommand gives the words of a file that is one command of literal words.
func plainCommand(file *syntax.File) ([]string, bool) {
	st := file.Stmts[0]
	call, ok := st.Cmd.(*syntax.CallExpr)
	if len(file.Stmts) != 1 || !ok || st.Negated || st.Background || len(st.Redirs) > 0 || len(call.Assigns) > 0 || len(call.Args) == 0 {
		return nil, false
	}
	argv := make([]string, len(call.Args))
	for i, w := range call.Args {
		if argv[i], ok = literal(w); !ok || strings.HasPrefix(argv[i], "~") {
			return nil, false
		}
	}
	return argv, argv[0] != ""
}

// literal gives a word's text where the shell would change nothing about it but take quotes away.
func literal(w *syntax.Word) (string, bool) {
	var b strings.Builder
	for _, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			if strings.ContainsAny(part.Value, `\*?[`) || strings.Contains(part.Value, "{") && part.Value != "{}" {
				return "", false
			}
			b.WriteString(part.Value)
		case *syntax.SglQuoted:
			if part.Dollar {
				return "", false
			}
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			for _, in := range part.Parts {
				lit, ok := in.(*syntax.Lit)
				if !ok || part.Dollar || strings.Contains(lit.Value, `\`) {
					return "", false
				}
				b.WriteString(lit.Value)
			}
		default:
			return "", false
		}
	}
	return b.String(), true
}

// checkExamples judges each rule's examples by that rule alone, with a default of deny: a line matches when the rule's
// action is what comes out. So a line of two commands matches an allow only if it covers both.
func (p *Policy) checkExamples() hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range p.rules {
		for _, e := range r.examples {
			if p.exampleMatches(r, &e) == e.want {
				continue
			}
			if e.want {
				diags = append(diags, problem(e.at, "Example doesn't match", "The rule %q should match %q and doesn't.", r.ref.Name, e.line))
			} else {
				diags = append(diags, problem(e.at, "Example matches", "The rule %q shouldn't match %q and does.", r.ref.Name, e.line))
			}
		}
	}
	return diags
}

// exampleMatches judges one line by a policy of this rule alone.
func (p *Policy) exampleMatches(r *rule, e *example) bool {
	alone := *r
	alone.observe = false
	rest := clawrden.Allow // what the rule doesn't speak of
	if r.ref.Action == clawrden.Allow {
		rest = clawrden.Deny
	}
	one := Policy{
		rules: []*rule{&alone}, index: newIndex([]*rule{&alone}), tools: p.tools, guarded: p.guarded,
		settings: settings{def: rest, opaque: rest, first: p.settings.first},
	}
	f := clawrden.Facts{Tool: e.argv[0], Args: e.argv[1:], Cwd: "/"}
	if i := strings.LastIndexByte(f.Tool, '/'); i >= 0 {
		f.Exe.Path, f.Tool = f.Tool, f.Tool[i+1:]
	}
	one.read(&f)
	j := judge{policy: &one, facts: &f, example: true}
	return j.all().Verdict == r.ref.Action
}

// Examples judges the match and not_match lines of all rules and tells how each ended.
func (p *Policy) Examples() []TestResult {
	var out []TestResult
	for _, r := range p.rules {
		for i := range r.examples {
			e := &r.examples[i]
			x := TestResult{Kind: "match", Name: e.line, Rule: r.ref.Name, File: e.at.Filename, Line: e.at.Start.Line, OK: true}
			if !e.want {
				x.Kind = "not_match"
			}
			if p.exampleMatches(r, e) != e.want {
				x.OK, x.Got = false, "the rule matches it"
				if e.want {
					x.Got = "the rule doesn't match it"
				}
			}
			out = append(out, x)
		}
	}
	return out
}
