package policy

import "strings"

// pathsIn guesses which paths a word of an unknown tool may name: the word itself, what follows = in an option or an
// assignment, what is stuck to a short option, what follows @. Rather too many than too few: a word that is no path
// lies in the working directory, where it does no harm.
func pathsIn(word string) []string {
	if word == "" || word == "-" || word == "--" || strings.Contains(word, "\x00") {
		return nil
	}
	if rest, ok := strings.CutPrefix(word, "file://"); ok {
		return []string{"/" + strings.TrimLeft(rest, "/")}
	}
	if isURL(word) {
		return nil
	}
	if !strings.HasPrefix(word, "-") {
		out := []string{word}
		if _, value, ok := strings.Cut(word, "="); ok && value != "" {
			out = append(out, value)
		}
		if rest, ok := strings.CutPrefix(word, "@"); ok && rest != "" {
			out = append(out, rest)
		}
		return out
	}
	if name, value, ok := strings.Cut(word, "="); ok && value != "" && !strings.Contains(name, "/") {
		return append([]string(nil), pathsIn(strings.TrimLeft(value, "-"))...)
	}
	if i := strings.IndexAny(word, "/~"); i > 1 && word[1] != '-' {
		if i > 2 && word[i] == '/' {
			return []string{word[i:], word[2:]}
		}
		return []string{word[i:]}
	}
	return nil
}

// isURL reports whether the word begins with a scheme.
func isURL(word string) bool {
	scheme, _, ok := strings.Cut(word, "://")
	if !ok || scheme == "" {
		return false
	}
	for i := 0; i < len(scheme); i++ {
		c := scheme[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if i == 0 || !strings.ContainsRune("0123456789+.-", rune(c)) {
				return false
			}
		}
	}
	return true
}
