package policy

import (
	"slices"
	"strings"
)

// word is one word of a command as it is known before the command runs.
type word struct {
	text    string // the word; of an unknown one its source
	unknown bool   // the shell, or xargs, has yet to fill it in
	many    bool   // it may become any number of words
	pattern bool   // unknown only because the shell expands a glob: text is the pattern
	tilde   bool   // a leading ~ is the home directory: the shell expands it
	alts    []word // of an unknown word: what it may become, where that is known: each is used in turn
	lead    string // of an unknown word: the characters that it surely starts with
}

// flag reports whether an unknown word may become an option.
func (w *word) flag() bool {
	if len(w.alts) > 0 {
		return slices.ContainsFunc(w.alts, func(a word) bool { return a.flag() || strings.HasPrefix(a.text, "-") })
	}
	return w.unknown && (w.many && !w.pattern || w.lead == "" || w.lead[0] == '-')
}

// plain makes words of texts that are known.
func plain(texts []string) []word {
	words := make([]word, len(texts))
	for i, t := range texts {
		words[i].text = t
	}
	return words
}

// texts is the other way round.
func texts(words []word) []string {
	out := make([]string, len(words))
	for i := range words {
		out[i] = words[i].text
	}
	return out
}

// isAssignment reports whether a word is NAME=value.
func isAssignment(text string) bool {
	name, _, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return false
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// tailName is what follows the last slash: the name that a tool is known by. A path that ends in a slash has none.
func tailName(word string) string { return word[strings.LastIndexByte(word, '/')+1:] }
