package policy

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// compiler turns decoded blocks into a policy and gathers what is wrong with them.
type compiler struct {
	options Options
	policy  *Policy
	placed  map[string]hcl.Range // "rule NAME", "policy.ATTRIBUTE" → where it first stands
	diags   hcl.Diagnostics
}

func compile(nodes []*node, o Options) (*Policy, hcl.Diagnostics) {
	if o.Executors == nil {
		o.Executors = []string{"mirror", "unit", "ghost", "local"}
	}
	c := &compiler{options: o, placed: map[string]hcl.Range{}, policy: &Policy{
		settings:  settings{def: clawrden.Deny},
		approvals: map[string]*ApprovalProfile{},
		executors: map[string]*executor{},
		profiles:  map[string]*Profile{},

		environment: Environment{all: true},
	}}
	for _, kind := range executorKinds {
		c.policy.executors[kind] = &executor{Place: clawrden.Place{Name: kind, Kind: kind}}
	}
	base, err := builtinTools()
	if err != nil {
		return c.policy, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Broken build", Detail: err.Error()}}
	}
	built, err := builtinProfiles()
	if err != nil {
		return c.policy, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Broken build", Detail: err.Error()}}
	}
	c.policy.tools = base
	if slices.ContainsFunc(nodes, func(n *node) bool { return n.schema == toolSchema }) {
		c.policy.tools = c.tools(nodes, base)
	}
	for _, n := range nodes { // rules refer to the others, wherever they stand
		if !c.unique(n) {
			continue
		}
		switch n.schema {
		case policySchema:
			c.settings(n)
		case approvalSchema:
			c.approval(n)
		case executorSchema:
			c.executor(n)
		case profileSchema:
			c.profile(n)
		case environmentSchema:
			c.environmentBlock(n)
		case killSwitchSchema:
			c.killSwitchBlock(n)
		case grantSchema:
			c.grant(n)
		}
	}
	c.resolveProfiles(built)
	c.oneFile(nodes)
	for _, n := range nodes {
		if n.schema == ruleSchema {
			c.rule(n)
		}
	}
	for _, n := range nodes {
		if n.schema == testSchema {
			c.test(n)
		}
	}
	c.opaqueDefault()
	c.policy.byName = make(map[string]*rule, len(c.policy.rules))
	for _, r := range c.policy.rules {
		c.policy.byName[r.ref.Name] = r
	}
	c.available(nodes)
	c.policy.index = newIndex(c.policy.rules)
	c.policy.guarded = guarded(c.policy.rules)
	return c.policy, c.diags
}

// opaqueDefault settles what becomes of the opaque where the policy doesn't say: the stricter of ask and the default, but
// for a policy that allows everything, where there is nothing to hide from.
func (c *compiler) opaqueDefault() {
	s := &c.policy.settings
	if s.opaque == clawrden.Invalid {
		s.opaque, s.opaqueRef = clawrden.Stricter(clawrden.Ask, s.def), s.defRef
		if c.policy.allowsAll() {
			s.opaque = clawrden.Allow
		}
	}
	s.opaqueRef.Name, s.opaqueRef.Action = "opaque", s.opaque
}

// allowsAll reports whether no command can be denied or asked about.
func (p *Policy) allowsAll() bool {
	all := p.settings.def == clawrden.Allow
	for _, r := range p.rules {
		if r.ref.Action != clawrden.Allow {
			return false
		}
		all = all || r.rank == 2 && len(r.when) == 0 && len(r.unless) == 0 && !r.observe
	}
	return all && p.settings.allowedPaths == nil
}

// guarded names the tools that some rule denies or asks about.
func guarded(rules []*rule) map[string]bool {
	out := map[string]bool{}
	for _, r := range rules {
		for i := range r.commands {
			if name := r.commands[i].name; name != "" && r.ref.Action != clawrden.Allow {
				out[name] = true
			}
		}
	}
	return out
}

func (c *compiler) problem(at hcl.Range, summary, format string, args ...any) {
	c.diags = append(c.diags, problem(at, summary, format, args...))
}

