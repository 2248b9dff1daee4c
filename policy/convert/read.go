package convert

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/goccy/go-yaml/ast"
	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// Limits of one file. A rule takes some 60 bytes.
const (
	maxBytes    = 256 << 10
	maxRules    = 10_000
	maxPatterns = 50_000 // of all rules together; aliases may repeat them
)

// reader turns a document into a Form and gathers what is wrong with it.
type reader struct {
	file
	form     *Form
	diags    hcl.Diagnostics
	patterns int
	timeout  string   // default_timeout
	timed    ast.Node // the first timeout of any kind
}

// Read checks a policy in the YAML form. With errors in the diagnostics the form isn't usable.
func Read(name string, text []byte) (*Form, hcl.Diagnostics) {
	r := &reader{file: newFile(name, text), form: &Form{Name: name, Default: clawrden.Deny}}
	body, d := r.parse()
	if d != nil {
		return r.form, hcl.Diagnostics{d}
	}
	if body == nil {
		return r.form, hcl.Diagnostics{r.problem(nil, "Empty policy", "The file holds nothing. Write at least default_action and rules.")}
	}
	r.top(body)
	for i := range r.form.Rules {
		if r.form.Rules[i].Timeout == "" {
			r.form.Rules[i].Timeout = r.timeout
		}
	}
	if r.timed != nil {
		r.warn(r.timed, "Timeouts aren't kept", "A timeout here doesn't limit how long a command runs; an executor's settings do.")
	}
	if r.form.AllowedPaths == nil && !r.diags.HasErrors() {
		r.warn(nil, "No allowed paths", "allowed_paths isn't set, so commands may run in any directory. Earlier versions took /app/* and /tmp/* then; write them if that is meant.")
	}
	return r.form, r.diags
}

// maxProblems is how many mistakes of one file are told.
const maxProblems = 100

func (r *reader) fail(n ast.Node, summary, format string, args ...any) {
	if len(r.diags) < maxProblems {
		r.diags = append(r.diags, r.problem(n, summary, format, args...))
	}
}

func (r *reader) warn(n ast.Node, summary, detail string) {
	d := r.problem(n, summary, "%s", detail)
	d.Severity = hcl.DiagWarning
	r.diags = append(r.diags, d)
}

var topKeys = []string{"default_action", "allowed_paths", "rules", "default_timeout", "jails"}

func (r *reader) top(body ast.Node) {
	pairs, ok := r.mapping(body, "The policy")
	if !ok {
		return
	}
	for _, p := range pairs {
		switch p.key {
		case "default_action":
			r.form.Default, r.form.defaultLine = r.verdict(p), r.line(p.at)
		case "allowed_paths":
			r.form.AllowedPaths, r.form.pathsLine = r.paths(p), r.line(p.at)
		case "rules":
			r.rules(p)
		case "default_timeout":
			r.timeout = r.duration(p)
		case "jails":
			r.warn(p.at, "Not converted", "jails say which tools have shims; `clawrden shims add` does that now.")
		default:
			r.unknown(p, topKeys)
		}
	}
}

func (r *reader) unknown(p pair, known []string) {
	hint := ""
	for _, k := range known {
		if levenshtein.Distance(p.key, k, nil) < 4 {
			hint = fmt.Sprintf(" Did you mean %q?", k)
			break
		}
	}
	r.fail(p.at, "Unknown key", "%q means nothing here; known are %s.%s", p.key, strings.Join(known, ", "), hint)
}

func (r *reader) rules(p pair) {
	list, ok := r.list(p)
	if !ok {
		return
	}
	if len(list) > maxRules {
		r.fail(p.at, "Too many rules", "There are %d rules; at most %d are read.", len(list), maxRules)
		return
	}
	for _, n := range list {
		r.rule(n)
	}
}

var ruleKeys = []string{"command", "action", "patterns", "args", "reason", "timeout"}

