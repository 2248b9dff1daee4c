package audit

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/clawrden/clawrden"
)

func BenchmarkAppend(b *testing.B) {
	for _, mode := range []Sync{SyncBatch, SyncAlways} {
		for _, writers := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/writers=%d", mode, writers), func(b *testing.B) {
				l := open(b, logPath(b), Options{Sync: mode})
				b.ReportAllocs()
				b.SetParallelism(max(1, writers/2))
				if writers == 1 {
					for b.Loop() {
						if err := l.Append(decided("abcdefgh", clawrden.OutcomeAllow)); err != nil {
							b.Fatal(err)
						}
					}
					return
				}
				b.RunParallel(func(p *testing.PB) {
					for p.Next() {
						if err := l.Append(decided("abcdefgh", clawrden.OutcomeAllow)); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}

// BenchmarkAppendSealed is what a daemon pays: 64 writers, secrets masked, files rotated, checkpoints signed.
func BenchmarkAppendSealed(b *testing.B) {
	mask, err := NewMask([]string{DefaultMask})
	if err != nil {
		b.Fatal(err)
	}
	l := open(b, logPath(b), Options{Keys: b.TempDir(), Mask: mask, RotateSize: 256 << 20})
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := l.Append(decided("abcdefgh", clawrden.OutcomeAllow)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkMillion reads a log of 1,000,000 records, half of them "decided".
func BenchmarkMillion(b *testing.B) {
	path := logPath(b)
	l := open(b, path, Options{Sync: SyncNone, Index: b.TempDir()})
	for i := range 500_000 {
		id := fmt.Sprintf("%08d", i)
		appendAll(b, l, decided(id, clawrden.OutcomeAllow), finished(id, 0))
	}
	if err := l.warm(); err != nil {
		b.Fatal(err)
	}
	page := func(f clawrden.HistoryFilter) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if _, _, err := l.History(f); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("NewestPage", page(clawrden.HistoryFilter{}))
	b.Run("MiddlePage", page(clawrden.HistoryFilter{Before: 500_000}))
	b.Run("OldestPage", page(clawrden.HistoryFilter{Before: 100}))
	b.Run("LookupNewest", page(clawrden.HistoryFilter{ID: "00499999"}))
	b.Run("LookupOldest", page(clawrden.HistoryFilter{ID: "00000000"}))
	b.Run("LookupPrefix", page(clawrden.HistoryFilter{ID: "0025000"[:7] + "1"}))
	b.Run("Verify", func(b *testing.B) {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(info.Size())
		for b.Loop() {
			if r, err := Verify(path); err != nil || !r.OK() {
				b.Fatal(err, r)
			}
		}
		b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
	b.Run("VerifyBeside/sha256", func(b *testing.B) { // to compare: what hashing alone takes
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(info.Size())
		for b.Loop() {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(sha256.New(), f); err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	})
	l.Close()
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			l, err := Open(path, Options{})
			if err != nil {
				b.Fatal(err)
			}
			l.Close()
		}
	})
}
