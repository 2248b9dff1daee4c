package main

import "testing"

func TestLimitFor(t *testing.T) {
	for _, tt := range []struct {
		live uint64
		want int64
	}{{0, memoryLimit}, {40 << 20, memoryLimit}, {256 << 20, 328 << 20}, {1 << 63, (1<<40)*5/4 + 8<<20}} {
		if got := limitFor(tt.live); got != tt.want {
			t.Errorf("%d in use: %d, want %d", tt.live, got, tt.want)
		}
	}
}
