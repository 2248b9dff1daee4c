package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/users"
)

// What is put in place is what the candidate was, there and back, under the same name too.
func TestRolloutDigests(t *testing.T) {
	root, state := t.TempDir(), t.TempDir()
	below, dir := filepath.Join(root, "usr"), filepath.Join(root, "etc") // in another order than their priority
	for _, d := range []string{below, dir} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(below, "0.hcl"), []byte("policy {\n  default = \"ask\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.hcl")
	texts := []string{"rule \"a\" {\n  commands = [\"id\"]\n  action = \"allow\"\n}\n", "rule \"a\" {\n  commands = [\"id\"]\n  action = \"deny\"\n}\n"}
	if err := os.WriteFile(path, []byte(texts[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	l := newLoader([]string{below, dir}, state, &users.DB{}, nil, false, slog.New(slog.DiscardHandler))
	r, err := newRollout(l, state, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.load()
	if err != nil {
		t.Fatal(err)
	}
	first, err := r.Add(clawrden.PolicyVersion{Digest: p.Digest(), Files: p.Files()})
	if err != nil {
		t.Fatal(err)
	}
	for i, files := range []map[string]string{{"a.hcl": texts[1]}, r.Texts(first.Files), {"a.hcl": texts[1]}} {
		next, err := r.Candidate(files)
		if err != nil {
			t.Fatal(err)
		}
		put, err := r.Put(files)
		if err != nil {
			t.Fatal(err)
		}
		p, err := l.load()
		if err != nil || p.Digest() != next.Digest() {
			t.Fatalf("step %d: %s in place of %s, %v", i, p.Digest(), next.Digest(), err)
		}
		if err := put.Keep(); err != nil {
			t.Fatal(err)
		}
	}
}
