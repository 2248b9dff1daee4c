package tests

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// patience is how long a test waits for something that must come, before it is called missing: far beyond what anything takes, also on
// a machine that is busy with other things.
const patience = 3 * time.Minute

// comes reports whether something comes to be so. It looks often at first, and less often at what takes long.
func comes(is func() bool) bool {
	pause := time.Millisecond
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(pause) {
		if is() {
			return true
		}
		pause = min(pause+pause/4+1, 50*time.Millisecond)
	}
	return false
}

// waitFor waits until something is so.
func (h *host) waitFor(is func() bool) {
	h.t.Helper()
	if !comes(is) {
		h.t.Fatalf("what was waited for didn't come in %v", patience)
	}
}

// waitPending returns the queue as soon as it has n asks.
func (h *host) waitPending(n int) (q []clawrden.Pending) {
	h.t.Helper()
	if !comes(func() bool { q = nil; h.get("/api/queue", &q); return len(q) == n }) {
		h.t.Fatalf("the queue never had %d asks", n)
	}
	return q
}

// waitStatus waits until the status is as wanted.
func (h *host) waitStatus(is func(clawrden.Status) bool) {
	h.t.Helper()
	var s clawrden.Status
	if !comes(func() bool { s = h.status(); return is(s) }) {
		h.t.Fatalf("the status never was as wanted; it is %+v", s)
	}
}

// waitRunning waits until so many commands run, as the daemon counts.
func (h *host) waitRunning(n int) {
	h.t.Helper()
	h.waitStatus(func(s clawrden.Status) bool { return s.Running == n })
}

func (h *host) status() (s clawrden.Status) {
	h.t.Helper()
	h.get("/api/status", &s)
	return s
}

// waitRecords returns the audit log as soon as it satisfies done.
func (h *host) waitRecords(done func([]clawrden.Record) bool) (records []clawrden.Record) {
	h.t.Helper()
	if !comes(func() bool { records = h.records(); return done(records) }) {
		h.t.Fatalf("the audit log never held what was expected; it holds %d records, the last %+v", len(records), records[max(0, len(records)-3):])
	}
	return records
}

// waitLog waits until the daemon, or the guard, has said something: it never waits for whoever reads that.
func (h *host) waitLog(text string) {
	h.t.Helper()
	if !comes(func() bool { return strings.Contains(h.log.String(), text) }) {
		h.t.Errorf("nothing says %q", text)
	}
}

// waitFile waits until a command has made a file, so that it surely runs.
func (h *host) waitFile(name string) {
	h.t.Helper()
	if !comes(func() bool { _, err := os.Stat(filepath.Join(h.dir, name)); return err == nil }) {
		h.t.Fatalf("%s was never made", name)
	}
}
