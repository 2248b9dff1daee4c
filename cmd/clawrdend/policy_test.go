package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/users"
)

// A policy in the YAML form is converted in memory, as a file or in a directory, and named in the log.
func TestLoadYAML(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "policy.yaml")
	if err := os.WriteFile(file, []byte("default_action: ask\nallowed_paths: ['/srv/*']\nrules:\n- command: git\n  action: allow\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{dir, file} {
		var log bytes.Buffer
		p, err := loader([]string{place}, &users.DB{}, false, slog.New(slog.NewTextHandler(&log, nil)))()
		if err != nil {
			t.Fatal(err)
		}
		f := p.Understand(&clawrden.Request{Tool: "git", Argv: []string{"git", "push"}, Cwd: "/srv/a"})
		d := p.Decide(&f)
		if r := d.Rule(); d.Verdict != clawrden.Allow || r == nil || r.File != file || r.Line != 4 {
			t.Errorf("%v by %v", d.Verdict, r)
		}
		if !strings.Contains(log.String(), "YAML form") {
			t.Errorf("nothing in the log about it: %s", &log)
		}
	}
	if err := os.WriteFile(file, []byte("default_action: maybe\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loader([]string{dir}, &users.DB{}, false, slog.New(slog.DiscardHandler))(); err == nil || !strings.Contains(err.Error(), "policy.yaml line 1") {
		t.Errorf("a wrong file: %v", err)
	}
}