func (r *reader) rule(n ast.Node) {
	pairs, ok := r.mapping(n, "A rule")
	if !ok {
		return
	}
	rule := Rule{line: r.line(n)}
	if len(pairs) > 0 {
		rule.line = r.line(pairs[0].at)
	}
	seen := map[string]bool{}
	for _, p := range pairs {
		seen[p.key] = true
		switch p.key {
		case "command":
			rule.Command = r.command(p)
		case "action":
			rule.Action = r.verdict(p)
		case "patterns", "args":
			rule.Patterns = append(rule.Patterns, r.patternsOf(p)...)
		case "reason":
			rule.Reason = strings.TrimSpace(r.text(p))
		case "timeout":
			rule.Timeout = r.duration(p)
		default:
			r.unknown(p, ruleKeys)
		}
	}
	for _, key := range []string{"command", "action"} {
		if !seen[key] {
			r.fail(n, "Incomplete rule", "A rule needs %s.", key)
		}
	}
	if seen["patterns"] && seen["args"] {
		r.fail(n, "Said twice", "patterns and args are the same; write one of them.")
	}
	r.form.Rules = append(r.form.Rules, rule)
}

func (r *reader) verdict(p pair) clawrden.Verdict {
	s := r.text(p)
	v, err := clawrden.ParseVerdict(s)
	if err != nil && s != "" {
		r.fail(p.value, "Unknown action", "%v.", err)
	}
	return v
}

func (r *reader) command(p pair) string {
	s := r.text(p)
	switch {
	case strings.Contains(s, "/"):
		r.fail(p.value, "Not a tool's name", "%q could never match: it is compared with the tool's base name. Write %q.", s, s[strings.LastIndexByte(s, '/')+1:])
	case strings.ContainsAny(s, " \t\n"):
		r.fail(p.value, "Not a tool's name", "%q is not the name of a tool. Arguments are matched by patterns.", s)
	case len(s) > 1024:
		r.fail(p.value, "Not a tool's name", "It is longer than 1024 bytes.")
	}
	return s
}

func (r *reader) duration(p pair) string {
	if r.timed == nil {
		r.timed = p.at
	}
	s := r.text(p)
	if d, err := time.ParseDuration(s); s != "" && (err != nil || d <= 0) {
		r.fail(p.value, "Not a duration", "%q is not a duration; write it like 90s or 5m.", s)
	}
	return s
}

func (r *reader) patternsOf(p pair) []string {
	list, ok := r.list(p)
	if !ok {
		return nil
	}
	if r.patterns += len(list); r.patterns > maxPatterns {
		r.fail(p.at, "Too many patterns", "At most %d patterns are read.", maxPatterns)
		return nil
	}
	var out []string
	for _, n := range list {
		s := r.scalar(n, "A pattern")
		if s == "" {
			continue // said already
		}
		if strings.TrimSpace(s) == "" {
			r.fail(n, "Empty pattern", "An empty pattern is part of any arguments. Leave patterns out if any arguments are meant.")
			continue
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) paths(p pair) []string {
	list, ok := r.list(p)
	if !ok {
		return nil
	}
	if len(list) == 0 {
		r.warn(p.at, "No allowed paths", "allowed_paths is empty, so commands may run in any directory.")
		return nil
	}
	var out []string
	for _, n := range list {
		s := r.scalar(n, "A path")
		if why := badPath(s); why != "" {
			r.fail(n, "Not a path", "%q %s.", s, why)
			continue
		}
		out = append(out, s)
	}
	return out
}

// badPath says what is wrong with an allowed path.
func badPath(s string) string {
	if !strings.HasPrefix(s, "/") {
		return "must start with /"
	}
	if len(s) > 2048 {
		return "is longer than 2048 bytes"
	}
	for part := range strings.SplitSeq(s, "/") {
		if slices.Contains([]string{".", ".."}, part) {
			return "holds . or .. as a component; write the path that is meant"
		}
		if !isGlob(part) {
			return "is not a glob: a [ has no ], or a \\ stands before a / or at the end"
		}
	}
	return ""
}
