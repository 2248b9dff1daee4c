package policy

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
)

// grantSchema is an approval that a person let be written into the policy. It stands beside the rules and takes no part in
// which of them wins: it lowers what they ask, and nothing else.
var grantSchema = &block{
	name: "grant", label: "id", many: true,
	doc: "An approval that is remembered: lowers ask to allow for one agent and command, until a time, and never deny. Clawrden writes these blocks " +
		"(`clawrden approve ID --scope rule --for 30d`); all that a person was shown has to be the same for one to hold.",
	attrs: []attr{
		{name: "tool", kind: kindText, required: true, doc: "The tool's name."},
		{name: "args", kind: kindTexts, doc: "Exactly these arguments. Either this or subcommands."},
		{name: "subcommands", kind: kindTexts, doc: "The subcommand, word by word, with any options and arguments that name no path outside of cwd."},
		{name: "cwd", kind: kindText, required: true, doc: "The working directory."},
		{name: "exe", kind: kindText, required: true, doc: "The tool's file, symlinks followed."},
		{name: "sha256", kind: kindText, required: true, doc: "Its content's digest, hex, with + before that of each interpreter."},
		{name: "env_sha256", kind: kindText, required: true, doc: "The environment's digest, but for what a shell notes of where it stands."},
		{name: "uid", kind: kindNumber, required: true, doc: "The agent's user."},
		{name: "container", kind: kindText, doc: "The agent's container."},
		{name: "agent", kind: kindText, doc: "The agent's registered name."},
		{name: "rules", kind: kindTexts, doc: "The names of all rules that matched: where others do, it doesn't hold."},
		{name: "demands_sha256", kind: kindText, required: true, doc: "What had to be met for the approval, as a digest."},
		{name: "until", kind: kindText, required: true, doc: "When it ends: 2026-01-02T15:04:05Z. From then on it doesn't hold."},
		{name: "created", kind: kindText, doc: "When it was made."},
		{name: "by", kind: kindText, doc: "Who approved it, by name."},
		{name: "by_uid", kind: kindNumber, doc: "The same person's user id."},
		{name: "door", kind: kindText, doc: "Where that person stood: control, dbus, http or bridge."},
		{name: "request", kind: kindText, doc: "The request that it was made from."},
	},
}

