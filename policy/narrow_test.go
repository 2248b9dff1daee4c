package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// Under a profile nothing outside the allowed paths can be written.
func TestNarrow(t *testing.T) {
	for _, tt := range []struct {
		name, allowed string
		fs            clawrden.Filesystem
		home          string
		want          []string
	}{
		{"no allowed paths", "", clawrden.Filesystem{Restricted: true, ReadWrite: []string{"/tmp"}}, "", []string{"/tmp"}},
		{"all paths", `["/**"]`, clawrden.Filesystem{Restricted: true, ReadWrite: []string{"/tmp"}}, "", []string{"/tmp"}},
		{"outside", `["/srv/a/**"]`, clawrden.Filesystem{Restricted: true, ReadWrite: []string{"cwd", "cwd/x", "/tmp", "/dev/null", "/dev/shm", "/srv/ab"}}, "", []string{"cwd", "cwd/x", "/dev/null"}},
		{"inside and around", `["/srv/a/**", "/tmp/**"]`, clawrden.Filesystem{Restricted: true, ReadWrite: []string{"/srv", "/tmp/x", "/tmp"}}, "", []string{"/srv/a", "/tmp/x", "/tmp"}},
		{"a glob in the middle", `["/srv/*/work/**"]`, clawrden.Filesystem{Restricted: true, ReadWrite: []string{"/"}}, "", []string{"/srv"}},
		{"the home directory", `["~/work/**"]`, clawrden.Filesystem{Restricted: true, ReadWrite: []string{"~", "~/work/a", "~/.cache", "/home/u/work/b"}}, "/home/u", []string{"/home/u/work", "~/work/a", "/home/u/work/b"}},
		{"a home that nobody knows", `["~/work/**"]`, clawrden.Filesystem{Restricted: true, ReadWrite: []string{"~", "/home"}}, "", nil},
		{"a profile that restricts nothing", `["/srv/a/**"]`, clawrden.Filesystem{}, "", []string{"/srv/a"}},
	} {
		text := "policy {\n  default = \"allow\"\n"
		if tt.allowed != "" {
			text += "  allowed_paths = " + tt.allowed + "\n"
		}
		p := mustParse(t, text+"}\n")
		got := p.settings.narrow(tt.fs, tt.home)
		if diff := cmp.Diff(tt.want, got.ReadWrite); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
		if tt.allowed != "" && tt.allowed != `["/**"]` && !got.Restricted {
			t.Errorf("%s: nothing is restricted", tt.name)
		}
	}
}

// What a decision gives the executor is the narrowed profile, and the policy's own stays as it is.
func TestDecisionNarrowsItsProfile(t *testing.T) {
	p := mustParse(t, `
policy {
  default       = "deny"
  allowed_paths = ["/w/**"]
}
rule "make" {
  commands = ["make"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.default
}
`)
	d := p.Decide(facts(t, p, "/w", "make"))
	for _, path := range d.Profile.Filesystem.ReadWrite {
		if path == "/tmp" {
			t.Errorf("%q can be written", path)
		}
	}
	if own := p.profiles["default"]; own != nil && len(own.Filesystem.ReadWrite) == len(d.Profile.Filesystem.ReadWrite) {
		t.Error("the policy's own profile is narrowed too")
	}
}
