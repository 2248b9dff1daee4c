package policy

import (
	"errors"
	"strings"
)

// Two kinds of glob share one syntax: `*` any run of characters, `?` one, `[a-z]` and `[!a-z]` one of a set, `{a,b}`
// either, `\x` x itself.
//
// A word glob matches one whole word; its `*` crosses `/`. A path glob matches an absolute path: its `*` and `?` stop at
// `/`, `**` as a whole component is any number of components, and a last `/**` covers the directory itself too.

// Limits of one glob.
const (
	maxGlob         = 4096 // bytes
	maxAlternatives = 64   // after {a,b} is written out
)

var (
	errGlobLong    = errors.New("it is longer than 4096 bytes")
	errGlobBraces  = errors.New("a { has no }, or there is a } too many")
	errGlobMany    = errors.New("its {…} make more than 64 patterns")
	errGlobSet     = errors.New("a [ has no ], or the set is empty")
	errGlobEscape  = errors.New(`a \ stands at the end`)
	errGlobEmpty   = errors.New("it is empty")
	errGlobDotDot  = errors.New("it holds . or .. as a component; write the path that is meant")
	errGlobRooted  = errors.New(`it must start with /, ~/ or **/, or be "**"`)
	errGlobDoubled = errors.New("** must be a whole component, as in /a/**/b")
)

// wordGlob is a compiled word glob.
type wordGlob struct {
	text string // as written
	alts []wordAlt
}

// wordAlt is one alternative in a form that most words are told apart by at once.
type wordAlt struct {
	pattern string
	plain   bool // no special character: equality
	any     bool // "*"
}