// grant is one compiled grant block.
type grant struct {
	clawrden.Grant
	ref clawrden.RuleRef
	at  hcl.Range
}

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}(\+[0-9a-f]{64})*$`)

// grant compiles a grant block. Whatever is wrong with one is an error, since the person was promised something else.
func (c *compiler) grant(n *node) {
	g := &grant{at: n.at, ref: clawrden.RuleRef{Name: "grant " + n.name, Action: clawrden.Allow, File: n.at.Filename, Line: n.at.Start.Line}}
	g.Grant = clawrden.Grant{
		ID: n.name, Scope: clawrden.ScopeRule, Request: n.text("request"), Tool: n.text("tool"), Args: n.texts("args"), Command: n.texts("subcommands"), Cwd: n.text("cwd"),
		Exe: n.text("exe"), SHA256: n.text("sha256"), EnvSHA256: n.text("env_sha256"), UID: uint32(n.number("uid")), Container: n.text("container"), Agent: n.text("agent"),
		Rules: n.texts("rules"), DemandsSHA256: n.text("demands_sha256"), File: g.ref.File, Line: g.ref.Line,
		By: clawrden.Approver{UID: uint32(n.number("by_uid")), User: n.text("by"), Door: n.text("door")},
	}
	if n.has("args") == n.has("subcommands") {
		c.problem(n.at, "Not one command", "A grant is for exactly these args, or for subcommands; write one of them.")
	}
	if n.has("subcommands") {
		g.Scope = clawrden.ScopeRuleSubcommand
		if len(g.Command) == 0 {
			c.problem(n.vals["subcommands"].at, "Empty list", "subcommands names none.")
		}
	}
	for _, name := range []string{"uid", "by_uid"} {
		if v, ok := n.vals[name]; ok && (n.number(name) < 0 || n.number(name) > 1<<32-1) {
			c.problem(v.at, "Bad number", "%s is the number of a user.", name)
		}
	}
	for _, name := range []string{"cwd", "exe"} {
		if v, ok := n.vals[name]; ok && !path.IsAbs(n.text(name)) {
			c.problem(v.at, "Not an absolute path", "%s is an absolute path.", name)
		}
	}
	for _, name := range []string{"sha256", "env_sha256", "demands_sha256"} {
		if v, ok := n.vals[name]; ok && !sumForm.MatchString(n.text(name)) {
			c.problem(v.at, "Not a digest", "%s is a SHA-256 in hex.", name)
		}
	}
	g.Expires, g.Created = c.moment(n, "until"), c.moment(n, "created")
	g.Words = reach.WrittenWords(&g.Grant)
	if c.policy.grants == nil {
		c.policy.grants = map[string][]*grant{}
	}
	c.policy.grants[g.Tool] = append(c.policy.grants[g.Tool], g)
}

// moment reads a time with its zone.
func (c *compiler) moment(n *node, name string) clawrden.Timestamp {
	v, ok := n.vals[name]
	if !ok {
		return clawrden.Timestamp{}
	}
	t, err := time.Parse(time.RFC3339, n.text(name))
	if err != nil {
		c.problem(v.at, "Not a time", "%s is a date and time of day in UTC, like 2026-01-02T15:04:05Z.", name)
	}
	return clawrden.Timestamp{Time: t}
}

// grantList gives the grants in order of their names.
func (p *Policy) grantList() []*grant {
	var out []*grant
	for _, list := range p.grants {
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b *grant) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Grants gives the grants that the files hold, expired ones too, by name.
func (p *Policy) Grants() []clawrden.Grant {
	list := p.grantList()
	out := make([]clawrden.Grant, len(list))
	for i, g := range list {
		out[i] = g.Grant
	}
	return out
}

// lower makes an ask an allow where a grant covers it. The decision keeps what was asked, so that it can be taken back.
func (p *Policy) lower(d *clawrden.Decision, f *clawrden.Facts) {
	list := p.grants[f.Tool]
	if d.Verdict != clawrden.Ask || len(list) == 0 || p.masked == strictest || f.Time.IsZero() {
		return
	}
	asked := reach.Of(f, d)
	for _, g := range list {
		if f.Time.Before(g.Expires.Time) && reach.Lacks(&g.Grant, &asked, p.masked != mildest) == "" {
			d.Verdict, d.Grant = clawrden.Allow, g.ID
			d.Rules = append([]clawrden.RuleRef{g.ref}, d.Rules...)
			d.Reason = fmt.Sprintf("A person let this be remembered until %s.", g.Expires.UTC().Format(time.DateTime+" MST"))
			return
		}
	}
}

// GrantExplanation is one grant for the tool, as it looked at an ask.
type GrantExplanation struct {
	ID    string             `json:"id"`
	Until clawrden.Timestamp `json:"until"`
	File  string             `json:"file"`
	Line  int                `json:"line"`
	Lacks string             `json:"lacks,omitempty"` // why it doesn't cover this; "" where it does
}

// grantsOn says which grants there are for an ask's tool, and what each lacks. asked is the decision as the rules gave it.
func (p *Policy) grantsOn(f *clawrden.Facts, asked *clawrden.Decision) []GrantExplanation {
	if asked.Verdict != clawrden.Ask {
		return nil
	}
	var out []GrantExplanation
	ask := reach.Of(f, asked)
	for _, g := range p.grants[f.Tool] {
		x := GrantExplanation{ID: g.ID, Until: g.Expires, File: g.ref.File, Line: g.ref.Line, Lacks: reach.Lacks(&g.Grant, &ask, true)}
		switch {
		case f.Time.IsZero():
			x.Lacks = "it isn't known when the command runs"
		case !f.Time.Before(g.Expires.Time):
			x.Lacks = "it has expired"
		}
		out = append(out, x)
	}
	return out
}

// say writes a grant down, one thing a line.
func (g *grant) say() []string {
	return []string{
		"covers " + g.Words, "file " + g.SHA256, "environment " + g.EnvSHA256, "rules " + list(g.Rules), "demands " + g.DemandsSHA256,
	}
}

// FormatGrants writes grants as a policy file, and reads it again: what can't be written so that it means the same is an
// error.
func FormatGrants(grants []clawrden.Grant) ([]byte, error) {
	f := hclwrite.NewEmptyFile()
	body := f.Body()
	comment(body, "Approvals that people let be written into the policy. Clawrden writes this file as a whole: take grants back with\n"+
		"`clawrden grants revoke ID`. They lower ask to allow, never deny, and end by themselves.")
	for i := range grants {
		g := &grants[i]
		if err := writable(g); err != nil {
			return nil, err
		}
		body.AppendNewline()
		comment(body, fmt.Sprintf("%s (uid %d) let this be remembered at %s, by request %s:\n%s", g.By.User, g.By.UID, g.Created.UTC().Format(time.RFC3339), g.Request, g.Words))
		writeGrant(body.AppendNewBlock("grant", []string{g.ID}).Body(), g)
	}
	text := hclwrite.Format(f.Bytes())
	p, diags := Options{Untested: true}.Parse(map[string][]byte{"grants.hcl": text})
	if diags.HasErrors() {
		return nil, fmt.Errorf("cannot write the grants: %v", diags)
	}
	read := map[string]clawrden.Grant{}
	for _, g := range p.Grants() {
		read[g.ID] = g
	}
	for i := range grants {
		if got, ok := read[grants[i].ID]; !ok || !sameGrant(&got, &grants[i]) {
			return nil, fmt.Errorf("%w: %s has characters that a policy file can't hold as they are", clawrden.ErrBadRequest, grants[i].Request)
		}
	}
	return text, nil
}

// writable refuses what isn't a whole grant of the written kind.
func writable(g *clawrden.Grant) error {
	if !reach.Written(g.Scope) || g.ID == "" || g.Expires.IsZero() || g.Cgroup != "" {
		return fmt.Errorf("cannot write the grant %q into the policy: it isn't one that is kept there", g.ID)
	}
	return nil
}

func comment(b *hclwrite.Body, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		b.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + clawrden.Text(strings.Map(printableOnly, line)) + "\n")}})
	}
}

// printableOnly keeps a comment on its line.
func printableOnly(r rune) rune {
	if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
		return '?'
	}
	return r
}

func writeGrant(b *hclwrite.Body, g *clawrden.Grant) {
	text := func(name, s string) {
		if s != "" {
			b.SetAttributeValue(name, cty.StringVal(s))
		}
	}
	texts := func(name string, words []string) {
		vals := make([]cty.Value, len(words))
		for i, w := range words {
			vals[i] = cty.StringVal(w)
		}
		b.SetAttributeValue(name, cty.TupleVal(vals))
	}
	text("tool", g.Tool)
	if g.Scope == clawrden.ScopeRuleSubcommand {
		texts("subcommands", g.Command)
	} else {
		texts("args", g.Args)
	}
	text("cwd", g.Cwd)
	text("exe", g.Exe)
	text("sha256", g.SHA256)
	text("env_sha256", g.EnvSHA256)
	b.SetAttributeValue("uid", cty.NumberUIntVal(uint64(g.UID)))
	text("container", g.Container)
	text("agent", g.Agent)
	if len(g.Rules) > 0 {
		texts("rules", g.Rules)
	}
	text("demands_sha256", g.DemandsSHA256)
	text("until", g.Expires.UTC().Format(time.RFC3339))
	text("created", g.Created.UTC().Format(time.RFC3339))
	text("by", g.By.User)
	b.SetAttributeValue("by_uid", cty.NumberUIntVal(uint64(g.By.UID)))
	text("door", g.By.Door)
	text("request", g.Request)
}

// sameGrant compares what a grant covers.
func sameGrant(a, b *clawrden.Grant) bool {
	return a.Scope == b.Scope && a.Tool == b.Tool && slices.Equal(a.Args, b.Args) && slices.Equal(a.Command, b.Command) && a.Cwd == b.Cwd && a.Exe == b.Exe &&
		a.SHA256 == b.SHA256 && a.EnvSHA256 == b.EnvSHA256 && a.UID == b.UID && a.Container == b.Container && a.Agent == b.Agent &&
		slices.Equal(a.Rules, b.Rules) && a.DemandsSHA256 == b.DemandsSHA256 && a.Expires.Equal(b.Expires.Time) && a.Words == b.Words
}

// grants looks at grants that do nothing.
func (l *linter) grants() {
	for _, tool := range slices.Sorted(maps.Keys(l.p.grants)) {
		for _, g := range l.p.grants[tool] {
			for _, name := range g.Rules {
				i := slices.IndexFunc(l.p.rules, func(r *rule) bool { return r.ref.Name == name })
				switch {
				case i < 0 && !slices.Contains([]string{"opaque", "allowed_paths"}, name):
					l.warn(g.at, "Grant without effect", "The grant %q is for what the rule %q asks, and there is no such rule. Take it back: `clawrden grants revoke %s`.", g.ID, name, g.ID)
				case i >= 0 && l.p.rules[i].fixed:
					l.warn(g.at, "Grant without effect", "The rule %q (%s) forbids grants.", name, place(l.p.rules[i].at))
				case i >= 0 && l.p.rules[i].ref.Action == clawrden.Deny && !l.p.rules[i].observe:
					l.warn(g.at, "Grant without effect", "The rule %q (%s) denies, and no grant lowers that.", name, place(l.p.rules[i].at))
				}
			}
		}
	}
}
