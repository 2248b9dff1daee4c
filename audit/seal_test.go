package audit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/mod/sumdb/note"

	"github.com/clawrden/clawrden"
)

// sealedLog is a log with its keys, in a directory of its own.
type sealedLog struct {
	dir, path string
	o         Options
	seals     []Seal
}

func newSealedLog(t testing.TB, o Options) *sealedLog {
	s := &sealedLog{dir: memoryDir(t), o: o}
	s.path = filepath.Join(s.dir, "log", "audit.jsonl")
	s.o.Keys = filepath.Join(s.dir, "state")
	s.o.Sealed = func(x Seal) { s.seals = append(s.seals, x) }
	s.o.Complain = func(err error) { t.Error(err) }
	for _, dir := range []string{filepath.Dir(s.path), s.o.Keys} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// write opens the log, appends so many commands, and closes it.
func (s *sealedLog) write(t testing.TB, n int) {
	t.Helper()
	l := open(t, s.path, s.o)
	for range n {
		seq, _ := l.Head()
		appendAll(t, l, decided(fmt.Sprintf("i%d", seq+1), clawrden.OutcomeAllow))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// all is the whole log, to be verified as on its own host.
func (s *sealedLog) all(t testing.TB) VerifyOptions {
	t.Helper()
	files, err := Files(s.path)
	if err != nil {
		t.Fatal(err)
	}
	o := VerifyOptions{Files: files, Checkpoints: CheckpointFile(s.path), Keys: s.public(t), Whole: true}
	o.Newest, _ = os.ReadFile(NewestFile(s.o.Keys))
	return o
}

func (s *sealedLog) public(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile(PublicKeyFile(s.o.Keys))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// verify returns what is wrong with the log.
func verifyLog(t testing.TB, o VerifyOptions) Report {
	t.Helper()
	r, err := VerifyLog(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *sealedLog) sound(t testing.TB, records uint64) Report {
	t.Helper()
	r := verifyLog(t, s.all(t))
	if !r.OK() || r.Records != records || r.Torn != 0 {
		t.Fatalf("%d records, want %d; torn %d; problems: %v", r.Records, records, r.Torn, r.Problems)
	}
	return r
}

func readText(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func writeText(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A checkpoint is a note as Go's own checksum database signs them, and the key that signed it is nowhere any more.
func TestCheckpointIsANote(t *testing.T) {
	s := newSealedLog(t, Options{})
	s.write(t, 3)
	first := s.public(t)[0]
	s.write(t, 2)
	if len(s.seals) != 2 {
		t.Fatalf("%d checkpoints", len(s.seals))
	}
	key := first
	for i, seal := range s.seals {
		v, err := note.NewVerifier(key)
		if err != nil {
			t.Fatal(err)
		}
		n, err := note.Open(seal.Note, note.VerifierList(v))
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseCheckpoint(n.Text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(seal.Checkpoint, c, cmpopts.EquateApproxTime(time.Microsecond)); diff != "" {
			t.Error(diff)
		}
		if c.Size != uint64(3+2*i) || c.Why != ByStop || c.Head != hashLine([]byte(strings.TrimSuffix(readLines(t, s.path)[c.Size-1], "\n"))) {
			t.Errorf("checkpoint %d: %+v", i, c)
		}
		key = c.Next
	}
	if got := readText(t, CheckpointFile(s.path)); got != string(s.seals[0].Note)+"\n"+string(s.seals[1].Note)+"\n" {
		t.Errorf("the file has\n%s", got)
	}
	r, err := openRatchet(s.o.Keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := newSigner(r.origin, r.key)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := note.Sign(&note.Note{Text: "a\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{first, s.seals[0].Next} {
		if _, err := note.Open(forged, verifiers([]string{key})); err == nil {
			t.Error("a key that has signed is still there")
		}
	}
	if _, err := note.Open(forged, verifiers([]string{s.seals[1].Next})); err != nil {
		t.Error(err)
	}
}

func TestWhenSealed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSealedLog(t, Options{CheckpointRecords: 10, CheckpointTime: time.Minute})
		l := open(t, s.path, s.o)
		add := func(n int) {
			for range n {
				appendAll(t, l, decided("a", clawrden.OutcomeAllow))
			}
			synctest.Wait()
		}
		want := func(n int, size uint64, why Why) {
			t.Helper()
			l.sealMu.Lock()
			defer l.sealMu.Unlock()
			if len(s.seals) != n || n > 0 && (s.seals[n-1].Size != size || s.seals[n-1].Why != why) {
				t.Fatalf("checkpoints: %+v; want %d, the last one of %d records by %s", s.seals, n, size, why)
			}
		}
		add(9)
		want(0, 0, "")
		add(1)
		want(1, 10, ByCount)
		add(3)
		<-time.After(time.Minute)
		synctest.Wait()
		want(2, 13, ByTime)
		<-time.After(time.Hour)
		synctest.Wait()
		want(2, 13, ByTime) // nothing was written
		add(1)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		want(3, 14, ByStop)
		s.sound(t, 14)
	})
}

func TestKeyFromCredential(t *testing.T) {
	seed := bytes.Repeat([]byte{7}, 32)
	var public []string
	for _, credential := range []string{string(seed), strings.Repeat("07", 32), "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n"} {
		s := newSealedLog(t, Options{Credential: []byte(credential)})
		s.write(t, 1)
		public = append(public, s.public(t)...)
		s.o.Credential = []byte("another, which isn't looked at any more")
		s.write(t, 1)
		s.sound(t, 2)
	}
	if len(public) != 3 || public[0] != public[1] || public[0] != public[2] {
		t.Errorf("the public keys are %q", public)
	}
	s := newSealedLog(t, Options{Credential: []byte("too short")})
	if _, err := Open(s.path, s.o); err == nil || !strings.Contains(err.Error(), "32 bytes") {
		t.Errorf("a bad credential: %v", err)
	}
}

// What a crash leaves between the steps of a checkpoint is mended at the next start.
func TestCrashWhileSealing(t *testing.T) {
	for name, left := range map[string]func(notes, last string) string{
		"the note isn't in the file": func(notes, last string) string { return strings.TrimSuffix(notes, last) },
		"half of it is":              func(notes, last string) string { return strings.TrimSuffix(notes, last) + last[:len(last)/2] },
		"a byte of it is missing":    func(notes, _ string) string { return notes[:len(notes)-1] },
		"a byte of it is there":      func(notes, last string) string { return strings.TrimSuffix(notes, last) + last[:1] },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSealedLog(t, Options{})
			s.write(t, 2)
			s.write(t, 2)
			notes := readText(t, CheckpointFile(s.path))
			writeText(t, CheckpointFile(s.path), left(notes, string(s.seals[1].Note)+"\n"))
			s.write(t, 1)
			if got := readText(t, CheckpointFile(s.path)); got != notes+string(s.seals[2].Note)+"\n" {
				t.Errorf("the file has\n%s", got)
			}
			s.sound(t, 5)
		})
	}
}

// The records behind the last checkpoint are counted, and a torn last line is told.
func TestUnsealedTail(t *testing.T) {
	s := newSealedLog(t, Options{})
	s.write(t, 3)
	l := open(t, s.path, s.o)
	appendAll(t, l, decided("a", clawrden.OutcomeAllow), decided("b", clawrden.OutcomeAllow))
	f, err := os.OpenFile(s.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(`{"schema"`); err != nil {
		t.Fatal(err)
	}
	r := verifyLog(t, s.all(t))
	if !r.OK() || !r.Signed || r.Sealed != 3 || r.Unsealed != 2 || r.Torn != 9 || r.Checkpoints != 1 {
		t.Errorf("%+v", r)
	}
}

// A daemon that was stopped, started again and then killed before its next checkpoint finds its own records behind that of the stop.
func TestStartAfterStopAndCrash(t *testing.T) {
	s := newSealedLog(t, Options{})
	s.write(t, 5)
	s.o.Own = func(r *clawrden.Record) { t.Errorf("said %+v", r) }
	for life := range 3 {
		l := open(t, s.path, s.o)
		appendAll(t, l, decided(fmt.Sprintf("life%d", life), clawrden.OutcomeAllow))
		s.crash(t)
	}
	r := verifyLog(t, s.all(t))
	if !r.OK() || r.Sealed != 5 || r.Unsealed != 3 {
		t.Errorf("%+v", r)
	}
}

// crash goes on with what a crash now would leave.
func (s *sealedLog) crash(t *testing.T) {
	t.Helper()
	left := filepath.Join(t.TempDir(), "left")
	if err := os.CopyFS(left, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	s.dir, s.path, s.o.Keys = left, filepath.Join(left, "log", "audit.jsonl"), filepath.Join(left, "state")
}

// A start says that the log isn't as it was left, and the chain goes on behind what the last checkpoint seals.
func TestStartFindsDamage(t *testing.T) {
	for name, row := range map[string]struct {
		do     func(t *testing.T, s *sealedLog, lines []string)
		reason string // "" for nothing to say
		next   uint64 // number of the first record of the new life
		kind   Kind   // what Verify names
	}{
		"nothing": {do: func(*testing.T, *sealedLog, []string) {}, next: 6},
		"cut": {do: func(t *testing.T, s *sealedLog, lines []string) {
			writeText(t, s.path, strings.Join(lines[:3], ""))
		}, reason: "the log ends with record 3, and the last checkpoint seals 5", next: 6, kind: Removed},
		"removed": {do: func(t *testing.T, s *sealedLog, _ []string) {
			if err := os.Remove(s.path); err != nil {
				t.Fatal(err)
			}
		}, reason: "the log ends with record 0", next: 7, kind: Removed}, // 6 says that the file goes on
		"moved away": {do: func(t *testing.T, s *sealedLog, _ []string) {
			if err := os.Rename(s.path, s.path+".1"); err != nil {
				t.Fatal(err)
			}
		}, next: 7},
		"last record changed": {do: func(t *testing.T, s *sealedLog, lines []string) {
			writeText(t, s.path, strings.Join(lines[:4], "")+strings.Replace(lines[4], "status", "statuz", 1)+"\n")
		}, reason: "record 5 isn't the one that the last checkpoint seals", next: 6, kind: Replaced},
		"added": {do: func(t *testing.T, s *sealedLog, _ []string) {
			o := s.o
			o.Keys = ""
			l := open(t, s.path, o)
			appendAll(t, l, decided("forged", clawrden.OutcomeAllow))
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}, reason: "records up to 6 stand behind that", next: 7},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSealedLog(t, Options{})
			s.write(t, 5)
			row.do(t, s, readLines(t, s.path))
			var said []*clawrden.Record
			s.o.Own = func(r *clawrden.Record) { said = append(said, r) }
			l := open(t, s.path, s.o)
			if row.reason == "" {
				appendAll(t, l, &clawrden.Record{Event: clawrden.EventStarted})
				if seq, _ := l.Head(); seq != row.next || len(said) > 0 {
					t.Errorf("record %d, want %d; said %v", seq, row.next, said)
				}
			} else if len(said) != 1 || said[0].Event != clawrden.EventDamaged || said[0].Seq != row.next || !strings.Contains(said[0].Reason, row.reason) {
				t.Errorf("said %+v", said)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			r := verifyLog(t, s.all(t))
			has := slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Kind == row.kind })
			if has != (row.kind != "") || row.kind == "" && !r.OK() {
				t.Errorf("problems %v, want %q", r.Problems, row.kind)
			}
		})
	}
}
