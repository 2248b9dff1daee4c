package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// grammar says how a tool, or one of its subcommands, reads its arguments. It is compiled from tool blocks, which users
// write in the same form as the built-in ones in tools/.
type grammar struct {
	name     string
	parent   *grammar // the tool or subcommand that this is a subcommand of
	options  map[string]*option
	longs    []string // spellings that may be abbreviated
	subs     map[string]*grammar
	operands []operand
	implies  []implied
	escapes  []*wordGlob // operands
	script   string
	stands   []string // the path of the subcommand that this is another spelling of
	levels   int      // words that aren't known and yet are subcommands
	exec     []*pathGlob
	sha256   []string
	at       hcl.Range

	abbreviate, singleDash, bundled, stop, anywhere bool
	carrier, inside, appends, stdin, opaque, closed bool
}

// option is one option in all its spellings.
type option struct {
	names   []string // the main one first
	takes   takes
	path    bool
	guess   bool // the value may name paths within
	last    bool // no option follows
	chdir   bool
	at      bool // the value may hold @file
	shell   bool
	info    bool
	operand bool    // the value stands in for the first operand
	risky   bool    // an escape
	values  *values // nil for most: there are thousands of options
}

// values are an option's values that mean something of their own.
type values struct {
	safe  []*wordGlob // that make it no escape
	bad   []*wordGlob // that make it one
	tools []string    // that are tools, whose words follow
}

// special gives what is to be filled in.
func (o *option) special() *values {
	if o.values == nil {
		o.values = &values{}
	}
	return o.values
}

// takes is what follows an option.
type takes uint8

const (
	takesNothing takes = iota
	takesValue
	takesAttached // a value only when it is attached
	takesCommand  // words up to ; or +
)

// operand is a kind of operand.
type operand uint8

const (
	operandAny operand = iota
	operandPath
	operandText
	operandRemote
	operandAssign
	operandCommand
	operandShell
	operandScript
	operandProgram
	operandAwk
	operandSed
)

var operandKinds = map[string]operand{
	"any": operandAny, "path": operandPath, "text": operandText, "remote": operandRemote, "assign": operandAssign, "command": operandCommand,
	"shell": operandShell, "script": operandScript, "program": operandProgram, "awk": operandAwk, "sed": operandSed,
}

var operandNames = []string{"any", "path", "text", "remote", "assign", "command", "shell", "script", "program", "awk", "sed"}

// implied is an option that an operand stands for.
type implied struct {
	opt   *option
	globs []*wordGlob
}

// find looks an option up by its exact spelling, here and where allowed in the grammars above.
func (g *grammar) find(name string) *option {
	for ; g != nil; g = g.parent {
		if o := g.options[name]; o != nil {
			return o
		}
		if g.parent == nil || !g.parent.anywhere {
			return nil
		}
	}
	return nil
}

// subcommand is the subcommand of the name, or the one that it stands for, with the path by which that is told of; the
// path is nil where it is the name itself.
func (g *grammar) subcommand(name string) (*grammar, []string) {
	sub := g.subs[name]
	if sub == nil || sub.stands == nil {
		return sub, nil
	}
	to := g
	for to.parent != nil {
		to = to.parent
	}
	path := make([]string, 0, len(sub.stands))
	for _, word := range sub.stands {
		if to = to.subs[word]; to == nil {
			return sub, nil
		}
		path = append(path, to.name)
	}
	return to, path
}

