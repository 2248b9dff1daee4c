package policy

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// What some commands print is known well enough to judge what is made of it: `find src -name '*.go' | xargs wc -l` counts
// files below src, and none of them is a key. A source is the list of words and patterns that every printed name fits; nil
// where that isn't known. A name with spaces in it may be split by xargs or the shell; who can make such names can do worse.

// maxSource bounds the words of a source.
const maxSource = 32

// anyBelow is the pattern of whatever lies below a directory.
const anyBelow = "**"

// sourceOf gives what a list of statements prints.
func sourceOf(list []*syntax.Stmt) []word {
	if len(list) != 1 {
		return nil
	}
	s := list[0]
	if s.Background || s.Coprocess || s.Negated {
		return nil
	}
	for _, rd := range s.Redirs { // 2>/dev/null takes nothing away
		if rd.N == nil || rd.N.Value != "2" {
			return nil
		}
	}
	switch c := s.Cmd.(type) {
	case *syntax.BinaryCmd:
		if c.Op == syntax.Pipe && filters(c.Y) {
			return sourceOf([]*syntax.Stmt{c.X})
		}
	case *syntax.CallExpr:
		if args, ok := literals(c); ok {
			return printedBy(args)
		}
	}
	return nil
}

// literals gives a command's words where all are plain and nothing is set for it.
func literals(c *syntax.CallExpr) ([]string, bool) {
	if len(c.Assigns) > 0 || len(c.Args) == 0 {
		return nil, false
	}
	args := make([]string, len(c.Args))
	for i, x := range c.Args {
		var ok bool
		if args[i], ok = literal(x); !ok || strings.HasPrefix(args[i], "~") {
			return nil, false
		}
	}
	return args, true
}

// filters reports whether a command passes some of its input's lines on, and prints nothing else.
func filters(s *syntax.Stmt) bool {
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(s.Redirs) > 0 {
		return false
	}
	args, ok := literals(c)
	if !ok {
		return false
	}
	operands := 0
	for _, a := range args[1:] {
		if !strings.HasPrefix(a, "-") {
			operands++
		}
	}
	switch args[0] {
	case "sort", "uniq":
		return operands == 0 && onlyLetters(args[1:], "-rnufz")
	case "head", "tail":
		return operands == 0 && onlyLetters(args[1:], "-n0123456789") || operands == 1 && args[1] == "-n"
	case "grep", "egrep", "fgrep":
		return operands == 1 && onlyLetters(args[1:], "-vEFiwxz")
	}
	return false
}

// onlyLetters reports whether all options are made of the characters given.
func onlyLetters(args []string, letters string) bool {
	for _, a := range args {
		if strings.HasPrefix(a, "-") && strings.Trim(a, letters) != "" {
			return false
		}
	}
	return true
}

// printedBy gives what one command prints.
func printedBy(args []string) []word {
	switch args[0] {
	case "find":
		return foundBy(args[1:])
	case "git":
		return listedByGit(args[1:])
	case "rg", "grep", "egrep", "fgrep":
		return namedBySearch(args[1:], args[0] == "rg")
	case "ls":
		if onlyLetters(args[1:], "-1trS") {
			return inDirs(args[1:], "*")
		}
	case "echo", "printf":
		return said(args)
	}
	return nil
}

// foundBy gives the paths that find prints, or puts in place of {}.
func foundBy(args []string) []word {
	var dirs []string
	i := 0
	for ; i < len(args); i++ {
		if args[i] == "-H" || args[i] == "-P" {
			continue
		}
		if args[i] == "" || strings.IndexByte("-!(", args[i][0]) >= 0 {
			break
		}
		dirs = append(dirs, args[i])
	}
	name, sure := "", true
	for ; i < len(args); i++ {
		switch args[i] {
		case "-name":
			if i+1 < len(args) {
				i++
				name = args[i]
			}
		case "-o", "-or", "-not", "!", "(", ")", ",", "-iname":
			sure = false
		case "-printf", "-fprintf", "-ls", "-L", "-follow", "-files0-from":
			return nil
		}
	}
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	return underneath(dirs, name, sure)
}

