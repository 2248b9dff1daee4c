package main

import (
	"os"
	"path/filepath"
	"testing"
)

// With --dev what stands in the state directory goes with it, unless it is put elsewhere.
func TestDevState(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/home/ann/.state")
	settings := filepath.Join(t.TempDir(), "clawrden.hcl")
	if err := os.WriteFile(settings, []byte("audit {\n  file = \"/logs/a.jsonl\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		o            options
		audit, shims string
	}{
		{options{dev: true}, "/home/ann/.state/clawrden/audit.jsonl", "/home/ann/.state/clawrden/shims"},
		{options{dev: true, state: "/scratch"}, "/scratch/audit.jsonl", "/scratch/shims"},
		{options{dev: true, state: "/scratch", audit: "/b.jsonl"}, "/b.jsonl", "/scratch/shims"},
		{options{dev: true, state: "/scratch", config: settings}, "/logs/a.jsonl", "/scratch/shims"},
	} {
		c, _, err := row.o.settings()
		if err != nil || c.Audit.File != row.audit || c.Paths.Shims != row.shims {
			t.Errorf("%+v: %s, %s, %v", row.o, c.Audit.File, c.Paths.Shims, err)
		}
	}
}
