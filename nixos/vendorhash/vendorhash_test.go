package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is written down is what a build with Nix will find.
func TestVendorHashIsOfToday(t *testing.T) {
	want, err := os.ReadFile("../vendor-hash")
	if err != nil {
		t.Fatal(err)
	}
	got, err := vendored("../..")
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.TrimSpace(string(want)) {
		t.Errorf("nixos/vendor-hash is stale: what is imported from other modules has changed. Run `make nix-hash` and commit it.\n is %s\nnot %s", got, want)
	}
}

// The archive is Nix's own: of files, empty ones, programs, links and directories.
func TestHashIsThatOfNix(t *testing.T) {
	nix, err := exec.LookPath("nix")
	if err != nil {
		t.Skip("nix is not installed")
	}
	dir := filepath.Join(t.TempDir(), "tree")
	for name, content := range map[string]string{"a/b": "12345678", "a/c": "", "a-b": "123456789", "Z": "x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "Z"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../Z", filepath.Join(dir, "a/link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := hashTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(nix, "--extra-experimental-features", "nix-command", "hash", "path", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(out)); got != want {
		t.Errorf("the hash is %s, Nix says %s", got, want)
	}
}
