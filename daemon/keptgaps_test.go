package daemon

import (
	"log/slog"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden/internal/peercred"
)

// TestKeptGaps gives the next life of the daemon what a session lacks, and of another session or process nothing.
func TestKeptGaps(t *testing.T) {
	start, _, err := parentOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	s := &session{peer: &peercred.Peer{}}
	s.Name, s.Gaps = "a-session-with-a-name-that-is-longer", []string{"this", "that"}
	s.Identity.PID, s.Identity.Start = os.Getpid(), start
	s.peer.Identity = s.Identity
	var g gapFiles
	g.open(dir, "boot", log)
	if err := g.keep(s); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		boot, name string
		start      uint64
		want       []string
	}{
		{"boot", s.Name, start, s.Gaps},
		{"boot", "another", start, nil},
		{"boot", s.Name, start + 1, nil},
		{"", s.Name, start, nil},
		{"later", s.Name, start, nil}, // and it is gone from then on
		{"boot", s.Name, start, nil},
	} {
		var next gapFiles
		if row.boot != "" {
			next.open(dir, row.boot, log)
		} else {
			next.dir = g.dir
		}
		first := *s.peer
		first.Start = row.start
		if d := cmp.Diff(row.want, next.of(row.name, &first)); d != "" {
			t.Errorf("%+v: %s", row, d)
		}
	}
}
