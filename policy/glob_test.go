package policy

import (
	"strings"
	"testing"
)

func TestWordGlob(t *testing.T) {
	tests := []struct {
		glob, yes, no string // words, comma by comma
	}{
		{"main", "main", "mains,amain,"},
		{"*", "x,,a/b", "-none-but-this-is-matched"},
		{"agent/*", "agent/,agent/a,agent/a/b", "agent,xagent/a"},
		{"a?c", "abc,a/c", "ac,abbc"},
		{"[a-c]x", "ax,cx", "dx,x"},
		{"[!a-c]x", "dx,-x", "ax,x"},
		{"[]x]", "],x", "["},
		{"{a,b{1,2}}c", "ac,b1c,b2c", "bc,c,abc"},
		{`\*`, "*", "x,\\*"},
		{"a*b*c", "abc,axbxc,abcbc", "ab,acb"},
		{"+*", "+main", "main"},
	}
	for _, tt := range tests {
		g, err := compileWord(tt.glob)
		if err != nil {
			t.Errorf("%q: %v", tt.glob, err)
			continue
		}
		for w := range strings.SplitSeq(tt.yes, ",") {
			if !g.match(w) {
				t.Errorf("%q doesn't match %q", tt.glob, w)
			}
		}
		if tt.glob == "*" {
			continue
		}
		for w := range strings.SplitSeq(tt.no, ",") {
			if g.match(w) {
				t.Errorf("%q matches %q", tt.glob, w)
			}
		}
	}
}

func TestPathGlob(t *testing.T) {
	tests := []struct {
		glob, yes, no string
	}{
		{"/srv/**", "/srv,/srv/a,/srv/a/b", "/srv2,/,/sr"},
		{"/srv/*", "/srv/a", "/srv,/srv/a/b"},
		{"/srv/*/build/**", "/srv/a/build,/srv/a/build/x/y", "/srv/build/x,/srv/a/b/build"},
		{"**/.env", "/.env,/a/.env,/a/b/.env", "/a/.env2,/a/.env/b"},
		{"**/.env.*", "/.env.local,/a/.env.x", "/.env"},
		{"**/node_modules/**", "/node_modules,/a/node_modules/b/c", "/a/node"},
		{"/a/**/z", "/a/z,/a/b/z,/a/b/c/z", "/a/b,/z,/a/zz"},
		{"/", "/", "/a"},
		{"**", "/,/a,/a/b", ""},
		{"~/.ssh/**", "/home/me/.ssh,/home/me/.ssh/id", "/home/you/.ssh/id,/.ssh/id,/root/.ssh/id"},
		{"/{a,b}/x", "/a/x,/b/x", "/c/x"},
	}
	h := homes{dir: "/home/me"}
	for _, tt := range tests {
		g, err := compilePath(tt.glob)
		if err != nil {
			t.Errorf("%q: %v", tt.glob, err)
			continue
		}
		for w := range strings.SplitSeq(tt.yes, ",") {
			if !g.match(w, h) {
				t.Errorf("%q doesn't match %q", tt.glob, w)
			}
		}
		for w := range strings.SplitSeq(tt.no, ",") {
			if tt.no != "" && g.match(w, h) {
				t.Errorf("%q matches %q", tt.glob, w)
			}
		}
	}
	g, _ := compilePath("~/.ssh/**")
	for _, p := range []string{"/root/.ssh/id", "/home/you/.ssh", "/home/me/.ssh/id"} {
		if !g.match(p, homes{wide: true}) {
			t.Errorf("~ of a strict rule doesn't cover %s", p)
		}
	}
}

func TestGlobErrors(t *testing.T) {
	for _, text := range []string{"", "{a", "a}", "[a", `a\`, strings.Repeat("x", maxGlob+1), strings.Repeat("{a,b}", 7)} {
		if _, err := compileWord(text); err == nil {
			t.Errorf("word glob %.20q compiles", text)
		}
	}
	for _, text := range []string{"", "a/b", "/a/../b", "/a/**b", "./a", "/[a"} {
		if _, err := compilePath(text); err == nil {
			t.Errorf("path glob %q compiles", text)
		}
	}
}

func FuzzGlob(f *testing.F) {
	for _, s := range []string{"a*b", "[!a-c]", "{a,b}*", `\x`, "/a/**/b", "~/x", "**/y"} {
		f.Add(s, "/a/b/c")
	}
	for _, glob := range []string{"/a/*.c", "/a/{b,c*d,e?}", "**/b*c", "/**", "/a/[b]", `/a/\b`, "~", "~/*.c"} {
		for _, path := range []string{"/", "/a", "/a/b", "/a/b/", "/a/e1", "/home/a", "/home/a/", "/home/a/x.c"} {
			f.Add(glob, path)
		}
	}
	f.Fuzz(func(t *testing.T, glob, word string) {
		if g, err := compileWord(glob); err == nil {
			g.match(word)
		}
		if g, err := compilePath(glob); err == nil {
			h := homes{dir: "/home/a", wide: true}
			quick := g.match(word, h)
			for i := range g.alts {
				g.alts[i].ends = ""
			}
			if slow := g.match(word, h); quick != slow {
				t.Errorf("%q covers %q: %v, and %v where its end isn't looked at first", glob, word, quick, slow)
			}
		}
	})
}
