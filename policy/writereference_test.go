package policy

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

//go:embed reference.md.tmpl
var referenceText string

// writeReference writes the reference of the language as Markdown. The prose is reference.md.tmpl; all else is made from the
// tables that the decoder reads by.
func writeReference(w io.Writer) error {
	var blocks, functions strings.Builder
	out := &printer{w: &blocks}
	for _, b := range fileSchema.blocks {
		out.block(b, "##", map[*block]bool{})
	}
	for _, name := range functionNames() {
		fmt.Fprintf(&functions, "| `%s` | %s |\n", name, cell(functionDocs[name]))
	}
	tools, err := toolsText()
	if err := errors.Join(err, out.err); err != nil {
		return err
	}
	_, err = strings.NewReplacer("{{blocks}}", blocks.String(), "{{functions}}", functions.String(), "{{scrubs}}", scrubText(), "{{kept}}", toolsOwn.text(), "{{passed}}", quoted(passed), "{{tools}}", tools).WriteString(w, referenceText)
	return err
}

// scrubText has what is taken out of an environment, and why.
func scrubText() string {
	var b strings.Builder
	for _, s := range scrubs {
		fmt.Fprintf(&b, "| %s | %s |\n", quoted(s.names), cell(s.why))
	}
	return b.String()
}

// text lists the names.
func (n *nameSet) text() string {
	words := slices.Sorted(maps.Keys(n.whole))
	for _, s := range n.starts {
		words = append(words, s+"*")
	}
	return quoted(words)
}

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return strings.Join(out, ", ")
}

// toolsText lists the built-in grammars by what is special about them.
func toolsText() (string, error) {
	set, err := builtinTools()
	if err != nil {
		return "", err
	}
	var wrappers, interpreters, others []string
	for _, name := range slices.Sorted(maps.Keys(set.byName)) {
		g := set.find(name)
		switch quoted := "`" + name + "`"; {
		case g.carrier || slices.Contains(g.operands, operandCommand) || slices.Contains(g.operands, operandShell):
			wrappers = append(wrappers, quoted)
		case interprets(g):
			interpreters = append(interpreters, quoted)
		case len(g.subs) > 0:
			others = append(others, quoted+" (with subcommands)")
		default:
			others = append(others, quoted)
		}
	}
	return fmt.Sprintf("- Wrappers, whose inner commands are judged: %s.\n- Interpreters, whose code can't be seen: %s.\n- Others: %s.\n",
		strings.Join(wrappers, ", "), strings.Join(interpreters, ", "), strings.Join(others, ", ")), nil
}

// functionDocs says what each function gives.
var functionDocs = map[string]string{
	"concat":     "one list of several",
	"contains":   "whether a list holds a value",
	"distinct":   "a list without repetitions",
	"flatten":    "a list of lists as one list",
	"join":       "the texts of a list with a separator between them: join(SEPARATOR, LIST)",
	"keys":       "the keys of a map",
	"length":     "the number of elements",
	"lower":      "a text in lower case",
	"merge":      "one map of several; later keys win",
	"replace":    "a text with a part replaced: replace(TEXT, PART, BY)",
	"setunion":   "the values of several sets",
	"split":      "the parts of a text: split(SEPARATOR, TEXT)",
	"trimprefix": "a text without its beginning",
	"trimsuffix": "a text without its end",
	"values":     "the values of a map",
}

// defaults are what attributes are where they aren't set, where that isn't nothing.
var defaults = map[string]string{
	"policy.default": "`deny`", "policy.mode": "`enforce`", "policy.combine": "`strictest`", "policy.opaque": "the stricter of `ask` and the default",
	"policy.self_approval": "`false`", "policy.version": "`1`", "policy.allowed_paths": "any path", "policy.exe_any": "`[\"plain\"]`",
	"rule.mode": "`enforce`", "rule.grantable": "`true`", "rule.executor": "`mirror`, in place", "rule.profile": "none", "rule.approval": "the daemon's settings",
	"approval.timeout": "the daemon's settings", "approval.approvers": "whoever has the right to decide", "approval.quorum": "`1`", "approval.grants": "`[\"session\", \"1h\"]`", "approval.self_approval": "`false`", "approval.on_timeout": "`deny`", "approval.edit_args": "`false`", "approval.each_behind_bridge": "`false`",
	"executor.via": "in place", "executor.user": "the caller", "executor.pull": "`never`", "executor.network": "`none` for ghost", "executor.pool": "`0`",
	"environment.pass": "in place all, but what is dangerous by itself; in a unit or container the list below", "kill_switch.on_engage": "`deny-new-and-kill-running`", "kill_switch.agents": "`leave`",
	"test.cwd": "`/`", "test.home": "`/home/USER` where a user is set", "test.counts": "`0`",
}

type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(s string) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, s)
	}
}

func (p *printer) block(b *block, level string, seen map[*block]bool) {
	title := "`" + b.name
	if b.label != "" {
		title += ` "` + strings.ToUpper(b.label) + `"`
	}
	p.line(level + " " + title + "`\n\n" + b.doc + "\n")
	if seen[b] {
		return
	}
	seen[b] = true
	switch {
	case b == subcommandSchema:
		p.line("It has the attributes of `tool`, but for `exec` and `sha256`, and may hold `subcommand` blocks itself.\n")
		return
	case b == unlessSchema:
		p.line("It has the attributes and blocks of `when`.\n")
		return
	case len(b.attrs) > 0:
		p.line("| attribute | value | where it isn't set | meaning |\n|---|---|---|---|")
		for _, a := range b.attrs {
			unset := defaults[b.name+"."+a.name]
			if a.required {
				unset = "required"
			}
			p.line(fmt.Sprintf("| `%s` | %s | %s | %s |", a.name, cell(a.form()), unset, cell(a.doc)))
		}
		p.line("")
	}
	for _, c := range b.blocks {
		if !seen[c] {
			p.block(c, level+"#", seen)
			continue
		}
		p.line(fmt.Sprintf("It may hold `%s` blocks, as above.\n", c.name))
	}
}

// form says what a value looks like.
func (a *attr) form() string {
	switch a.kind {
	case kindEnum:
		return oneOf(a.enum)
	case kindRef:
		return a.enum[0] + ".NAME"
	case kindTexts:
		return "texts"
	case kindText:
		return "text"
	case kindNumbers:
		return "numbers"
	case kindTextMap:
		return "map of texts"
	case kindTextLists:
		return "lists of texts"
	case kindBool, kindNumber, kindDuration, kindVerdict, kindAny:
	}
	return a.kind.String()
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

func functionNames() []string { return slices.Sorted(maps.Keys(functions)) }
