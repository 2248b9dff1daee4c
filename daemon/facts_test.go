package daemon

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

func TestRecordPaths(t *testing.T) {
	f := clawrden.Facts{Cwd: "/srv/a", Paths: []clawrden.PathFact{
		{Arg: clawrden.ArgCwd, Word: "/srv/a", Resolved: "/srv/a"},
		{Arg: 0, Word: "x/../y", Resolved: "/srv/a/y"},
		{Arg: 1, Word: "link", Resolved: "/etc/shadow"},
		{Arg: 2, Word: "link", Resolved: "/etc/shadow"},
		{Arg: 3, Word: "z", Base: "sub", Resolved: "/srv/a/sub/z"},
		{Arg: 4, Word: "loop", Err: "too many links"},
		{Arg: 5, Word: "$X", Unknown: true},
		{Arg: 6, Word: "~/k", Resolved: "/home/me/k"},
		{Arg: 7, Word: "\xff", Resolved: "/srv/a/\xff"},
	}}
	got, cut := recordPaths(&f)
	want := []clawrden.RecordPath{
		{Path: "x/../y"},
		{Path: "link", Resolved: "/etc/shadow"},
		{Path: "sub/z"},
		{Path: "loop", Err: "too many links"},
		{Path: "~/k", Resolved: "/home/me/k"},
		{Path: `\xff`},
	}
	if d := cmp.Diff(want, got); d != "" || cut {
		t.Errorf("cut %v\n%s", cut, d)
	}
	f.Paths = nil
	for i := range 100 {
		f.Paths = append(f.Paths, clawrden.PathFact{Arg: i, Word: strings.Repeat("x", 1000+i)})
	}
	if got, cut := recordPaths(&f); !cut || len(got) >= 100 {
		t.Errorf("%d paths of 1000 bytes are kept, cut %v", len(got), cut)
	}
}

// What a shell will make of ~ is what is looked at: an agent may set HOME.
func TestFromHome(t *testing.T) {
	tests := []struct {
		word, home string
		env        []string
		want       string
	}{
		{"~/.ssh/id", "/home/me", nil, "/home/me/.ssh/id"},
		{"~", "/home/me", []string{"X=1"}, "/home/me"},
		{"~/shadow", "/home/me", []string{"HOME=/etc", "HOME=/home/me"}, "/etc/shadow"},
		{"~/x", "", nil, ""},
		{"~/x", "/home/me", []string{"HOME="}, ""},
		{"~/x", "/home/me", []string{"HOME=relative"}, ""},
		{"~root/x", "/home/me", nil, ""},
	}
	for _, tt := range tests {
		if got := fromHome(tt.word, tt.env, tt.home); got != tt.want {
			t.Errorf("%s with %q and home %q: %q, want %q", tt.word, tt.env, tt.home, got, tt.want)
		}
	}
}
