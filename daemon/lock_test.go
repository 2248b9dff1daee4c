package daemon

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/clawrden/clawrden"
)

func whom(t testing.TB, s string) clawrden.Whom {
	t.Helper()
	w, err := clawrden.ParseWhom(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// set turns it on, by me, and keeps it.
func (l *lockFile) set(whom clawrden.Whom, reason string) error {
	if err := l.turn(whom, reason, "me"); err != nil {
		return err
	}
	return l.keep()
}

// One agent can be locked out without the others, also over a restart, and what is on for everybody is another matter.
func TestLocksOneByOne(t *testing.T) {
	dir := t.TempDir()
	var l lockFile
	l.open(dir)
	for _, name := range []string{"uid:7", "container:0123456789ab", "unit:agent.service", "claude"} {
		if err := l.set(whom(t, name), "why"); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.paused(whom(t, "uid:7"), []string{"unit:x.service", "unit:x.service"}); err != nil {
		t.Fatal(err)
	}
	var again lockFile
	again.open(dir)
	for _, state := range []*lockFile{&l, &again} {
		for _, row := range []struct {
			id clawrden.Identity
			on bool
		}{
			{clawrden.Identity{UID: 7}, true},
			{clawrden.Identity{UID: 8}, false},
			{clawrden.Identity{UID: 8, Container: "0123456789abcdef"}, true},
			{clawrden.Identity{UID: 8, Container: "1123456789abcdef"}, false},
			{clawrden.Identity{UID: 8, Unit: "agent.service"}, true},
			{clawrden.Identity{UID: 8, Agent: "claude"}, true},
			{clawrden.Identity{UID: 8, Agent: "claud"}, false},
		} {
			if why, on := state.locked(&row.id); on != row.on || on == (why == "") {
				t.Errorf("%+v: locked %v, %q", row.id, on, why)
			}
		}
		if state.everybody() || len(state.all()) != 4 {
			t.Errorf("locks %+v", state.all())
		}
	}
	if _, err := again.clear(clawrden.Whom{}); !errors.Is(err, clawrden.ErrNotOn) {
		t.Errorf("unlocked for everybody: %v", err)
	}
	was, err := again.clear(whom(t, "uid:7"))
	if err != nil || len(was.Paused) != 1 || was.Paused[0] != "unit:x.service" {
		t.Errorf("%+v, %v", was, err)
	}
	if err := again.set(clawrden.Whom{}, "all"); err != nil {
		t.Fatal(err)
	}
	if _, on := again.locked(&clawrden.Identity{UID: 99}); !on {
		t.Error("not locked for everybody")
	}
	if _, err := again.clear(clawrden.Whom{}); err != nil {
		t.Fatal(err)
	}
	if _, on := again.locked(&clawrden.Identity{UID: 7}); on {
		t.Error("uid 7 is still locked")
	}
	if _, on := again.locked(&clawrden.Identity{Agent: "claude"}); !on {
		t.Error("unlocking everybody unlocked one that is locked by itself")
	}
}

// The number of single agents has a limit; everybody can be locked all the same.
func TestLocksLimit(t *testing.T) {
	var l lockFile
	l.open(t.TempDir())
	for i := range maxLocks {
		l.locks = append(l.locks, lock{whom: whom(t, fmt.Sprintf("uid:%d", i))})
	}
	if err := l.set(whom(t, "uid:4096"), ""); !errors.Is(err, errLocks) {
		t.Errorf("one too many: %v", err)
	}
	if err := l.set(whom(t, "uid:5"), "again"); err != nil {
		t.Errorf("one that is known: %v", err)
	}
	if err := l.set(clawrden.Whom{}, ""); err != nil {
		t.Errorf("everybody: %v", err)
	}
}

// A file of the first form is the lock for everybody; one of a form that isn't known locks everybody too.
func TestLockFileForms(t *testing.T) {
	for content, broken := range map[string]bool{
		`{"reason":"old","by":"ann","since":"2026-01-02T03:04:05Z"}`: false,
		`{"version":3,"locks":[]}`:                                   true,
		`{"version":2,"locks":[{"agent":"user:nobody-here"}]}`:       true,
		`{"version":2,"locks":[{"agent":"nonsense:x"}]}`:             true,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "kill.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var l lockFile
		l.open(dir)
		if _, on := l.locked(&clawrden.Identity{UID: 1}); !on || !l.everybody() || broken != (l.broken != "") {
			t.Errorf("%s: locked %v, broken %q", content, on, l.broken)
		}
		if _, err := l.clear(clawrden.Whom{}); err != nil {
			t.Errorf("%s: %v", content, err)
		}
		if _, on := l.locked(&clawrden.Identity{UID: 1}); on {
			t.Errorf("%s: still locked", content)
		}
	}
}