// unique refuses a second block of one name: all files are one namespace.
func (c *compiler) unique(n *node) bool {
	if n.name == "" && (n.schema == environmentSchema || n.schema == killSwitchSchema) {
		if at, ok := c.placed[n.schema.name]; ok {
			c.problem(n.at, "Duplicate "+n.schema.name+" block", "The first stands at %s; all files share it.", place(at))
			return false
		}
		c.placed[n.schema.name] = n.at
		return true
	}
	if n.name == "" || n.schema == toolSchema {
		return true
	}
	key := n.schema.name + " " + n.name
	if at, ok := c.placed[key]; ok {
		c.problem(n.at, "Duplicate "+n.schema.name, "A %s named %q stands at %s already; all files share their names.", n.schema.name, n.name, place(at))
		return false
	}
	c.placed[key] = n.at
	return true
}

func (c *compiler) settings(n *node) {
	for name, v := range n.vals {
		key := "policy." + name
		if at, ok := c.placed[key]; ok {
			c.problem(v.nameAt, "Set twice", "%s is set at %s already; only one file may set it.", name, place(at))
			delete(n.vals, name)
			continue
		}
		c.placed[key] = v.nameAt
	}
	s := &c.policy.settings
	if v, ok := n.vals["version"]; ok && n.number("version") != 1 {
		c.problem(v.at, "Unknown version of the language", "This build knows version 1 only.")
	}
	if v, ok := n.vals["default"]; ok {
		s.def = n.verdict("default")
		s.defRef = clawrden.RuleRef{Name: "default", Action: s.def, File: v.at.Filename, Line: v.at.Start.Line}
	}
	if v, ok := n.vals["opaque"]; ok {
		s.opaque = n.verdict("opaque")
		s.opaqueRef = clawrden.RuleRef{File: v.at.Filename, Line: v.at.Start.Line}
	}
	if v, ok := n.vals["combine"]; ok && n.text("combine") == "first" {
		s.first, s.firstAt = true, v.at
	}
	s.observe = s.observe || n.text("mode") == "observe"
	s.selfApproval = s.selfApproval || n.bool("self_approval")
	if n.has("timeout") {
		s.timeout = n.duration("timeout")
	}
	if v, ok := n.vals["exe_any"]; ok {
		s.exe = c.kinds(v, n.texts("exe_any"))
	}
	if v, ok := n.vals["allowed_paths"]; ok {
		s.allowedPaths = c.paths(n, "allowed_paths")
		s.allowedRef = clawrden.RuleRef{Name: "allowed_paths", Action: clawrden.Deny, File: v.at.Filename, Line: v.at.Start.Line}
	}
}

