package audit

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// Masked stands in a record for what was left out of a word.
const Masked = "[masked]"

// DefaultMask stands among the patterns of NewMask for those below.
const DefaultMask = "default"

// known is a default pattern. Each group is what is left out. It is only looked for in a word that has one of its hints, in
// lower case, and all of its signs: most words are told by a glance.
type known struct {
	re    *regexp.Regexp
	signs string
	hints []string
}

var defaults = []known{
	{ // password=…, --api-key=…, GH_TOKEN=…, "X-Auth-Token: …", also inside the text of a shell
		re:    regexp.MustCompile(`(?i)(?:pass(?:word|wd|phrase)|pwd|secret|token|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|credentials?)["']?\s*[=:]\s*["']?([^\s"'&;,]+)`),
		hints: []string{"pass", "pwd", "secret", "token", "key", "credential"},
	},
	{
		re:    regexp.MustCompile(`(?i)authorization["']?\s*[=:]\s*["']?((?:(?:bearer|basic|token|digest)\s+)?[^\s"']+)`),
		hints: []string{"authorization"},
	},
	{ // a password in an address
		re:    regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@`),
		signs: "@", hints: []string{"://"},
	},
	{ // what services give out
		re:    regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[0-9A-Za-z_-]{30,}|npm_[A-Za-z0-9]{30,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*)`),
		hints: []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "akia", "asia", "sk-", "k_live_", "k_test_", "aiza", "npm_", "eyj"},
	},
	{re: regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)(?:-----END|$)`), hints: []string{"-----begin"}},
}

// suits tells whether the pattern may match a word.
func (k *known) suits(w, lower string) bool {
	return strings.Contains(w, k.signs) && slices.ContainsFunc(k.hints, func(h string) bool { return strings.Contains(lower, h) })
}

// defaultOption is an option whose next word is a secret.
var defaultOption = regexp.MustCompile(`(?i)^--?(?:[a-z0-9]+[-_])*(?:pass(?:word|wd|phrase)?|secret|token|bearer|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key)$`)

// Mask leaves secrets out of records: out of the words of commands. It is safe for many goroutines; nil leaves nothing out.
type Mask struct {
	defaults bool
	own      []*regexp.Regexp
}

// NewMask makes a mask of regular expressions; DefaultMask among them stands for those that Clawrden has. What the groups of
// one match is left out, or all that it matches where it has none.
func NewMask(patterns []string) (*Mask, error) {
	m := &Mask{}
	for _, p := range patterns {
		if p == DefaultMask {
			m.defaults = true
			continue
		}
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("cannot mask by the pattern %q: %v", p, err)
		}
		m.own = append(m.own, re)
	}
	return m, nil
}

// apply masks the words of a record, and says which.
func (m *Mask) apply(r *clawrden.Record) {
	if m == nil {
		return
	}
	r.Args, r.ArgsB64, r.Masked = m.words(r.Args, r.ArgsB64, r.Masked)
	r.AskedArgs, r.AskedB64, r.AskedMasked = m.words(r.AskedArgs, r.AskedB64, r.AskedMasked)
}

// words masks arguments. They are somebody else's: what is changed is a copy.
func (m *Mask) words(args, b64 []string, was []int) (_, _ []string, at []int) {
	var masked []string
	at = was
	for i, w := range args {
		to := m.word(w)
		if m.defaults && i > 0 && w != "" && args[i-1] != "" && args[i-1][0] == '-' && defaultOption.MatchString(args[i-1]) {
			to = Masked
		}
		if to == w {
			continue
		}
		if masked == nil {
			masked, b64 = slices.Clone(args), slices.Clone(b64)
		}
		masked[i] = to
		if i < len(b64) {
			b64[i] = base64.StdEncoding.EncodeToString([]byte(to))
		}
		if !slices.Contains(at, i) {
			at = append(slices.Clip(at), i)
		}
	}
	if masked == nil {
		return args, b64, at
	}
	return masked, b64, at
}

func (m *Mask) word(w string) string {
	if m.defaults && len(w) > 4 {
		lower := strings.ToLower(w)
		for i := range defaults {
			if k := &defaults[i]; k.suits(w, lower) {
				w = leaveOut(k.re, w)
			}
		}
	}
	for _, re := range m.own {
		w = leaveOut(re, w)
	}
	return w
}

// leaveOut puts Masked in the place of what a pattern's groups match.
func leaveOut(re *regexp.Regexp, w string) string {
	matches := re.FindAllStringSubmatchIndex(w, -1)
	if matches == nil {
		return w
	}
	var b strings.Builder
	end := 0
	for _, m := range matches {
		groups := m[2:]
		if len(groups) == 0 {
			groups = m
		}
		for i := 0; i < len(groups); i += 2 {
			from, to := groups[i], groups[i+1]
			if from < end || from == to || w[from:to] == Masked {
				continue // not there, or inside of the one before
			}
			b.WriteString(w[end:from])
			b.WriteString(Masked)
			end = to
		}
	}
	b.WriteString(w[end:])
	return b.String()
}
