package policy

import "strings"

// awkRuns reports whether an awk program may run a command, or read or write a file of its own choice. It looks for the
// words and operators that do, also where they would be harmless.
func awkRuns(text string) bool {
	for _, s := range []string{"system", "getline", "@", "close", "fflush", "printf|", "ENVIRON"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	// A | that isn't half of || is a pipe; a > after print writes a file. Comparisons in patterns stay: `$3 > 5`.
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '|':
			if i+1 < len(text) && text[i+1] == '|' {
				i++
				continue
			}
			return true
		case '>':
			if strings.Contains(text[:i], "print") {
				return true
			}
		}
	}
	return false
}

// sedRuns reports whether a sed script may run a command or write a file: the e, w, W and r commands and flags. Only
// scripts of s///, y///, d, p, q, and line numbers are told to be harmless.
func sedRuns(text string) bool {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if !sedHarmless(strings.TrimSpace(part)) {
			return true
		}
	}
	return false
}

// sedHarmless reads one command: an address of numbers, $ or /regexp/, then the command.
func sedHarmless(cmd string) bool {
	rest := sedAddress(cmd)
	if rest == "" {
		return cmd == ""
	}
	switch rest[0] {
	case 'd', 'p', 'q', 'D', 'P', 'G', 'H', 'g', 'h', 'n', 'N', 'x', '=':
		return strings.Trim(rest[1:], " 0123456789") == ""
	case 's', 'y':
		if len(rest) < 2 {
			return false
		}
		flags, ok := sedFlags(rest[2:], rest[1])
		return ok && strings.Trim(flags, "gpiIM0123456789 ") == ""
	}
	return false
}

// sedAddress cuts the address off a command.
func sedAddress(cmd string) string {
	for cmd != "" {
		switch c := cmd[0]; {
		case c >= '0' && c <= '9' || c == '$' || c == ',' || c == '!' || c == ' ' || c == '~' || c == '+':
			cmd = cmd[1:]
		case c == '/':
			end := unescaped(cmd[1:], '/')
			if end < 0 {
				return "?"
			}
			cmd = strings.TrimLeft(cmd[end+2:], "IM")
		default:
			return cmd
		}
	}
	return ""
}

// sedFlags cuts the two parts of s/a/b/ off and gives what follows.
func sedFlags(text string, delim byte) (string, bool) {
	for range 2 {
		end := unescaped(text, delim)
		if end < 0 {
			return "", false
		}
		text = text[end+1:]
	}
	return text, true
}

// unescaped is the index of the first c that has no backslash before it, or -1.
func unescaped(text string, c byte) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case c:
			return i
		}
	}
	return -1
}
