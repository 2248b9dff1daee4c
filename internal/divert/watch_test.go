package divert

import (
	"context"
	"os"
	"testing"
	"time"
)

// until waits for a state.
func until(t *testing.T, so func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !so(); <-time.After(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("it never came to be")
		}
	}
}

// What comes over a shim, or takes it away, is told at once; also in a place that was diverted since. What is right isn't told of.
func TestWatch(t *testing.T) {
	b := newBench(t)
	told := make(chan []Diversion, 16)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	w := hostAt(b.Dir)
	go func() { ended <- w.Watch(ctx, func(wrong []Diversion) { told <- wrong }) }()
	if _, _, err := b.Add(ctx, b.at("tool")); err != nil {
		t.Fatal(err)
	}
	next := func(what string, want int) {
		t.Helper()
		for limit := time.After(time.Minute); ; {
			select {
			case wrong := <-told:
				if len(wrong) == want {
					return
				}
			case <-limit:
				t.Fatalf("%s was never told", what)
			}
		}
	}
	for what, change := range map[string]func() error{
		"a new file":       func() error { return os.Rename(b.new(t, upgraded), b.at("tool")) },
		"a changed file":   func() error { return os.WriteFile(b.at("tool"), []byte(upgraded), 0o755) },
		"a file taken off": func() error { return os.Remove(b.at("tool")) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		next(what, 1)
		if _, err := b.Repair(ctx); err != nil {
			t.Fatal(err)
		}
		next("the end of "+what, 0)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// new is a file beside the tools.
func (b *bench) new(t *testing.T, content string) string {
	t.Helper()
	b.write(t, "new", content)
	return b.at("new")
}
