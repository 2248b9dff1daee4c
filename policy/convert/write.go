package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// HCL writes the policy for a person, in canonical layout.
func (f *Form) HCL() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Converted from %s. The rules decide the same: in their order, the first that matches counts, and only the\n", comment(f.Name))
	b.WriteString("# command itself is looked at, not what sh -c, env or find -exec run. Rules without patterns that don't rely on their\n" +
		"# order can be moved to a policy that combines by the strictest verdict, which looks at everything.\n")
	b.WriteString("policy {\nversion = 1\ncombine = \"first\"\n")
	fmt.Fprintf(&b, "default = %q\n", f.Default)
	if f.AllowedPaths != nil {
		fmt.Fprintf(&b, "allowed_paths = %s\n", texts(f.paths()))
	}
	b.WriteString("}\n")
	for i := range f.Rules {
		r := &f.Rules[i]
		fmt.Fprintf(&b, "\n# line %d\n", r.line)
		if s := suggestion(r); s != "" {
			fmt.Fprintf(&b, "# In place of the patterns, harder to evade: %s\n", comment(s))
		}
		if r.Timeout != "" {
			fmt.Fprintf(&b, "# timeout: %s isn't kept; an executor sets limits.\n", comment(r.Timeout))
		}
		fmt.Fprintf(&b, "rule %s {\ncommands = %s\n", text(f.ruleName(i)), texts([]string{commandGlob(r.Command)}))
		if len(r.Patterns) > 0 {
			fmt.Fprintf(&b, "patterns = %s\n", texts(r.Patterns))
		}
		fmt.Fprintf(&b, "action = %q\n", r.Action)
		if r.Reason != "" {
			fmt.Fprintf(&b, "reason = %s\n", text(r.Reason))
		}
		b.WriteString("}\n")
	}
	return hclwrite.Format([]byte(b.String()))
}

func (f *Form) paths() []string {
	out := make([]string, len(f.AllowedPaths))
	for i, p := range f.AllowedPaths {
		out[i] = pathGlob(p)
	}
	return out
}

// ruleName is unique and holds what a name may hold.
func (f *Form) ruleName(i int) string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '$' || r == '%' {
			return '_'
		}
		return r
	}, f.Rules[i].Command)
	return fmt.Sprintf("%0*d %s", len(fmt.Sprint(len(f.Rules))), i+1, name[:min(len(name), 64)])
}

func text(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}

func texts(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = text(s)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// comment keeps a text on its line.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// JSON writes the policy in HCL's JSON form, each rule on the line of the YAML file where it stands, so that decisions
// name the line that the operator wrote.
func (f *Form) JSON() []byte {
	type item struct {
		line int
		body map[string]any
	}
	items := []item{{max(f.defaultLine, 1), map[string]any{"policy": map[string]any{"combine": "first", "default": f.Default.String()}}}}
	if f.AllowedPaths != nil {
		items = append(items, item{f.pathsLine, map[string]any{"policy": map[string]any{"allowed_paths": templates(f.paths())}}})
	}
	for i := range f.Rules {
		r := &f.Rules[i]
		body := map[string]any{"commands": templates([]string{commandGlob(r.Command)}), "action": r.Action.String()}
		if len(r.Patterns) > 0 {
			body["patterns"] = templates(r.Patterns)
		}
		if r.Reason != "" {
			body["reason"] = template(r.Reason)
		}
		items = append(items, item{r.line, map[string]any{"rule": map[string]any{f.ruleName(i): body}}})
	}
	slices.SortStableFunc(items, func(a, b item) int { return a.line - b.line })
	var b bytes.Buffer
	b.WriteByte('[')
	line := 1
	for i, it := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		for ; line < it.line; line++ {
			b.WriteByte('\n')
		}
		one, err := json.Marshal(it.body)
		if err != nil { // maps of texts can't fail
			return nil
		}
		b.Write(one)
	}
	b.WriteString("]\n")
	return b.Bytes()
}

// template writes a text so that HCL's templates give it back.
func template(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(s)
}

func templates(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = template(s)
	}
	return out
}
