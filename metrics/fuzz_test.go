package metrics

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// Whatever stands in a record, it makes no series with a word of its own.
func FuzzRecord(f *testing.F) {
	f.Add("decided", "git", "mirror", "approved", "dbus", "", uint8(2), int64(5))
	f.Add("finished", "git", "unit", "allow", "", "SIGKILL", uint8(1), int64(-1))
	f.Add("x\ny", "evil\n# HELP", "\xff", "cancelled", "\"", "}", uint8(9), int64(1<<62))
	f.Fuzz(func(t *testing.T, event, command, executor, decision, door, signal string, verdict uint8, ms int64) {
		m := New("v", []string{"git"})
		v := clawrden.Verdict(verdict)
		m.Record(&clawrden.Record{
			Event: event, Command: command, Executor: executor, Decision: clawrden.Outcome(decision), Verdict: &v, Signal: signal, Way: clawrden.WayShim,
			Approver: &clawrden.Approver{Door: door}, DurationMS: ms, WaitedMS: ms,
		}, nil)
		for line := range strings.Lines(scrape(t, m.Handler(func() Gauges { return Gauges{} }))) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "clawrden_") || strings.HasPrefix(line, buildInfo.name) {
				continue
			}
			for label := range strings.SplitSeq(line, `"`) {
				if strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_{}=, .+-") != "" {
					t.Fatalf("%q", line)
				}
			}
		}
	})
}
