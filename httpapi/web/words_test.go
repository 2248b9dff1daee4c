package web

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

var lines = map[string][]string{
	``:                             nil,
	`  `:                           nil,
	`git  push`:                    {"git", "push"},
	`echo 'a b' "c d" e\ f`:        {"echo", "a b", "c d", "e f"},
	`echo ''`:                      {"echo", ""},
	`a'b'"c"`:                      {"abc"},
	`echo '\n' "\""`:               {"echo", `\n`, `"`},
	"a\nb\tc":                      {"a", "b", "c"},
	`sh -c 'cd x && rm "$HOME/y"'`: {"sh", "-c", `cd x && rm "$HOME/y"`},
}

func TestSplit(t *testing.T) {
	for line, want := range lines {
		got, err := split(line)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", line, err, diff)
		}
	}
	for _, line := range []string{`'`, `a "b`, `a\`} {
		if _, err := split(line); err == nil {
			t.Errorf("%s is taken", line)
		}
	}
}

// What is shown as words, whatever they are, reads back as the same words where a person can type them.
func FuzzWords(f *testing.F) {
	for line := range lines {
		f.Add(line, line, 20)
	}
	f.Add("a\u202e\xff", "\x00", 3)
	f.Fuzz(func(t *testing.T, a, b string, room int) {
		words, err := split(a)
		if err == nil && utf8.ValidString(a) {
			var quoted []string
			for _, w := range words {
				quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
			}
			again, err := split(strings.Join(quoted, " "))
			if diff := cmp.Diff(words, again); diff != "" || err != nil {
				t.Errorf("%q: %v %s", a, err, diff)
			}
		}
		args, b64 := clawrden.Words([]string{a, b})
		c := shown("tool", args, b64, 0, room%1000)
		if n := len("tool") + len(a) + len(b) + 3; c.Left > n || len(c.Words) == 3 && c.Left != 0 || len(c.Words) < 3 && c.Whole() {
			t.Errorf("%d words shown of 3, %d bytes left of %d", len(c.Words), c.Left, n)
		}
		for _, r := range string(visible([]byte(a + b))) {
			if r != '\n' && r != '\t' && display.Hidden(r) {
				t.Errorf("%U is left", r)
			}
		}
	})
}

// A command stands below the last one that its parent process ran before it.
func TestTree(t *testing.T) {
	at := func(id string, pid, parent int) clawrden.Entry {
		return clawrden.Entry{ID: id, Command: id, Identity: clawrden.Identity{PID: pid, Parent: parent, Start: uint64(pid)}}
	}
	for name, tt := range map[string]struct {
		oldest []clawrden.Entry
		want   []string
	}{
		"nothing":                  {nil, nil},
		"strangers":                {[]clawrden.Entry{at("a", 1, 0), at("b", 2, 0)}, []string{"a", "b"}},
		"children":                 {[]clawrden.Entry{at("a", 10, 1), at("b", 11, 10), at("c", 12, 11), at("d", 13, 10)}, []string{"a", "-b", "--c", "-d"}},
		"a process goes on":        {[]clawrden.Entry{at("sh", 10, 1), at("make", 10, 1), at("cc", 11, 10)}, []string{"sh", "-make", "--cc"}},
		"the parent comes later":   {[]clawrden.Entry{at("b", 11, 10), at("a", 10, 1)}, []string{"b", "a"}},
		"a number that comes back": {[]clawrden.Entry{at("a", 10, 1), {ID: "b", Identity: clawrden.Identity{PID: 10, Start: 99, Parent: 7}}}, []string{"a", "b"}},
		"its own parent":           {[]clawrden.Entry{at("a", 10, 10), at("b", 10, 10)}, []string{"a", "-b"}},
	} {
		var newest []clawrden.Entry
		for i := range tt.oldest {
			newest = append([]clawrden.Entry{tt.oldest[i]}, newest...)
		}
		var got []string
		for _, r := range tree(newest) {
			got = append(got, strings.Repeat("-", r.Depth)+r.ID)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "no time", 0: "0 s", 59 * time.Second: "59 s", 61 * time.Second: "1 min 01 s", 11 * time.Minute: "11 min",
		3*time.Hour + 4*time.Minute: "3 h 4 min", 49 * time.Hour: "2 d 1 h", 100 * 365 * 24 * time.Hour: "100 years",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
