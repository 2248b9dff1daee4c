package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

func note(i int) *Note {
	return &Note{
		Event: clawrden.EventBreakGlass, Time: clawrden.Timestamp{Time: time.Date(2026, 1, 2, 3, 4, 5+i, 0, time.UTC)},
		Command: "/usr/bin/git", Args: []string{fmt.Sprint(i)}, By: clawrden.Approver{User: "root", Door: "host"},
	}
}

func take(t *testing.T, state string) (got []string) {
	t.Helper()
	if err := Take(state, func(n *Note) error {
		got = append(got, strings.Join(append([]string{n.Event}, n.Args...), " ")+n.Reason)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestWriteAndTake(t *testing.T) {
	state := t.TempDir()
	if got := take(t, state); got != nil {
		t.Errorf("before there was any: %q", got)
	}
	for _, i := range []int{2, 0, 1} {
		if err := Write(state, note(i)); err != nil {
			t.Fatal(err)
		}
	}
	if fi, err := os.Stat(filepath.Join(state, Dir)); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("the directory: %v, %v", fi, err)
	}
	full := errors.New("the disk is full")
	if err := Take(state, func(*Note) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"break_glass 0", "break_glass 1", "break_glass 2"}, take(t, state)); d != "" {
		t.Error(d)
	}
	if got := take(t, state); got != nil {
		t.Errorf("taken twice: %q", got)
	}
}

func TestRecord(t *testing.T) {
	r := note(0).Record()
	if r.Event != clawrden.EventBreakGlass || r.Command != "/usr/bin/git" || r.Approver.User != "root" || r.Happened.Year() != 2026 {
		t.Errorf("%+v", r)
	}
}

func TestLongCommand(t *testing.T) {
	state := t.TempDir()
	n := note(0)
	n.Args = []string{strings.Repeat("x", maxNote)}
	if err := Write(state, n); err != nil {
		t.Fatal(err)
	}
	if got := take(t, state); len(got) != 1 || !strings.Contains(got[0], "1 arguments are left out") {
		t.Errorf("%q", got)
	}
	n.Command = n.Args[0]
	if err := Write(state, n); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Error(err)
	}
}

// What can't be a note of root's is told of, and kept.
func TestBadNotes(t *testing.T) {
	state := t.TempDir()
	if err := Write(state, note(0)); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(state, Dir)
	for name, text := range map[string]string{
		"1.json": "", "2.json": "{", "3.json": `{"event":"decided"}`, "4.json": strings.Repeat(" ", maxNote+1), "5.json": `{"event":"break_glass"}`, "other": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chmod(filepath.Join(dir, "5.json"), 0o622), os.Symlink("other", filepath.Join(dir, "6.json")), os.Mkdir(filepath.Join(dir, "7.json"), 0o700)); err != nil {
		t.Fatal(err)
	}
	got := take(t, state)
	if len(got) != 8 {
		t.Errorf("%q", got)
	}
	bad := 0
	for _, g := range got {
		if strings.Contains(g, "can't be read, and was moved to") {
			bad++
		}
	}
	if bad != 7 {
		t.Errorf("%d bad ones in %q", bad, got)
	}
	if again := take(t, state); again != nil {
		t.Errorf("again: %q", again)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.bad")); err != nil || len(left) != 7 {
		t.Errorf("%q, %v", left, err)
	}
}

func TestWatch(t *testing.T) {
	state := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	looked, ended := make(chan struct{}, 64), make(chan error, 1)
	go func() { ended <- Watch(ctx, state, func() { looked <- struct{}{} }) }()
	<-looked
	for i := range 3 {
		if err := Write(state, note(i)); err != nil {
			t.Fatal(err)
		}
		<-looked
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := Watch(t.Context(), filepath.Join(state, Dir, "no\x00such"), func() {}); err == nil {
		t.Error("no error for a directory that can't be")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "{", `{"event":"break_glass","args":["x"],"by":{"uid":0}}`, `{"event":"decided"}`, `{"event":"diverted","time":"x"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := parse(b)
		if err == nil && n.Record().Event == clawrden.EventDecided {
			t.Error("a note passes for a decision")
		}
	})
}
