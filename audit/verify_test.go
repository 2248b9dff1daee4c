package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clawrden/clawrden"
)

// sample is the lines of a sound log of eight records.
func sample(t testing.TB) []string {
	path := logPath(t)
	l := open(t, path, Options{Sync: SyncNone})
	for i := range 8 {
		appendAll(t, l, decided(fmt.Sprintf("i%d", i+1), clawrden.OutcomeAllow))
	}
	lines := readLines(t, path)
	lines[len(lines)-1] += "\n"
	return lines
}

func TestVerifyNames(t *testing.T) {
	// forge is a record put behind another by someone who knows the format.
	forge := func(seq uint64, behind string) string {
		r := decided("forged", clawrden.OutcomeAllow)
		body, err := encodeBody(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(encodeLine(seq, hashLine([]byte(strings.TrimSuffix(behind, "\n"))), r.Event, clawrden.Timestamp{}, body))
	}
	change := func(line int, old, new string) func([]string) []string {
		return func(l []string) []string {
			if !strings.Contains(l[line-1], old) {
				t.Fatalf("no %q in line %d", old, line)
			}
			l[line-1] = strings.Replace(l[line-1], old, new, 1)
			return l
		}
	}
	insert := func(line int, text func([]string) string) func([]string) []string {
		return func(l []string) []string { return slices.Insert(l, line-1, text(l)) }
	}
	for name, row := range map[string]struct {
		do   func([]string) []string
		want []Problem
		torn int64
	}{
		"sound":                  {do: func(l []string) []string { return l }},
		"empty":                  {do: func([]string) []string { return nil }},
		"changed byte":           {do: change(3, "status", "statuz"), want: []Problem{{Line: 3, Seq: 3, Kind: Changed}}},
		"changed first":          {do: change(1, "status", "statuz"), want: []Problem{{Line: 1, Seq: 1, Kind: Changed}}},
		"changed prev":           {do: change(4, `"prev":"`, `"prev":"0`), want: []Problem{{Line: 4, Seq: 4, Kind: Changed}}},
		"changed prev of first":  {do: change(1, `"prev":"0`, `"prev":"1`), want: []Problem{{Line: 1, Seq: 1, Kind: Changed}}},
		"changed number":         {do: change(4, `"seq":4`, `"seq":9`), want: []Problem{{Line: 4, Seq: 9, Kind: Changed}, {Line: 4, Seq: 4, Kind: Changed}}},
		"changed number, lower":  {do: change(4, `"seq":4`, `"seq":2`), want: []Problem{{Line: 4, Seq: 2, Kind: Changed}, {Line: 4, Seq: 4, Kind: Changed}}},
		"changed to no JSON":     {do: change(5, `{"schema`, `["schema`), want: []Problem{{Line: 5, Seq: 5, Kind: Unreadable}}},
		"changed to half JSON":   {do: change(5, "}\n", "\n"), want: []Problem{{Line: 5, Seq: 5, Kind: Unreadable}}},
		"changed schema":         {do: change(5, `audit/1`, `audit/x`), want: []Problem{{Line: 5, Seq: 5, Kind: Unreadable}}},
		"removed":                {do: func(l []string) []string { return slices.Delete(l, 3, 4) }, want: []Problem{{Line: 4, Seq: 4, Kind: Removed}}},
		"removed three":          {do: func(l []string) []string { return slices.Delete(l, 2, 5) }, want: []Problem{{Line: 3, Seq: 3, Kind: Removed}}},
		"removed first":          {do: func(l []string) []string { return l[1:] }, want: []Problem{{Line: 1, Seq: 1, Kind: Removed}}},
		"inserted text":          {do: insert(4, func([]string) string { return "hello\n" }), want: []Problem{{Line: 4, Kind: Inserted}}},
		"inserted empty line":    {do: insert(4, func([]string) string { return "\n" }), want: []Problem{{Line: 4, Kind: Inserted}}},
		"inserted forged record": {do: insert(4, func(l []string) string { return forge(4, l[2]) }), want: []Problem{{Line: 4, Seq: 4, Kind: Inserted}}},
		"forged behind":          {do: insert(5, func(l []string) string { return forge(4, l[2]) }), want: []Problem{{Line: 5, Seq: 4, Kind: Inserted}}},
		"forged old number":      {do: insert(6, func(l []string) string { return forge(2, l[1]) }), want: []Problem{{Line: 6, Seq: 2, Kind: Inserted}}},
		"repeated":               {do: insert(4, func(l []string) string { return l[2] }), want: []Problem{{Line: 4, Seq: 3, Kind: Repeated}}},
		"repeated later":         {do: insert(7, func(l []string) string { return l[2] }), want: []Problem{{Line: 7, Seq: 3, Kind: Repeated}}},
		"repeated at the end":    {do: func(l []string) []string { return append(l, l[0]) }, want: []Problem{{Line: 9, Seq: 1, Kind: Repeated}}},
		"swapped":                {do: func(l []string) []string { l[3], l[4] = l[4], l[3]; return l }, want: []Problem{{Line: 5, Seq: 4, Kind: Reordered}}},
		"last one first": {do: func(l []string) []string { return append(l[7:8:8], l[:7]...) }, want: []Problem{
			{Line: 2, Seq: 1, Kind: Reordered},
			{Line: 3, Seq: 2, Kind: Reordered},
			{Line: 4, Seq: 3, Kind: Reordered},
			{Line: 5, Seq: 4, Kind: Reordered},
			{Line: 6, Seq: 5, Kind: Reordered},
			{Line: 7, Seq: 6, Kind: Reordered},
			{Line: 8, Seq: 7, Kind: Reordered},
		}},
		"two places": {do: func(l []string) []string { return slices.Delete(change(2, "status", "statuz")(l), 5, 6) }, want: []Problem{{Line: 2, Seq: 2, Kind: Changed}, {Line: 6, Seq: 6, Kind: Removed}}},
		"torn":       {do: func(l []string) []string { l[7] = l[7][:20]; return l }, torn: 20},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "audit.jsonl")
			if err := os.WriteFile(path, []byte(strings.Join(row.do(sample(t)), "")), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := Verify(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, r.Problems, cmpopts.IgnoreFields(Problem{}, "Detail", "File"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s\n%v", diff, r.Problems)
			}
			if r.Torn != row.torn || r.OK() != (len(row.want) == 0) {
				t.Errorf("torn %d, ok %v", r.Torn, r.OK())
			}
		})
	}
}

