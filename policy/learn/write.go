package learn

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/clawrden/clawrden"
)

// HCL writes the proposal as a policy file, with counts and examples as comments.
func (p *Proposal) HCL() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# A proposal from %d past commands, for a person to read and to shorten. It is not in force.\n", p.Records)
	b.WriteString("# Each rule allows a kind of command that ran, with the options and in the directories that were seen.\n")
	for i := range p.Rules {
		b.WriteByte('\n')
		b.Write(p.Rules[i].hcl())
	}
	if len(p.Skipped) > 0 {
		b.WriteString("\n# Nothing is proposed for:\n")
	}
	for _, s := range p.Skipped {
		fmt.Fprintf(&b, "#   %s (%d): it %s\n", comment(s.Tool), s.Count, s.Why)
	}
	return hclwrite.Format([]byte(b.String()))
}

func (r *Rule) hcl() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# ran %d times", r.Count)
	if r.Approved > 0 {
		b.WriteString(", approved by people")
	}
	b.WriteByte('\n')
	for _, e := range r.Examples {
		fmt.Fprintf(&b, "#   %s\n", comment(e))
	}
	if r.AnyOperand {
		b.WriteString("# The operands vary; any are allowed here.\n")
	}
	fmt.Fprintf(&b, "rule %s {\ncommands = %s\n", text(name(r.Name)), texts([]string{r.Tool}))
	if len(r.Subcommands) > 0 {
		fmt.Fprintf(&b, "subcommands = %s\n", texts(r.Subcommands))
	}
	fmt.Fprintf(&b, "flags_only = %s\npaths = %s\naction = \"allow\"\n", texts(r.Flags), texts(r.Paths))
	switch {
	case !r.exact:
	case len(r.Operands) == 0:
		b.WriteString("operands = []\n")
	default:
		fmt.Fprintf(&b, "operands_all = %s\n", texts(literal(r.Operands)))
	}
	b.WriteString("}\n")
	return []byte(b.String())
}

func text(s string) string { return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes()) }

func texts(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = text(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// literal writes words as globs that fit nothing else.
func literal(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`, "}", `\}`, ",", `\,`).Replace(s)
	}
	return out
}

// name holds what the name of a rule may hold.
func name(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, s)
	return s[:min(len(s), 100)]
}

// comment keeps what an agent wrote on its line, and short.
func comment(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '_'
		}
		return r
	}, clawrden.Text(s))
	if len(s) > 160 {
		s = s[:160] + "…"
	}
	return s
}
