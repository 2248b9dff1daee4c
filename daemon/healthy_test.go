package daemon

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// A daemon is well while it judges, whatever the verdict; not when connections, the policy or the queue are stuck.
func TestHealthy(t *testing.T) {
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	for _, c := range []struct {
		name   string
		policy Policy
		full   bool   // no connection gets past being identified
		want   string // of the error; "" for none
	}{
		{name: "allows", policy: always(clawrden.Allow)},
		{name: "denies", policy: always(clawrden.Deny)},
		{name: "has no policy", policy: nothing{}},
		{name: "no verdict", policy: always(clawrden.Invalid), want: "no verdict"},
		{name: "panics", policy: confused{always(clawrden.Allow)}, want: "no verdict"},
		{name: "stuck policy", policy: fakePolicy(func(*clawrden.Facts) clawrden.Decision { <-stuck; return clawrden.Decision{} }), want: "does not answer"},
		{name: "stuck connections", policy: always(clawrden.Allow), full: true, want: "identified"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, c.policy, nil)
			limit := time.Minute
			if c.full {
				for range cap(h.d.entering) {
					h.d.entering <- struct{}{}
				}
				defer func() {
					for range cap(h.d.entering) {
						<-h.d.entering
					}
				}()
			}
			if strings.HasPrefix(c.name, "stuck") {
				limit = 10 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			err := h.d.Healthy(ctx)
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
