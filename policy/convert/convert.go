// Package convert reads policies in the YAML form of Clawrden's ancestor and writes them in HCL, so that they decide the
// same:
//
//	default_action: deny          # where no rule matches; deny where it isn't set
//	allowed_paths: ["/app/*"]     # working directories: /app and all below
//	rules:                        # in order, the first that matches decides
//	  - command: git              # glob on the tool's base name
//	    patterns: ["push --force"] # any one: part of the joined arguments, or word-wise globs; none: any arguments
//	    action: deny              # allow, deny, ask
//	    reason: Publishes.        # optional; timeout and default_timeout too
//
// Read checks a file; Form.HCL is the text for a person, Form.JSON the one for a daemon that loads the YAML file as it is.
// It decides nothing, reads no file, and must never guess: what it doesn't know is an error with line and column. The
// daemon and the CLI call it.
package convert

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// Form is a policy in the YAML form, checked.
type Form struct {
	Name         string
	Default      clawrden.Verdict
	AllowedPaths []string // as in the file; nil where it isn't set
	Rules        []Rule

	defaultLine, pathsLine int // 0 where it isn't set
}

// Rule is one rule of the YAML form.
type Rule struct {
	Command  string
	Action   clawrden.Verdict
	Patterns []string
	Reason   string
	Timeout  string // how long it may run, a duration; "" for none. It has no say in the verdict, and isn't kept

	line int
}

// JSON converts a file for the use in memory, each rule on the line where it stands, and warns that this was done. It is
// what policy.Options.Convert takes.
func JSON(name string, text []byte) ([]byte, hcl.Diagnostics) {
	f, diags := Read(name, text)
	if diags.HasErrors() {
		return nil, diags
	}
	d := &hcl.Diagnostic{
		Severity: hcl.DiagWarning, Summary: "Policy in the YAML form",
		Detail: fmt.Sprintf("%s is converted in memory. Its rules see the words of a command only: what sh -c, env or find -exec run isn't judged. "+
			"Write it in HCL: `clawrden policy convert %s`.", name, name),
		Subject: &hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos},
	}
	return f.JSON(), append(hcl.Diagnostics{d}, diags...)
}

// commandGlob writes a command of the YAML form as one of HCL, where {a,b} has a meaning; what is no glob is a plain name.
func commandGlob(command string) string {
	special := `{}`
	if !isGlob(command) {
		special = `{}*?[\`
	}
	return escape(command, special)
}

// pathGlob writes an allowed path: a last /* is all below, which HCL writes /**.
func pathGlob(path string) string {
	parts := strings.Split(strings.TrimRight(path, "/"), "/")
	for i, part := range parts {
		for part != "**" && strings.Contains(part, "**") {
			part = strings.ReplaceAll(part, "**", "*")
		}
		if i == len(parts)-1 && part == "*" {
			part = "**"
		}
		parts[i] = escape(part, `{}`)
	}
	if out := strings.Join(parts, "/"); out != "" {
		return out
	}
	return "/"
}

func escape(s, special string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && !strings.Contains(special, `\`) && i+1 < len(s) { // escaped already
			b.WriteString(s[i : i+2])
			i++
			continue
		}
		if strings.IndexByte(special, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// isGlob reports whether a text is well formed as a glob: each [ has its ], and no \ stands at the end.
func isGlob(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i == len(s) {
				return false
			}
		case '[':
			end := i + 1
			if end < len(s) && (s[end] == '!' || s[end] == '^') {
				end++
			}
			rest := strings.IndexByte(s[min(end+1, len(s)):], ']') // a ] in the first place stands for itself
			if end >= len(s) || rest < 0 {
				return false
			}
			i = end + 1 + rest
		}
	}
	return true
}
