package daemon

import (
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// What comes too fast is counted, each user by itself, and nothing is lost from the count.
func TestRefusals(t *testing.T) {
	var r refusals
	now := time.Now()
	wrote, counted, firsts := 0, 0, 0
	for range 1000 {
		write, left, first := r.take(7, now)
		if write {
			wrote++
		}
		if first {
			firsts++
		}
		counted += left
	}
	if wrote != refusedBurst || counted != 0 || firsts != 1 {
		t.Errorf("%d written, %d counted, %d times first", wrote, counted, firsts)
	}
	if write, _, _ := r.take(8, now); !write {
		t.Error("another user pays for it")
	}
	write, left, _ := r.take(7, now.Add(time.Second))
	if !write || left != 1000-refusedBurst {
		t.Errorf("a second later: %v, %d before it", write, left)
	}
	for uid := range uint32(3 * refusedUsers) {
		r.take(100+uid, now)
	}
	if len(r.users) > refusedUsers+1 {
		t.Errorf("%d users are remembered", len(r.users))
	}
}

// TestRefusedAreFolded writes the count when the daemon stops.
func TestRefusedAreFolded(t *testing.T) {
	h := newHouse(t, always(clawrden.Allow), nil)
	for range refusedBurst + 50 {
		h.d.recordRefused(&clawrden.Record{Event: clawrden.EventRefused, Identity: &clawrden.Identity{UID: 7}})
	}
	h.d.flushRefused()
	records := h.log.of(clawrden.EventRefused)
	single, folded := 0, 0
	for _, r := range records {
		if folded += r.Folded; r.Reason == "" { // else it is the count itself
			single++
		}
	}
	if single+folded != refusedBurst+50 || folded == 0 {
		t.Errorf("%d records, %d folded", single, folded)
	}
}
