package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// keepLimit holds the limit on memory above what is in use. A fixed one would have the collector run without end where agents make
// more than that wait, which they may.
func keepLimit(ctx context.Context) {
	const every = 10 * time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		metrics.Read(live)
		debug.SetMemoryLimit(limitFor(live[0].Value.Uint64()))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// limitFor leaves room for a quarter as much again as is in use, in bytes, and is never below memoryLimit.
func limitFor(live uint64) int64 {
	const slack, most = 8 << 20, 1 << 40
	live = min(live, most)
	return max(memoryLimit, int64(live+live/4)+slack)
}
