package policy

import (
	"iter"
	"strings"
)

// pathsIn guesses which paths a word of an unknown tool may name: the word itself, what follows = in an option or an
// assignment, what is stuck to a short option, what follows @. Rather too many than too few: a word that is no path
// lies in the working directory, where it does no harm.
func pathsIn(word string) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch {
		case word == "" || word == "-" || word == "--" || strings.IndexByte(word, 0) >= 0:
		case strings.HasPrefix(word, "file://"):
			yield("/" + strings.TrimLeft(word[len("file://"):], "/"))
		case isURL(word):
		case word[0] != '-':
			_, value, _ := strings.Cut(word, "=")
			rest, _ := strings.CutPrefix(word, "@")
			_ = yield(word) && (value == "" || yield(value)) && (rest == "" || rest == word || yield(rest))
		default:
			pathsInOption(word, yield)
		}
	}
}

// pathsInOption looks behind the = of --name=value, and behind the letter of -xvalue.
func pathsInOption(word string, yield func(string) bool) {
	if name, value, ok := strings.Cut(word, "="); ok && value != "" && !strings.Contains(name, "/") {
		for p := range pathsIn(strings.TrimLeft(value, "-")) {
			if !yield(p) {
				return
			}
		}
		return
	}
	i := strings.IndexAny(word, "/~")
	if i < 2 || word[1] == '-' {
		return
	}
	if yield(word[i:]) && i > 2 && word[i] == '/' {
		yield(word[2:])
	}
}

// pathsWithin guesses which paths an option's value may name that has a little language of its own: NAME=@PATH;type=x,
// PATH:PATH:ro, type=bind,source=PATH.
func pathsWithin(value string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(value, ",") {
			if _, v, ok := strings.Cut(part, "="); ok {
				part = v
			}
			part, _, _ = strings.Cut(strings.TrimLeft(part, "@<"), ";")
			if rest, ok := strings.CutPrefix(part, "fileb://"); ok {
				part = "file://" + rest
			}
			if rest, ok := strings.CutPrefix(part, "file://"); ok && rest != "" && rest[0] != '/' && !yield(rest) { // relative to aws
				return
			}
			if !isURL(part) {
				part, _, _ = strings.Cut(part, ":")
			}
			for p := range pathsIn(strings.TrimLeft(part, "@<")) {
				if !yield(p) {
					return
				}
			}
		}
	}
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
