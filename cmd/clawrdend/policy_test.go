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
		p, err := newLoader([]string{place}, t.TempDir(), &users.DB{}, nil, false, slog.New(slog.NewTextHandler(&log, nil))).load()
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
	if _, err := newLoader([]string{dir}, t.TempDir(), &users.DB{}, nil, false, slog.New(slog.DiscardHandler)).load(); err == nil || !strings.Contains(err.Error(), "policy.yaml line 1") {
		t.Errorf("a wrong file: %v", err)
	}
}

// A daemon that starts with bad files goes on with the last good ones, from a copy that nobody but its owner may read.
func TestLastGood(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "a.hcl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start := func() *loader {
		return newLoader([]string{dir}, state, &users.DB{}, nil, false, slog.New(slog.DiscardHandler))
	}
	write("rule {")
	if p, err := start().load(); err == nil || p != nil {
		t.Errorf("a first start with bad files: %v, %v", p, err)
	}
	write("rule \"git\" {\n  commands = [\"git\"]\n  action = \"allow\"\n}\n")
	running := start()
	good, err := running.load()
	if err != nil {
		t.Fatal(err)
	}
	write("rule {")
	if p, err := running.load(); err == nil || p != nil {
		t.Errorf("a reload of bad files: %v, %v", p, err)
	}
	p, err := start().load()
	if err == nil || p == nil || p.Digest() != good.Digest() {
		t.Fatalf("a later start with bad files: %v, %v", p, err)
	}
	f := p.Understand(&clawrden.Request{Tool: "git", Argv: []string{"git"}, Cwd: "/"})
	if d := p.Decide(&f); d.Verdict != clawrden.Allow || d.Rule().File != filepath.Join(dir, "a.hcl") {
		t.Errorf("it decides %+v", d)
	}
	copies, err := os.ReadDir(state)
	if err != nil || len(copies) != 1 {
		t.Fatalf("%v, %v", copies, err)
	}
	if fi, err := copies[0].Info(); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(state, copies[0].Name()), []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := start().load(); err == nil || p != nil {
		t.Errorf("with a spoilt copy: %v, %v", p, err)
	}
}
