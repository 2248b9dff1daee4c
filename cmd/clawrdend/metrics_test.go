package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Who reads the metrics never waits for what is outside the daemon, and it is asked no more often than it changes.
func TestProbedNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, answers := 0, make(chan error)
		p := &probed{ask: func(ctx context.Context) error {
			asked++
			select {
			case err := <-answers:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		is := func(when string, want *bool, times int) {
			t.Helper()
			got := p.last()
			synctest.Wait()
			if (got == nil) != (want == nil) || got != nil && *got != *want {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
			if asked != times {
				t.Errorf("%s: it was asked %d times, want %d", when, asked, times)
			}
		}
		yes, no := true, false
		is("at first", nil, 1)
		is("while it is asked", nil, 1)
		answers <- nil
		synctest.Wait()
		is("once it has answered", &yes, 1)
		time.Sleep(probeEvery)
		is("later, from before", &yes, 2)
		answers <- errors.New("gone")
		synctest.Wait()
		is("once it has not", &no, 2)
		time.Sleep(probeEvery)
		is("later", &no, 3)
		time.Sleep(probeEvery) // it says nothing, and is given up
		synctest.Wait()
		is("after it said nothing", &no, 4)
		answers <- nil
		synctest.Wait()
		is("when it is back", &yes, 4)
	})
}
