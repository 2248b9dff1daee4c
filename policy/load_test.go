package policy

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoadLayers(t *testing.T) {
	low, high := t.TempDir(), t.TempDir()
	allow := func(name, tool string) string {
		return `rule "` + name + `" {
  commands = ["` + tool + `"]
  action   = "allow"
}`
	}
	write(t, low, "10-a.hcl", allow("a", "low"))
	write(t, low, "20-b.hcl", allow("b", "both"))
	write(t, high, "10-a.hcl", allow("a", "high"))
	write(t, high, "30-c.hcl.json", `{"rule": {"c": {"commands": ["json"], "action": "allow", "executor": "executor.mirror"}}}`)
	write(t, high, "notes.txt", "not policy")
	write(t, high, ".hidden.hcl", "not policy either")
	p, diags := Load(Source{Layers: []string{low, high}, Owner: uint32(os.Getuid())})
	if len(diags) > 0 {
		t.Fatal(printed(p, diags))
	}
	if p.Rules() != 3 {
		t.Errorf("%d rules, want 3", p.Rules())
	}
	for tool, want := range map[string]clawrden.Verdict{"low": clawrden.Deny, "high": clawrden.Allow, "both": clawrden.Allow, "json": clawrden.Allow} {
		if d := p.Decide(facts(t, p, "/", tool)); d.Verdict != want {
			t.Errorf("%s: %v, want %v", tool, d.Verdict, want)
		}
	}
	single, diags := Load(Source{Layers: []string{filepath.Join(high, "10-a.hcl")}, Owner: uint32(os.Getuid())})
	if len(diags) > 0 || single.Rules() != 1 {
		t.Errorf("a single file: %d rules, %v", single.Rules(), diags)
	}
	if single.Digest() == p.Digest() {
		t.Error("two policies with one digest")
	}
}

func TestLoadRefusesWhatOthersCanChange(t *testing.T) {
	me := uint32(os.Getuid())
	fine := "policy {\n  default = \"ask\"\n}\n"
	tests := []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  string
	}{
		{"writable file", func(t *testing.T, dir string) { chmod(t, filepath.Join(dir, "a.hcl"), 0o620) }, "group or others may write"},
		{"writable directory", func(t *testing.T, dir string) { chmod(t, dir, 0o777) }, "group or others may write"},
		{"fifo", func(t *testing.T, dir string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "b.hcl"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not a regular file"},
		{"directory", func(t *testing.T, dir string) {
			if err := os.Mkdir(filepath.Join(dir, "b.hcl"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "not a regular file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "a.hcl", fine)
			tt.spoil(t, dir)
			p, diags := Load(Source{Layers: []string{dir}, Owner: me})
			if !diags.HasErrors() || !strings.Contains(printed(p, diags), tt.want) {
				t.Errorf("diagnostics %v, want one that says %q", diags, tt.want)
			}
			if d := p.Decide(facts(t, p, "/", "true")); d.Verdict != clawrden.Deny {
				t.Errorf("a refused policy says %v", d.Verdict)
			}
		})
	}
	dir := t.TempDir()
	chmod(t, write(t, dir, "a.hcl", fine), 0o622)
	p, diags := Load(Source{Layers: []string{dir}, Owner: me, Dev: true})
	if diags.HasErrors() || len(diags) != 1 {
		t.Errorf("with Dev: %v, want one warning", diags)
	}
	if d := p.Decide(facts(t, p, "/", "true")); d.Verdict != clawrden.Ask {
		t.Errorf("with Dev: %v", d.Verdict)
	}
}

func TestLoadRefusesOtherOwner(t *testing.T) {
	if os.Getuid() == 0 {
		dir := t.TempDir()
		if err := os.Chown(write(t, dir, "a.hcl", ""), 12345, 0); err != nil {
			t.Skip("cannot change an owner here: ", err)
		}
		if _, diags := Load(Source{Layers: []string{dir}}); !diags.HasErrors() {
			t.Error("a file of uid 12345 is accepted")
		}
		return
	}
	dir := t.TempDir()
	write(t, dir, "a.hcl", "")
	if _, diags := Load(Source{Layers: []string{dir}, Owner: 0}); !diags.HasErrors() {
		t.Error("a file of an ordinary user is accepted")
	}
}

func chmod(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}
