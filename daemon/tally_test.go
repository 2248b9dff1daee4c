package daemon

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
)

// What is counted instead of recorded is on record at most tallyTime after the first of its kind, so that this is what a crash
// can lose; where the log can't be written, nothing more is counted.
func TestTallyIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &fakeLog{}
		d := &Daemon{o: Options{Audit: log, Meter: uncounted{}}, log: slog.New(slog.DiscardHandler)}
		counted := func(tool string) bool {
			c := &call{arrived: time.Now(), outcome: clawrden.OutcomeAllow, held: &heldExec{session: "s"}}
			c.request = clawrden.Request{Tool: tool, Identity: clawrden.Identity{UID: 7, PID: 9}}
			c.decision = clawrden.Decision{Verdict: clawrden.Allow, Counted: true, Rules: []clawrden.RuleRef{{Name: "r"}}}
			return d.tallied(c)
		}
		for range 1000 {
			if !counted("cc1") {
				t.Fatal("it isn't counted")
			}
		}
		<-time.After(tallyTime - time.Millisecond)
		if n := len(log.of(clawrden.EventCounted)); n != 0 {
			t.Errorf("%d records before their time", n)
		}
		<-time.After(2 * time.Millisecond)
		synctest.Wait()
		got := log.of(clawrden.EventCounted)
		if len(got) != 1 || got[0].Count != 1000 || got[0].Command != "cc1" {
			t.Fatalf("after %v the log has %+v", tallyTime, got)
		}
		for i := range maxTally + 1 { // one kind more than is held: what there is is written first
			if !counted("tool" + string(rune('a'+i%26)) + string(rune('a'+i/26))) {
				t.Fatal("it isn't counted")
			}
		}
		if n := len(log.of(clawrden.EventCounted)); n != 1+maxTally {
			t.Errorf("%d records where more than %d kinds were counted", n, maxTally)
		}
		log.mu.Lock()
		log.fail = func(*clawrden.Record) error { return errors.New("full") }
		log.mu.Unlock()
		<-time.After(tallyTime)
		synctest.Wait()
		if counted("cc1") {
			t.Error("it is counted although the log can't be written")
		}
		log.mu.Lock()
		log.fail = nil
		log.mu.Unlock()
		d.flushTally("")
		if !counted("cc1") {
			t.Error("it isn't counted although the log can be written again")
		}
		d.flushTally("")
	})
}
