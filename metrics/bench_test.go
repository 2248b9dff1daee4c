package metrics

import (
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// What counting costs a command: its two records, and what is measured beside.
func BenchmarkCommand(b *testing.B) {
	m := New("v", []string{"git"})
	first, zero := decided(clawrden.Allow, clawrden.OutcomeAllow), 0
	last := &clawrden.Record{Event: clawrden.EventFinished, Executor: "mirror", ExitCode: &zero, DurationMS: 12}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m.Connected("shim")
			m.Judged(20 * time.Microsecond)
			m.Record(first, nil)
			m.Answered(clawrden.WayShim, time.Millisecond)
			m.Record(last, nil)
		}
	})
}

func BenchmarkScrape(b *testing.B) {
	h := fed(b)
	for b.Loop() {
		scrape(b, h)
	}
}
