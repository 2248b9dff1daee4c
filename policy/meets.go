package policy

import "strings"

// A glob that the shell has yet to expand can be told from a path glob where no path fits both: *.go is never .env.

// anyMeets reports whether some path could fit both a shell pattern, absolute and clean, and one of the globs.
func anyMeets(globs []*pathGlob, pattern string, h homes) bool {
	parts := strings.Split(strings.Trim(pattern, "/"), "/")
	for _, g := range globs {
		for i := range g.alts {
			a := &g.alts[i]
			if !a.home {
				if partsMeet(a.parts, parts) {
					return true
				}
				continue
			}
			if rest, ok := below(pattern, h.dir); ok && h.dir != "" && partsMeet(a.parts, strings.Split(strings.Trim(rest, "/"), "/")) {
				return true
			}
			if rest, ok := anyHome(pattern); h.wide && ok && partsMeet(a.parts, strings.Split(rest, "/")) {
				return true
			}
		}
	}
	return false
}

// maxMeet bounds the work of one comparison; past it the answer is that they may meet.
const maxMeet = 1 << 14

// partsMeet compares component by component; ** of the glob is any number of them.
func partsMeet(glob, pattern []string) bool {
	if len(glob)*len(pattern) > maxMeet {
		return true
	}
	// reach[j]: the glob's parts so far can fit the pattern's first j.
	reach := make([]bool, len(pattern)+1)
	reach[0] = true
	skipAny(pattern, reach)
	for _, part := range glob {
		next := make([]bool, len(pattern)+1)
		for j := range reach {
			if !reach[j] {
				continue
			}
			if part == "**" {
				for k := j; k <= len(pattern); k++ {
					next[k] = true
				}
				break
			}
			switch {
			case j == len(pattern):
			case pattern[j] == "**": // it takes this component, and stays
				next[j] = true
			case wordsMeet(part, pattern[j]):
				next[j+1] = true
			}
		}
		skipAny(pattern, next)
		reach = next
	}
	return reach[len(pattern)]
}

// skipAny lets each ** of the pattern, which stands for any number of components, be none.
func skipAny(pattern []string, reach []bool) {
	for j, part := range pattern {
		if reach[j] && part == "**" {
			reach[j+1] = true
		}
	}
}

// wordsMeet reports whether some name could fit both a glob and one component of a shell pattern. A leading wildcard of
// the shell's doesn't stand for a dot.
func wordsMeet(glob, pattern string) bool {
	if len(glob)*len(pattern) > maxMeet {
		return true
	}
	g, p := elements(glob), elements(pattern)
	if len(g) > 0 && len(p) > 0 && g[0] == '.' && p[0] < 0 {
		return false
	}
	reach := make([]bool, len(p)+1)
	closeStars := func(row []bool) {
		for j := range p {
			if row[j] && p[j] == anyRun {
				row[j+1] = true
			}
		}
	}
	reach[0] = true
	closeStars(reach)
	for _, e := range g {
		next := make([]bool, len(p)+1)
		for j := range reach {
			switch {
			case !reach[j]:
			case e == anyRun:
				for k := j; k <= len(p); k++ {
					next[k] = true
				}
			case j < len(p) && p[j] == anyRun:
				next[j] = true // the run takes this element, and stays
			case j < len(p) && (e == p[j] || e == anyOne || p[j] == anyOne):
				next[j+1] = true
			}
		}
		closeStars(next)
		reach = next
	}
	return reach[len(p)]
}

// Elements of a glob that aren't plain characters.
const (
	anyRun = -1
	anyOne = -2
)

// elements splits a glob; a set counts as any one character.
func elements(glob string) []int {
	var out []int
	for i := 0; i < len(glob); i++ {
		switch glob[i] {
		case '*':
			out = append(out, anyRun)
		case '?':
			out = append(out, anyOne)
		case '[':
			if end := setEnd(glob[i:]); end > 0 {
				out = append(out, anyOne)
				i += end
				continue
			}
			out = append(out, '[')
		case '\\':
			if i+1 < len(glob) {
				i++
			}
			out = append(out, int(glob[i]))
		default:
			out = append(out, int(glob[i]))
		}
	}
	return out
}