// Any one byte of any line but the last, changed to any other, is found, and in its line.
func TestVerifyEveryByte(t *testing.T) {
	lines := sample(t)[:4]
	whole := strings.Join(lines, "")
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	line := 1
	for i := range len(whole) - len(lines[3]) {
		b := []byte(whole)
		b[i] ^= 1
		if whole[i] == '\n' {
			line++
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Verify(path)
		if err != nil {
			t.Fatal(err)
		}
		if r.OK() {
			t.Fatalf("byte %d (%q) is not missed", i, whole[i])
		}
		if p := r.Problems[0]; whole[i] != '\n' && p.Line != line {
			t.Fatalf("byte %d in line %d: %v", i, line, r.Problems)
		}
	}
}

func TestVerifyCannotRead(t *testing.T) {
	for _, path := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir(), "/dev/null"} {
		if _, err := Verify(path); err == nil || !strings.HasPrefix(err.Error(), "cannot verify the audit log: ") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Damage without end is bounded, and counted.
func TestVerifyManyProblems(t *testing.T) {
	var b strings.Builder
	for range 500 {
		b.WriteString("no record\n")
	}
	for i := uint64(1); i < 500; i += 2 {
		fmt.Fprintf(&b, "{\"schema\":%q,\"seq\":%d,\"prev\":\"x\"}\n", clawrden.Schema, i)
	}
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Verify(path)
	if err != nil || len(r.Problems) != MaxProblems || r.More < 300 {
		t.Errorf("%d problems, %d more, %v", len(r.Problems), r.More, err)
	}
}

func FuzzVerify(f *testing.F) {
	lines := sample(f)
	f.Add([]byte(strings.Join(lines, "")))
	f.Add([]byte(strings.Join(lines[2:5], "") + lines[0]))
	f.Add([]byte("{\n\n" + lines[3][:30]))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		before, err := Verify(path)
		if err != nil {
			return
		}
		// Whatever is in the file: Open refuses it, or goes on behind it, and never makes it worse.
		l, err := Open(path, Options{Sync: SyncNone})
		if err != nil {
			return
		}
		defer l.Close()
		if _, _, err := l.History(clawrden.HistoryFilter{Limit: 2}); err != nil {
			t.Fatal(err)
		}
		if err := l.Append(decided("a", clawrden.OutcomeAllow)); err != nil {
			t.Fatal(err)
		}
		after, err := Verify(path)
		if err != nil || before.OK() && !after.OK() {
			t.Fatalf("%v, before %v, after %v", err, before, after)
		}
	})
}