func compileWord(text string) (*wordGlob, error) {
	alts, err := alternatives(text)
	if err != nil {
		return nil, err
	}
	g := &wordGlob{text: text}
	for _, a := range alts {
		if err := checkGlob(a); err != nil {
			return nil, err
		}
		g.alts = append(g.alts, wordAlt{pattern: a, plain: !strings.ContainsAny(a, `*?[\`), any: strings.Trim(a, "*") == "" && a != ""})
	}
	return g, nil
}

func (g *wordGlob) match(word string) bool {
	for i := range g.alts {
		a := &g.alts[i]
		switch {
		case a.any:
			return true
		case a.plain:
			if a.pattern == word {
				return true
			}
		case matchRun(a.pattern, word):
			return true
		}
	}
	return false
}

// pathGlob is a compiled path glob.
type pathGlob struct {
	text string
	alts []pathAlt
}

type pathAlt struct {
	home  bool     // began with ~: the parts follow a home directory
	parts []string // "**" is any number of components
	plain []bool   // the part holds no special character
	ends  string   // what every path that it covers ends with, as far as that can be told
}

func compilePath(text string) (*pathGlob, error) {
	alts, err := alternatives(text)
	if err != nil {
		return nil, err
	}
	g := &pathGlob{text: text}
	for _, a := range alts {
		p, err := compilePathAlt(a)
		if err != nil {
			return nil, err
		}
		g.alts = append(g.alts, p)
	}
	return g, nil
}

func compilePathAlt(a string) (pathAlt, error) {
	var p pathAlt
	switch {
	case a == "~" || strings.HasPrefix(a, "~/"):
		p.home, a = true, a[1:]
	case a == "**" || strings.HasPrefix(a, "**/") || strings.HasPrefix(a, "/"):
	default:
		return p, errGlobRooted
	}
	for part := range strings.SplitSeq(a, "/") {
		switch {
		case part == "":
			continue
		case part == "." || part == "..":
			return p, errGlobDotDot
		case part == "**":
			if len(p.parts) > 0 && p.parts[len(p.parts)-1] == "**" {
				continue
			}
		case strings.Contains(part, "**"):
			return p, errGlobDoubled
		}
		if err := checkGlob(part); err != nil {
			return p, err
		}
		p.parts = append(p.parts, part)
		p.plain = append(p.plain, part == "**" || !strings.ContainsAny(part, `*?[\`))
	}
	if last := len(p.parts) - 1; last >= 0 && !strings.ContainsAny(p.parts[last], `[\`) {
		p.ends = p.parts[last][strings.LastIndexAny(p.parts[last], "*?")+1:]
	}
	return p, nil
}

// homes says what ~ stands for.
type homes struct {
	dir  string // the caller's home directory; "" if unknown
	wide bool   // for rules that deny and ask: anyone's home directory, since the caller may reach for another's
}

// match reports whether the glob covers an absolute, clean path.
func (g *pathGlob) match(p string, h homes) bool {
	for i := range g.alts {
		a := &g.alts[i]
		if !strings.HasSuffix(p, a.ends) && !strings.HasSuffix(p, "/") { // most by far
			continue
		}
		if !a.home {
			if a.match(0, strings.TrimPrefix(p, "/")) {
				return true
			}
			continue
		}
		if rest, ok := below(p, h.dir); ok && h.dir != "" && h.dir != "/" && a.match(0, strings.TrimPrefix(rest, "/")) {
			return true
		}
		if rest, ok := anyHome(p); h.wide && ok && a.match(0, rest) {
			return true
		}
	}
	return false
}

// anyHome cuts /root or /home/NAME off the front of a path.
func anyHome(p string) (string, bool) {
	if rest, ok := below(p, "/root"); ok {
		return strings.TrimPrefix(rest, "/"), true
	}
	rest, ok := strings.CutPrefix(p, "/home/")
	if !ok || rest == "" {
		return "", false
	}
	_, rest, _ = strings.Cut(rest, "/")
	return rest, true
}

// below cuts a clean directory off the front of a path in it, or reports that the path isn't in it.
func below(p, dir string) (string, bool) {
	rest, ok := strings.CutPrefix(p, dir)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// match compares the parts from i on with the rest of a path, which has no leading slash. A "**" is tried with as few
// components as do; only the last one met is ever lengthened, so the time is bounded by parts × components.
func (a *pathAlt) match(i int, rest string) bool {
	starPart, starRest := -1, ""
	for {
		if i < len(a.parts) && a.parts[i] == "**" {
			if i == len(a.parts)-1 {
				return true
			}
			starPart, starRest = i, rest
			i++
			continue
		}
		if i == len(a.parts) && rest == "" {
			return true
		}
		if i < len(a.parts) && rest != "" {
			head, tail, _ := strings.Cut(rest, "/")
			if a.plain[i] && head == a.parts[i] || !a.plain[i] && matchRun(a.parts[i], head) {
				i, rest = i+1, tail
				continue
			}
		}
		if starPart < 0 || starRest == "" {
			return false
		}
		_, starRest, _ = strings.Cut(starRest, "/")
		i, rest = starPart+1, starRest
	}
}

// matchRun matches one glob without braces against one word. Only the last `*` met is ever lengthened, so the time is
// bounded by the product of the lengths.
func matchRun(pattern, word string) bool {
	p, w, starP, starW := 0, 0, -1, 0
	for {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			starP, starW = p, w
			continue
		}
		if w == len(word) {
			if p == len(pattern) {
				return true
			}
		} else if p < len(pattern) {
			if n, ok := matchOne(pattern[p:], word[w]); ok {
				p, w = p+n, w+1
				continue
			}
		}
		if starP < 0 || starW >= len(word) {
			return false
		}
		starW++
		p, w = starP, starW
	}
}

// matchOne matches one byte against the pattern's first element and returns the element's length.
func matchOne(p string, c byte) (int, bool) {
	switch p[0] {
	case '?':
		return 1, true
	case '\\':
		return 2, p[1] == c
	case '[':
		end := setEnd(p)
		set := p[1:end]
		not := set[0] == '!' || set[0] == '^'
		if not {
			set = set[1:]
		}
		in := false
		for i := 0; i < len(set); i++ {
			if i+2 < len(set) && set[i+1] == '-' {
				in = in || set[i] <= c && c <= set[i+2]
				i += 2
				continue
			}
			in = in || set[i] == c
		}
		return end + 1, in != not
	}
	return 1, p[0] == c
}

// setEnd is the index of the ] that ends the set at the start of p, or -1.
func setEnd(p string) int {
	i := 1
	if i < len(p) && (p[i] == '!' || p[i] == '^') {
		i++
	}
	for j := i + 1; j < len(p); j++ { // a ] in the first place stands for itself
		if p[j] == ']' {
			return j
		}
	}
	return -1
}

// checkGlob makes sure that matchOne never meets a torn element.
func checkGlob(p string) error {
	for i := 0; i < len(p); i++ {
		switch p[i] {
		case '\\':
			if i++; i == len(p) {
				return errGlobEscape
			}
		case '[':
			end := setEnd(p[i:])
			if end < 0 {
				return errGlobSet
			}
			i += end
		}
	}
	return nil
}

// alternatives writes out the braces.
func alternatives(text string) ([]string, error) {
	if text == "" {
		return nil, errGlobEmpty
	}
	if len(text) > maxGlob {
		return nil, errGlobLong
	}
	done, todo := []string(nil), []string{text}
	for len(todo) > 0 {
		t := todo[0]
		todo = todo[1:]
		open, end, commas, err := braces(t)
		if err != nil {
			return nil, err
		}
		if open < 0 {
			done = append(done, t)
		}
		from := open + 1
		for _, c := range commas {
			todo = append(todo, t[:open]+t[from:c]+t[end+1:])
			from = c + 1
		}
		if len(done)+len(todo) > maxAlternatives {
			return nil, errGlobMany
		}
	}
	return done, nil
}

// braces finds the first outermost {…} with its commas and its end as the last of them; open is -1 where there is none.
func braces(t string) (open, end int, commas []int, err error) {
	open, depth := -1, 0
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '\\':
			i++
		case '[':
			if e := setEnd(t[i:]); e > 0 {
				i += e
			}
		case '{':
			if depth++; depth == 1 {
				open = i
			}
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		case '}':
			if depth--; depth < 0 {
				return 0, 0, nil, errGlobBraces
			}
			if depth == 0 {
				return open, i, append(commas, i), nil
			}
		}
	}
	if depth != 0 {
		return 0, 0, nil, errGlobBraces
	}
	return -1, 0, nil, nil
}
