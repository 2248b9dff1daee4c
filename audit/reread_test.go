package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/clawrden/clawrden"
)

// numbers reads all that Lines gives.
func numbers(l *Lines) (seqs []uint64, err error) {
	defer l.Close()
	for {
		line, err := l.Next()
		if errors.Is(err, io.EOF) {
			return seqs, nil
		}
		if err != nil {
			return seqs, err
		}
		h, err := readHead(line)
		if err != nil {
			return seqs, err
		}
		seqs = append(seqs, h.seq)
	}
}

func wantRow(t *testing.T, got []uint64, err error, first, last uint64) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != int(last-first+1) || got[0] != first || got[len(got)-1] != last {
		t.Errorf("%d records, %v; want %d to %d", len(got), got, first, last)
	}
}

// What was verified is read again, whatever the daemon does to the files meanwhile: nothing less and nothing more.
func TestLines(t *testing.T) {
	s := newSealedLog(t, Options{RotateSize: 2_000})
	s.write(t, 40)
	report, err := VerifyLog(s.all(t))
	if err != nil || !report.OK() || len(report.Files) < 3 {
		t.Fatalf("%+v, %v", report, err)
	}
	got, err := numbers(report.Lines())
	wantRow(t, got, err, 1, report.Last)

	part := s.all(t)
	part.From, part.Newest = s.seals[1].Note, nil
	from, err := VerifyLog(part)
	if err != nil || !from.OK() || from.First < 2 {
		t.Fatalf("%+v, %v", from, err)
	}
	got, err = numbers(from.Lines())
	wantRow(t, got, err, from.First, from.Last)

	s.write(t, 40) // rotates what was the file in use
	got, err = numbers(report.Lines())
	wantRow(t, got, err, 1, report.Last)
}

// What was changed after it was verified is no longer read.
func TestLinesOfAnother(t *testing.T) {
	s := newSealedLog(t, Options{})
	s.write(t, 10)
	report, err := VerifyLog(s.all(t))
	if err != nil || !report.OK() {
		t.Fatalf("%+v, %v", report, err)
	}
	whole, err := os.ReadFile(s.path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for name, text := range map[string][]byte{
		"changed": bytes.Replace(whole, []byte(`"id":"i5"`), []byte(`"id":"x5"`), 1),
		"last":    bytes.Replace(whole, []byte(fmt.Sprintf(`"event":%q`, clawrden.EventDecided)), []byte(`"event":"xx"`), 10),
		"cut":     bytes.Join(lines[:5], nil),
		"removed": bytes.Join(append(append([][]byte{}, lines[:3]...), lines[4:]...), nil),
		"junk":    append([]byte("junk\n"), whole...),
		"empty":   nil,
	} {
		if err := os.WriteFile(s.path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := numbers(report.Lines()); !errors.Is(err, errOther) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if err := os.Remove(s.path); err != nil {
		t.Fatal(err)
	}
	if _, err := numbers(report.Lines()); err == nil {
		t.Error("a log that has gone is read")
	}
}

// A damaged log is read as it stands: who asks for it was told.
func TestLinesOfDamaged(t *testing.T) {
	s := newSealedLog(t, Options{})
	s.write(t, 3)
	f, err := os.OpenFile(s.path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("junk\nmore junk\ntorn"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	report, err := VerifyLog(s.all(t))
	if err != nil || report.OK() {
		t.Fatalf("%+v, %v", report, err)
	}
	l, n := report.Lines(), 0
	for {
		if _, err = l.Next(); err != nil {
			break
		}
		n++
	}
	if l.Close(); n != 5 || !errors.Is(err, io.EOF) {
		t.Errorf("%d lines, %v", n, err)
	}
}
