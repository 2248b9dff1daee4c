package audit

import (
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
)

// When the disk is told, by way to sync. The bubble's clock jumps; each step's wait is over when all else is idle.
func TestWhenSynced(t *testing.T) {
	type step struct {
		appends int
		sync    bool // by AppendSync
		wait    time.Duration
		want    int // syncs so far
	}
	for mode, steps := range map[Sync][]step{
		SyncBatch: {
			{appends: 1, want: 0},
			{wait: batchDelay - 1, appends: 5, want: 0},
			{wait: 1, want: 1},
			{wait: time.Hour, want: 1}, // all is on the disk: the token of the five is spent without a sync
			{appends: 1, sync: true, want: 2},
			{appends: 3, wait: 0, want: 2},
			{wait: batchDelay, want: 3},
		},
		SyncAlways: {{appends: 3, want: 3}, {wait: time.Hour, want: 3}},
		SyncNone:   {{appends: 3, want: 0}, {wait: time.Hour, want: 0}, {appends: 1, sync: true, want: 1}},
	} {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := open(t, logPath(t), Options{Sync: mode})
				var n atomic.Int32
				l.fdatasync = func(*os.File) error { n.Add(1); return nil }
				for i, s := range steps {
					<-time.After(s.wait)
					synctest.Wait()
					for range s.appends {
						add := l.Append
						if s.sync {
							add = l.AppendSync
						}
						if err := add(decided("a", clawrden.OutcomeAllow)); err != nil {
							t.Fatal(err)
						}
					}
					if n := int(n.Load()); n != s.want {
						t.Fatalf("step %d: %d syncs, want %d", i, n, s.want)
					}
				}
				before := n.Load()
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if mode == SyncNone && n.Load() != before {
					t.Error("Close has synced")
				}
			})
		})
	}
}

func TestCloseSyncsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, logPath(t), Options{})
		n := 0
		l.fdatasync = func(*os.File) error { n++; return nil }
		appendAll(t, l, decided("a", clawrden.OutcomeAllow))
		if err := l.Close(); err != nil || n != 1 {
			t.Errorf("%d syncs, %v", n, err)
		}
	})
}

// A sync that failed is never followed by a record that pretends all is well.
func TestFailedSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := logPath(t)
		l := open(t, path, Options{})
		l.fdatasync = func(*os.File) error { return errors.New("input/output error") }
		appendAll(t, l, decided("a", clawrden.OutcomeAllow))
		<-time.After(batchDelay)
		synctest.Wait()
		l.fdatasync = func(*os.File) error { return nil }
		for _, add := range []func(*clawrden.Record) error{l.Append, l.AppendSync} {
			if err := add(decided("b", clawrden.OutcomeAllow)); err == nil || !strings.Contains(err.Error(), "cannot sync the audit log: input/output error") {
				t.Errorf("append: %v", err)
			}
		}
		if err := l.Close(); err == nil {
			t.Error("Close says that all is well")
		}
		verifyOK(t, path, 1)
	})
}
