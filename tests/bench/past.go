package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
)

// past measures the dashboard's pages of the history over a log of so many records, half of them decisions.
func past(bin string, records int) error {
	h, err := prepare(bin, "shim", policy, "")
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.happened(records / 2); err != nil {
		return err
	}
	if err := h.start(bin, true); err != nil {
		return err
	}
	fmt.Printf("the history over %d records:\n", records)
	fmt.Print("  (until the index is there: ")
	begun := time.Now()
	get, err := h.browser("/history?agent=nobody")
	if err != nil {
		return err
	}
	if err := indexed(get); err != nil {
		return err
	}
	fmt.Printf("%.1f s)\n", time.Since(begun).Seconds())
	for _, p := range []struct{ page, what string }{
		{"/history", "the dashboard's newest page"},
		{"/history?before=1000", "an old page"},
		{"/history?command=tool7&decision=allow", "one tool's"},
		{"/history?q=nowhere", "a text that isn't there"},
		{"/history?agent=nobody", "an agent that isn't there"},
		{"/requests/00000007", "the page of an old command"},
	} {
		if err := h.dashboard(p.page, p.what); err != nil {
			return err
		}
	}
	return nil
}

// indexed asks until there is an answer: what needs an index that is still being made is refused after a while.
func indexed(get func() (int, error)) error {
	for {
		_, err := get()
		if err == nil || !strings.Contains(err.Error(), clawrden.ErrIndexing.Error()) {
			return err
		}
	}
}

// happened writes what has happened before.
func (h *host) happened(n int) error {
	log, err := audit.Open(h.path("audit.jsonl"), audit.Options{Sync: audit.SyncNone, RotateSize: 256 << 20})
	if err != nil {
		return err
	}
	begun, zero := time.Now(), 0
	for i := range n {
		id, verdict := fmt.Sprintf("%08d", i), clawrden.Allow
		for _, r := range []*clawrden.Record{
			{
				Event: clawrden.EventDecided, ID: id, Command: fmt.Sprint("tool", i%40), Args: []string{"do", fmt.Sprint(i)}, Cwd: "/srv/project",
				Identity: &clawrden.Identity{UID: 1000, GID: 1000, User: "agent"}, Verdict: &verdict, Decision: clawrden.OutcomeAllow,
				Rules:    []clawrden.RuleRef{{Name: fmt.Sprint("rule", i%200), Action: verdict, File: "/etc/clawrden/policy.d/10-base.hcl", Line: 4}},
				Executor: "mirror", Boundary: clawrden.BoundaryNone,
			},
			{Event: clawrden.EventFinished, ID: id, ExitCode: &zero, ExitSource: clawrden.ExitKernel, DurationMS: 12},
		} {
			if err := log.Append(r); err != nil {
				return err
			}
		}
	}
	fmt.Printf("(%d records written in %.1f s)\n", 2*n, time.Since(begun).Seconds())
	return log.Close()
}