func (c *compiler) rule(n *node) {
	r := &rule{
		at: n.at, reason: n.text("reason") + n.text("message"), observe: n.text("mode") == "observe",
		fixed: n.has("grantable") && !n.bool("grantable"), recording: n.text("recording"),
		ref: clawrden.RuleRef{Name: n.name, Action: n.verdict("action"), File: n.at.Filename, Line: n.at.Start.Line},
	}
	if n.has("reason") && n.has("message") {
		c.problem(n.vals["message"].nameAt, "Said twice", "message and reason are the same; write one of them.")
	}
	if v, ok := n.vals["opaque"]; ok {
		r.seesAll = n.verdict("opaque") == clawrden.Allow
		if !r.seesAll || r.ref.Action != clawrden.Allow {
			c.problem(v.at, "Misplaced opaque", "In a rule, opaque = \"allow\" may stand beside action = \"allow\", and nothing else.")
		}
	}
	r.counted = n.text("record") == "count"
	if v := n.vals["record"]; r.counted && r.ref.Action != clawrden.Allow {
		c.problem(v.at, "Misplaced record", "record = \"count\" may stand beside action = \"allow\" only: what is denied or asked about is recorded each time.")
	}
	r.commands, r.rank = c.commands(n)
	r.when = append(c.condition(n, n), c.patterns(n)...)
	for _, inner := range n.nodes {
		cond := c.condition(inner, n)
		switch {
		case inner.schema == limitsSchema:
			r.limits = c.limits(inner)
		case len(cond) == 0:
			c.problem(inner.at, "Empty "+inner.schema.name, "This block says nothing; take it out, or say what must hold.")
		case inner.schema == unlessSchema:
			r.unless = append(r.unless, cond)
		default:
			r.when = append(r.when, cond...)
		}
	}
	r.exe = c.exe(r)
	if v, ok := n.vals["executor"]; ok {
		r.executor = lookup(c, c.policy.executors, "executor", n.text("executor"), v.at)
		if r.executor != nil && !slices.Contains(c.options.Executors, r.executor.Kind) {
			c.problem(v.at, "Executor not available", "This build has no %s executor. Use executor.%s.", r.executor.Kind, strings.Join(c.options.Executors, " or executor."))
		}
		if r.executor != nil && r.executor.Kind == "ghost" && r.executor.Image == "" {
			c.problem(v.at, "Missing image", "A ghost runs an image: write executor \"NAME\" { kind = \"ghost\" image = \"…\" }, one argument a line, and name that.")
		}
	}
	if v, ok := n.vals["approval"]; ok {
		r.approval = lookup(c, c.policy.approvals, "approval", n.text("approval"), v.at)
	}
	if v, ok := n.vals["profile"]; ok {
		r.profile = lookup(c, c.policy.profiles, "profile", n.text("profile"), v.at)
		c.held(r, v.at)
	}
	c.confined(r)
	r.passEnv = c.words(n.vals["pass_env"], n.texts("pass_env"))
	c.examples(n, r)
	c.policy.rules = append(c.policy.rules, r)
}

// lookup finds a named block, or says which name was probably meant.
func lookup[T any](c *compiler, known map[string]*T, kind, name string, at hcl.Range) *T {
	if v, ok := known[name]; ok {
		return v
	}
	names := make([]string, 0, len(known))
	for k := range known {
		names = append(names, k)
	}
	slices.Sort(names)
	hint := didYouMean(name, names)
	if len(names) == 0 {
		hint = " There is no such block at all."
	}
	c.problem(at, "Unknown "+kind, "There is no %s named %q.%s", kind, name, hint)
	return nil
}

// commands compiles the names that a rule is about.
func (c *compiler) commands(n *node) (patterns []commandPattern, rank int) {
	v := n.vals["commands"]
	texts := n.texts("commands")
	if len(texts) == 0 && n.has("commands") {
		c.problem(v.at, "Empty list", `commands names no tool. Write the tools' names, or ["*"] for any.`)
	}
	for i, text := range texts {
		var p commandPattern
		var err error
		switch {
		case strings.Contains(text, "/"):
			p.path, err = compilePath(text)
			rank = max(rank, 1)
		case isGlob(text):
			p.word, err = compileWord(text)
			if err == nil && p.word.alts[0].any {
				rank = 2
			}
			rank = max(rank, 1)
		case text == "" || strings.ContainsAny(text, " \t\n"):
			c.problem(v.elemAt(i), "Not a tool's name", "%q is not the name of a tool. Give the name alone; subcommands and arguments have attributes of their own.", text)
			continue
		default:
			p.name = text
		}
		if err != nil {
			c.problem(v.elemAt(i), "Bad glob", "%q is not a glob: %v.", text, err)
			continue
		}
		patterns = append(patterns, p)
	}
	return patterns, rank
}

// paths compiles a list of path globs.
func (c *compiler) paths(n *node, name string) []*pathGlob {
	v, texts := n.vals[name], n.texts(name)
	globs := make([]*pathGlob, 0, len(texts))
	if len(texts) == 0 {
		c.problem(v.at, "Empty list", "%s covers no path; write path globs like [\"/srv/agents/**\"].", name)
	}
	for i, text := range texts {
		g, err := compilePath(text)
		if err != nil {
			c.problem(v.elemAt(i), "Bad path glob", "%q is not a path glob: %v.", text, err)
			continue
		}
		globs = append(globs, g)
	}
	return globs
}
