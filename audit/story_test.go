package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/clawrden/clawrden"
)

// A story has both records as they stand in the log, over files and with or without the index, and the first checkpoint
// that seals each.
func TestStory(t *testing.T) {
	for name, index := range map[string]string{"index": filepath.Join(t.TempDir(), "history"), "none": ""} {
		t.Run(name, func(t *testing.T) {
			path := logPath(t)
			l := open(t, path, Options{Sync: SyncNone, RotateSize: 30_000, Index: index, Keys: t.TempDir(), CheckpointRecords: 1 << 40})
			r := decided("first", clawrden.OutcomeApproved)
			r.Approver, r.WaitedMS, r.EnvNames = &clawrden.Approver{UID: 7, User: "ann", Door: "http"}, 1500, []string{"PATH"}
			appendAll(t, l, r, decided("other", clawrden.OutcomeDeny))
			if err := l.Seal(); err != nil {
				t.Fatal(err)
			}
			var ends []uint64
			for i := range 150 { // into the next file
				appendAll(t, l, decided(fmt.Sprint("n", i), clawrden.OutcomeDeny))
				if err := l.Seal(); err != nil {
					t.Fatal(err)
				}
				seq, _ := l.Head()
				ends = append(ends, seq)
			}
			end := finished("first", 3)
			end.TimedOut = true
			appendAll(t, l, end)

			s, err := l.Story("fir")
			if err != nil {
				t.Fatal(err)
			}
			if s.ID != "first" || s.ExitCode == nil || *s.ExitCode != 3 || s.Decided.WaitedMS != 1500 || len(s.Decided.EnvNames) != 1 || s.Finished == nil || !s.Finished.TimedOut {
				t.Errorf("%+v", s)
			}
			if s.Sealed == nil || s.Sealed.Records < s.Seq || s.Sealed.Records > s.Seq+1 || s.EndSealed != nil {
				t.Errorf("sealed by %+v, its end by %+v", s.Sealed, s.EndSealed)
			}
			for i := range 150 {
				s, err := l.Story(fmt.Sprint("n", i))
				if err != nil || s.Finished != nil || s.Sealed == nil || s.Sealed.Records < s.Seq || s.Sealed.Records > ends[i] {
					t.Fatalf("n%d, record %d: %+v, %v", i, s.Seq, s.Sealed, err)
				}
			}
			if err := l.Seal(); err != nil {
				t.Fatal(err)
			}
			if s, err = l.Story("first"); err != nil || s.EndSealed == nil || s.EndSealed.Records != s.Finished.Seq || s.EndSealed.Head == "" || s.EndSealed.Time.IsZero() {
				t.Errorf("its end is sealed by %+v, %v", s.EndSealed, err)
			}
			if _, err := l.Story("nosuch"); err == nil {
				t.Error("what isn't there has a story")
			}
		})
	}
}

// What somebody else has put into the file of checkpoints is passed over.
func TestSealOfHostile(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{Keys: t.TempDir(), CheckpointRecords: 1 << 40})
	for i := range 40 {
		appendAll(t, l, decided(fmt.Sprint("n", i), clawrden.OutcomeDeny))
		if err := l.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(CheckpointFile(path))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 211 {
		for _, junk := range [][]byte{[]byte("junk"), []byte("\n\nclawrden.audit/x\n"), make([]byte, 3*noteReach)} {
			b := append(append(append([]byte{}, whole[:i]...), junk...), whole[i:]...)
			other := filepath.Join(t.TempDir(), "notes")
			if err := os.WriteFile(other, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := sealOf(other, 20); err != nil || s == nil || s.Records < 20 {
				t.Fatalf("%d bytes at %d: %+v, %v", len(junk), i, s, err)
			}
		}
	}
	if s, err := sealOf(path+".none", 1); s != nil || err != nil {
		t.Error(s, err)
	}
}
