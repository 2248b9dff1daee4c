package audit

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

func firstRecord(t *testing.T, path string) clawrden.Record {
	t.Helper()
	var r clawrden.Record
	if err := json.Unmarshal([]byte(readLines(t, path)[0]), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// What other programs do to the file while it is open, and what the next append makes of it.
func TestFileTakenAway(t *testing.T) {
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, row := range map[string]struct {
		do       func(t *testing.T, path string)
		err      string // of the next append; "" if it works
		records  uint64 // in the file afterwards
		first    uint64 // its first number
		contains string // the first record's reason
	}{
		"moved away": {
			do:      func(t *testing.T, path string) { must(t, os.Rename(path, path+".1")) },
			records: 2, first: 4, contains: "was moved away; its last record was 3",
		},
		"moved away, an empty one in its place": {
			do: func(t *testing.T, path string) {
				must(t, os.Rename(path, path+".1"))
				must(t, os.WriteFile(path, nil, 0o600))
			},
			records: 2, first: 4, contains: "was moved away",
		},
		"removed": {
			do:      func(t *testing.T, path string) { must(t, os.Remove(path)) },
			records: 2, first: 4, contains: "was moved away",
		},
		"copied and emptied": {
			do:      func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) },
			records: 2, first: 4, contains: "was emptied",
		},
		"replaced by a copy": {
			do: func(t *testing.T, path string) {
				b, err := os.ReadFile(path)
				must(t, err)
				must(t, os.WriteFile(path+".new", b, 0o600))
				must(t, os.Rename(path+".new", path))
			},
			records: 4, first: 1,
		},
		"replaced by an older copy": {
			do: func(t *testing.T, path string) {
				must(t, os.WriteFile(path+".new", []byte(readLines(t, path)[0]), 0o600))
				must(t, os.Rename(path+".new", path))
			},
			err: "was replaced by a file that doesn't end with record 3", records: 1, first: 1,
		},
		"replaced by a link": {
			do: func(t *testing.T, path string) {
				must(t, os.Rename(path, path+".1"))
				must(t, os.Symlink(path+".1", path))
			},
			err: "is a symbolic link", records: 3, first: 1,
		},
		"cut": {
			do: func(t *testing.T, path string) {
				must(t, os.Truncate(path, int64(len(readLines(t, path)[0]))))
			},
			err: "someone else writes it", records: 1, first: 1,
		},
		"written to": {
			do: func(t *testing.T, path string) {
				f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
				must(t, err)
				defer f.Close()
				_, err = f.WriteString("x")
				must(t, err)
			},
			err: "someone else writes it", records: 3, first: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := logPath(t)
			l := open(t, path, Options{})
			appendAll(t, l, decided("a", clawrden.OutcomeAllow), finished("a", 0), decided("b", clawrden.OutcomeDeny))
			row.do(t, path)
			for range 2 { // an error stays as long as its cause does
				err := l.Append(decided("c", clawrden.OutcomeAllow))
				if row.err != "" {
					if err == nil || !strings.Contains(err.Error(), row.err) {
						t.Fatalf("error %v, want %q", err, row.err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				break
			}
			r := verifyOK(t, path, row.records)
			if r.First != row.first || r.Continues != (row.first > 1) {
				t.Errorf("report %+v", r)
			}
			if row.contains != "" {
				first := firstRecord(t, path)
				if first.Event != clawrden.EventContinued || !strings.Contains(first.Reason, row.contains) {
					t.Errorf("first record: %q %q", first.Event, first.Reason)
				}
			}
		})
	}
}

// The chain goes on from file to file: the new one's first record names the last line of the old one.
func TestChainOverFiles(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{})
	appendAll(t, l, decided("a", clawrden.OutcomeAllow))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	appendAll(t, l, finished("a", 0))
	older, newer := verifyOK(t, path+".1", 1), verifyOK(t, path, 2)
	if !newer.Continues || newer.Prev != older.Head || newer.First != older.Last+1 {
		t.Errorf("%+v doesn't continue %+v", newer, older)
	}
	l.Close()
	l = open(t, path, Options{})
	appendAll(t, l, decided("b", clawrden.OutcomeAllow))
	verifyOK(t, path, 3)
}

// After the cause of an error is gone, the log works again.
func TestReplacedAndPutBack(t *testing.T) {
	path := logPath(t)
	l := open(t, path, Options{})
	appendAll(t, l, decided("a", clawrden.OutcomeAllow))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("something else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(decided("b", clawrden.OutcomeAllow)); err == nil || !strings.Contains(err.Error(), "audit.jsonl:1: the last line is not an audit record") {
		t.Fatalf("error %v", err)
	}
	if err := os.Rename(path+".1", path); err != nil {
		t.Fatal(err)
	}
	appendAll(t, l, decided("b", clawrden.OutcomeAllow))
	verifyOK(t, path, 2)
}
