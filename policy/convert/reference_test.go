package convert_test

import (
	"path"
	"strings"

	"github.com/clawrden/clawrden"
)

// yamlPolicy and decide are the YAML form as its description says it, written without a look at the converter: what the
// converted policy is compared with.
type yamlPolicy struct {
	def   clawrden.Verdict
	paths []string
	rules []yamlRule
}

type yamlRule struct {
	command  string
	action   clawrden.Verdict
	patterns []string
}

func (p *yamlPolicy) decide(tool string, args []string, cwd string) (verdict clawrden.Verdict, rule int) {
	if len(p.paths) > 0 && !p.inPaths(cwd) {
		return clawrden.Deny, -1
	}
	base := tool[strings.LastIndexByte(tool, '/')+1:]
	for i, r := range p.rules {
		if !fits(r.command, base) {
			continue
		}
		if len(r.patterns) == 0 {
			return r.action, i
		}
		for _, pattern := range r.patterns {
			if strings.Contains(strings.Join(args, " "), pattern) || wordWise(strings.Fields(pattern), args) {
				return r.action, i
			}
		}
	}
	return p.def, -1
}

func (p *yamlPolicy) inPaths(cwd string) bool {
	for _, pattern := range p.paths {
		if below(strings.Split(strings.Trim(path.Clean(pattern), "/"), "/"), strings.Split(strings.Trim(cwd, "/"), "/")) {
			return true
		}
	}
	return false
}

// below compares component by component; a last * is the directory and all below, ** anywhere any number of components.
func below(pattern, dir []string) bool {
	switch {
	case len(pattern) == 1 && (pattern[0] == "*" || pattern[0] == "**"):
		return true
	case len(pattern) > 0 && pattern[0] == "**":
		return below(pattern[1:], dir) || len(dir) > 0 && below(pattern, dir[1:])
	case len(pattern) == 0 || len(dir) == 0:
		return len(pattern) == len(dir)
	}
	return fits(pattern[0], dir[0]) && below(pattern[1:], dir[1:])
}

func wordWise(globs, args []string) bool {
	for from := range args {
		if from+len(globs) > len(args) {
			break
		}
		all := true
		for i, g := range globs {
			all = all && fits(g, args[from+i])
		}
		if all {
			return true
		}
	}
	return false
}

// fits matches a glob: * any run of characters, ? one, [a-z] and [!a-z] one of a set, \x x itself. What is no glob is
// compared as it stands.
func fits(glob, word string) bool {
	if yes, ok := try(glob, word); ok {
		return yes
	}
	return glob == word
}

func try(glob, word string) (matches, valid bool) {
	if glob == "" {
		return word == "", true
	}
	switch glob[0] {
	case '*':
		for i := 0; i <= len(word); i++ {
			m, ok := try(glob[1:], word[i:])
			if !ok {
				return false, false
			}
			if m {
				return true, true
			}
		}
		return false, true
	case '[':
		end := strings.IndexByte(glob[min(2, len(glob)):], ']') + 2
		if len(glob) > 1 && (glob[1] == '!' || glob[1] == '^') {
			end = strings.IndexByte(glob[min(3, len(glob)):], ']') + 3
		}
		if end < 2 || end >= len(glob) || glob[end] != ']' {
			return false, false
		}
		return one(glob[end+1:], word, func(c byte) bool { return inSet(glob[1:end], c) })
	case '?':
		return one(glob[1:], word, func(byte) bool { return true })
	case '\\':
		if len(glob) == 1 {
			return false, false
		}
		return one(glob[2:], word, func(c byte) bool { return c == glob[1] })
	}
	return one(glob[1:], word, func(c byte) bool { return c == glob[0] })
}

func one(rest, word string, ok func(byte) bool) (matches, valid bool) {
	if word == "" {
		_, valid = try(rest, "")
		return false, valid
	}
	matches, valid = try(rest, word[1:])
	return matches && ok(word[0]), valid
}

func inSet(set string, c byte) bool {
	not := set[0] == '!' || set[0] == '^'
	if not {
		set = set[1:]
	}
	in := false
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			in = in || set[i] <= c && c <= set[i+2]
			i += 2
		} else {
			in = in || set[i] == c
		}
	}
	return in != not
}