// complete looks up the options that an abbreviated long option may stand for, here and where allowed in the grammars above.
func (g *grammar) complete(name string) []*option {
	if !g.abbreviate || len(name) < 3 || !strings.HasPrefix(name, "--") {
		return nil
	}
	var out []*option
	for ; g != nil; g = g.parent {
		i, _ := slices.BinarySearch(g.longs, name)
		for ; i < len(g.longs) && strings.HasPrefix(g.longs[i], name); i++ {
			if o := g.options[g.longs[i]]; !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
		if g.parent == nil || !g.parent.anywhere {
			break
		}
	}
	return out
}

// runsOthers reports whether a word that isn't known could make the tool run something else.
func (g *grammar) runsOthers() bool {
	if len(g.subs) > 0 || g.levels > 0 || g.script != "" {
		return true
	}
	for _, k := range g.operands {
		if k >= operandCommand {
			return true
		}
	}
	for _, o := range g.options {
		if o.risky || o.shell || o.takes == takesCommand {
			return true
		}
	}
	return false
}

// grammarCompiler compiles one tool or subcommand block into a grammar, adding to what is there.
type grammarCompiler struct {
	c *compiler
	n *node
	g *grammar
}

// grammar compiles a tool or subcommand block; base, if not nil, is copied and added to.
func (c *compiler) grammar(n *node, parent, base *grammar) *grammar {
	g := &grammar{name: n.name, parent: parent, options: map[string]*option{}, subs: map[string]*grammar{}}
	if base != nil {
		g = base.clone(parent)
	} else if parent != nil {
		g.abbreviate, g.singleDash, g.anywhere = parent.abbreviate, parent.singleDash, parent.anywhere
	}
	g.at = n.at
	k := grammarCompiler{c: c, n: n, g: g}
	k.options()
	k.settings()
	for _, sub := range n.children("subcommand") {
		inner := c.grammar(sub, g, g.subs[sub.name])
		g.subs[sub.name] = inner
		for _, name := range sub.texts("also") {
			g.subs[name] = inner
		}
	}
	g.longs = g.longs[:0:0]
	for name := range g.options {
		if strings.HasPrefix(name, "--") {
			g.longs = append(g.longs, name)
		}
	}
	slices.Sort(g.longs)
	return g
}

// clone copies a grammar so that additions don't show in the built-in one.
func (g *grammar) clone(parent *grammar) *grammar {
	out := *g
	out.parent = parent
	out.options = make(map[string]*option, len(g.options))
	copies := map[*option]*option{}
	for name, o := range g.options {
		if copies[o] == nil {
			oc := *o
			copies[o] = &oc
		}
		out.options[name] = copies[o]
	}
	out.implies = slices.Clone(g.implies)
	out.subs = make(map[string]*grammar, len(g.subs))
	subs := map[*grammar]*grammar{}
	for name, s := range g.subs {
		if subs[s] == nil {
			subs[s] = s.clone(&out)
		}
		out.subs[name] = subs[s]
	}
	return &out
}

// options reads the attributes that list options.
func (k *grammarCompiler) options() {
	for _, set := range k.lists("same") {
		o := &option{}
		for _, name := range set {
			if old := k.g.options[name]; old != nil {
				o = old
			}
		}
		for _, name := range set {
			if !slices.Contains(o.names, name) {
				o.names = append(o.names, name)
			}
			k.g.options[name] = o
		}
	}
	for _, l := range []struct {
		attr string
		set  func(*option)
	}{
		{"flags", func(*option) {}},
		{"value_flags", func(o *option) { o.takes = takesValue }},
		{"optional_flags", func(o *option) { o.takes = takesAttached }},
		{"path_flags", func(o *option) { o.takes, o.path = max(o.takes, takesValue), true }},
		{"at_flags", func(o *option) { o.takes, o.at = takesValue, true }},
		{"last_flags", func(o *option) { o.takes, o.last = max(o.takes, takesValue), true }},
		{"guess_flags", func(o *option) { o.takes, o.guess = max(o.takes, takesValue), true }},
		{"chdir_flags", func(o *option) { o.takes, o.path, o.chdir = takesValue, true, true }},
		{"escape_flags", func(o *option) { o.risky = true }},
		{"shell_flags", func(o *option) { o.takes, o.shell = takesValue, true }},
		{"exec_flags", func(o *option) { o.takes = takesCommand }},
		{"operand_flags", func(o *option) { o.takes, o.operand = takesValue, true }},
		{"info_flags", func(o *option) { o.info = true }},
	} {
		v := k.n.vals[l.attr]
		for i, name := range k.n.texts(l.attr) {
			if name != "-" && (len(name) < 2 || name[0] != '-' && name[0] != '+') {
				k.c.problem(v.elemAt(i), "Not an option", "%q is not an option; write it with its dashes.", name)
				continue
			}
			l.set(k.option(name))
		}
	}
	for name, globs := range k.texts("safe_values") {
		v := k.option(name).special()
		v.safe = append(v.safe, k.words("safe_values", globs)...)
	}
	for name, globs := range k.texts("escape_values") {
		v := k.option(name).special()
		v.bad = append(v.bad, k.words("escape_values", globs)...)
	}
	for name, tools := range k.texts("tool_values") {
		v := k.option(name).special()
		v.tools = append(v.tools, tools...)
	}
	for name, globs := range k.texts("implies") {
		k.g.implies = append(k.g.implies, implied{opt: k.option(name), globs: k.words("implies", globs)})
	}
	k.g.escapes = append(k.g.escapes, k.words("escape_operands", k.n.texts("escape_operands"))...)
	slices.SortFunc(k.g.implies, func(a, b implied) int { return strings.Compare(a.opt.names[0], b.opt.names[0]) })
}

func (k *grammarCompiler) option(name string) *option {
	o := k.g.options[name]
	if o == nil {
		o = &option{names: []string{name}}
		k.g.options[name] = o
	}
	return o
}

// settings reads the attributes that say how the tool reads its words.
func (k *grammarCompiler) settings() {
	n, g := k.n, k.g
	for name, dst := range map[string]*bool{
		"abbreviate": &g.abbreviate, "single_dash": &g.singleDash, "bundled_first": &g.bundled, "stop_at_operand": &g.stop,
		"flags_anywhere": &g.anywhere, "carrier": &g.carrier, "in_process": &g.inside, "appends": &g.appends, "stdin": &g.stdin, "opaque": &g.opaque, "closed": &g.closed,
	} {
		if n.has(name) {
			*dst = n.bool(name)
		}
	}
	if n.has("script_flag") {
		g.script = n.text("script_flag")
		k.option(g.script)
	}
	if v, ok := n.vals["operands"]; ok {
		g.operands = nil
		for i, text := range n.texts("operands") {
			kind, known := operandKinds[text]
			if !known {
				k.c.problem(v.elemAt(i), "Not a kind of operand", "%q is not a kind of operand; use %s.%s", text, oneOf(operandNames), didYouMean(text, operandNames))
				continue
			}
			g.operands = append(g.operands, kind)
		}
	}
	if n.has("stands_for") {
		g.stands = strings.Fields(n.text("stands_for"))
	}
	switch {
	case n.has("levels"):
		g.levels = n.number("levels")
	case g.parent == nil && g.levels == 0 && len(n.children("subcommand")) > 0:
		g.levels = 1
	}
	if n.has("exec") {
		g.exec = k.c.paths(n, "exec")
	}
	g.sha256 = append(g.sha256, n.texts("sha256")...)
}

func (k *grammarCompiler) texts(name string) map[string][]string {
	m, _ := k.n.vals[name].v.(map[string][]string)
	return m
}

func (k *grammarCompiler) lists(name string) [][]string {
	l, _ := k.n.vals[name].v.([][]string)
	return l
}

func (k *grammarCompiler) words(attr string, texts []string) []*wordGlob {
	return k.c.words(k.n.vals[attr], texts)
}

// words compiles word globs.
func (c *compiler) words(v value, texts []string) []*wordGlob {
	out := make([]*wordGlob, 0, len(texts))
	for i, text := range texts {
		g, err := compileWord(text)
		if text == "" {
			g, err = &wordGlob{alts: []wordAlt{{plain: true}}}, nil
		}
		if err != nil {
			c.problem(v.elemAt(i), "Bad glob", "%q is not a glob: %v.", text, err)
			continue
		}
		out = append(out, g)
	}
	return out
}