// underneath gives the files below some directories whose name fits a glob, if it surely counts.
func underneath(dirs []string, name string, sure bool) []word {
	tails := []string{anyBelow}
	if sure && name != "" && !strings.ContainsAny(name, "[\\/") {
		tails = []string{anyBelow + "/" + name}
		switch name[0] { // find's wildcards stand for a leading dot too
		case '*':
			tails = append(tails, anyBelow+"/."+name)
		case '?':
			tails = append(tails, anyBelow+"/."+name[1:])
		}
	}
	var out []word
	for _, d := range dirs {
		for _, t := range tails {
			if strings.ContainsAny(d, `*?[\`) || len(out) >= maxSource {
				return nil
			}
			lead := strings.TrimRight(d, "/") + "/"
			out = append(out, word{text: lead + t, unknown: true, pattern: true, lead: lead})
		}
	}
	return out
}

// inDirs gives what lies below any operand, which may also name a file itself, and below the working directory.
func inDirs(args []string, tail string) []word {
	out := []word{{text: tail, unknown: true, pattern: true}}
	for _, a := range args {
		if a == "" || a[0] == '-' {
			continue
		}
		if strings.ContainsAny(a, `*?[\`) || len(out) >= maxSource {
			return nil
		}
		out = append(out, word{text: a}, word{text: strings.TrimRight(a, "/") + "/" + tail, unknown: true, pattern: true, lead: a})
	}
	return out
}

// listedByGit gives the files that git ls-files, diff --name-only and grep -l list: all in the work tree.
func listedByGit(args []string) []word {
	if len(args) == 0 {
		return nil
	}
	names := args[0] == "ls-files"
	var globs []string
	for _, a := range args[1:] {
		switch {
		case a == "--name-only" && (args[0] == "diff" || args[0] == "show"), a == "-l" && args[0] == "grep":
			names = true
		case strings.HasPrefix(a, "--format"), strings.HasPrefix(a, "--output"), a == "-s", a == "--stage", a == "-u", a == "-t", a == "-v", a == "-f", a == "--eol", a == "--debug", a == "-o" && args[0] != "ls-files":
			return nil
		case !strings.HasPrefix(a, "-"):
			globs = append(globs, a)
		}
	}
	if !names {
		return nil
	}
	if args[0] != "ls-files" || len(globs) == 0 {
		return []word{{text: anyBelow, unknown: true, pattern: true}}
	}
	var out []word
	for _, g := range globs {
		if len(g) < 2 || g[0] != '*' || strings.ContainsAny(g[1:], `*?[\/:`) {
			return []word{{text: anyBelow, unknown: true, pattern: true}}
		}
		out = append(out, underneath([]string{"."}, g, true)...)
		if len(out) > maxSource {
			return nil
		}
	}
	for i := range out { // git writes no ./ before them
		out[i].text, out[i].lead = strings.TrimPrefix(out[i].text, "./"), ""
	}
	return out
}

// namedBySearch gives the files that a search lists. Which operand is the pattern isn't looked at: each may be a directory.
func namedBySearch(args []string, rg bool) []word {
	lists := false
	for _, a := range args {
		switch {
		case a == "--files-with-matches", rg && a == "--files", strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && strings.Contains(a, "l"):
			lists = true
		case rg && (a == "--pre" || a == "--hostname-bin"), strings.HasPrefix(a, "--replace"), strings.HasPrefix(a, "--label"), strings.HasPrefix(a, "-f"):
			return nil
		}
	}
	if !lists {
		return nil
	}
	kept := args[:0:0]
	for _, a := range args {
		if !strings.ContainsAny(a, `*?[\`) { // a glob or a regular expression is no directory
			kept = append(kept, a)
		}
	}
	return inDirs(kept, anyBelow)
}

// said gives the words of echo and of printf '%s\n'.
func said(args []string) []word {
	rest := args[1:]
	if args[0] == "printf" {
		if len(rest) == 0 || strings.ReplaceAll(strings.ReplaceAll(rest[0], `\n`, ""), `\0`, "") != "%s" {
			return nil
		}
		rest = rest[1:]
	}
	var out []word
	for _, a := range rest {
		for f := range strings.FieldsSeq(a) {
			if strings.ContainsAny(f, `\'"*?[$`) || len(out) >= maxSource {
				return nil
			}
			out = append(out, word{text: f})
		}
	}
	return out
}
