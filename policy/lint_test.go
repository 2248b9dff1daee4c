package policy

import (
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	tests := []struct {
		name, policy string
		want         []string // beginnings of the messages, with their lines
	}{
		{"nothing to say", nestedPolicy[:strings.Index(nestedPolicy, `rule "look"`)], nil},
		{"covered by a stricter rule", `
rule "a" {
  commands    = ["git"]
  subcommands = ["push"]
  action      = "ask"
}
rule "b" {
  commands = ["git", "hg"]
  action   = "deny"
}`, []string{"2: Rule without effect: The stricter rule \"b\""}},
		{"an exception keeps it alive", `
rule "a" {
  commands = ["git"]
  action   = "ask"
}
rule "b" {
  commands = ["*"]
  action   = "deny"
  unless {
    cwd = ["/srv/**"]
  }
}`, nil},
		{"says the same", `
rule "a" {
  commands = ["ls"]
  cwd      = ["/srv/**"]
  action   = "allow"
}
rule "b" {
  commands = ["ls", "cat"]
  action   = "allow"
}`, []string{"2: Rule without effect: The rule \"b\""}},
		{"built-in profiles replaced", `
profile "build" {
  network {
    mode = "none"
  }
}
profile "offline" {
  extends = "offline"
}
profile "default" {
  syscalls {
    default = "allow"
  }
}`, []string{"2: Replaces a built-in profile: This block says nothing of what the built-in profile \"build\"", "10: Replaces a built-in profile: Every profile"}},
		{"never matches", `
rule "a" {
  commands = ["ls"]
  cwd      = ["/srv/**"]
  action   = "deny"
  unless {
    cwd = ["/srv/**"]
  }
}`, []string{"2: Rule that never matches"}},
		{"unknown subcommand", `
rule "a" {
  commands    = ["git"]
  subcommands = ["comit"]
  action      = "ask"
}`, []string{`2: Unknown subcommand: "comit" is no subcommand that is known of git. Did you mean "commit"?`}},
		{"interpreters, shells, rulers", `
rule "a" {
  commands = ["python3", "less", "sudo", "bash"]
  action   = "allow"
}`, []string{"2: Interpreter without a profile: python3", "2: Gives a shell: less", "2: Too powerful in place: Whoever runs sudo", "2: Interpreter without a profile: bash"}},
		{"everything", `
policy {
  opaque = "allow"
}
rule "a" {
  commands = ["*"]
  action   = "allow"
}
rule "b" {
  commands = ["rm"]
  action   = "ask"
}`, []string{"3: What can't be seen is allowed", "5: Everything is allowed"}},
		{"everything, plainly", `
policy {
  default = "allow"
}`, nil},
		{"image", `
executor "node" {
  kind  = "ghost"
  image = "node:20"
}`, []string{"2: Image without a digest"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := mustParse(t, tt.policy)
			var got []string
			for line := range strings.Lines(oneLineEach(p.Lint())) {
				line = strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "test.hcl:")
				at, rest, _ := strings.Cut(line, ":")
				_, rest, _ = strings.Cut(rest, "warning: ")
				got = append(got, at+": "+rest)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("got %q, want %q", got, tt.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], tt.want[i]) {
					t.Errorf("got %q, want %q", got[i], tt.want[i])
				}
			}
		})
	}
}
