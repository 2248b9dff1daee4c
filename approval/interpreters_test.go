package approval

import (
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
	"github.com/clawrden/clawrden/policy"
)

// TestInterpretersAreNeverGranted reads commands as the policy's grammars do: whatever runs what it is told to can't be
// granted, and what agents do all day can.
func TestInterpretersAreNeverGranted(t *testing.T) {
	p, diags := policy.Parse(map[string][]byte{"p.hcl": []byte("policy { default = \"ask\" }\n")})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	why := func(argv []string) string {
		r := clawrden.Request{ID: "a", Tool: argv[0], Argv: argv, Cwd: "/src"}
		f := p.Understand(&r)
		f.Exe = clawrden.Executable{Resolved: "/usr/bin/" + argv[0], SHA256: "aa"}
		d := p.Decide(&f)
		return reach.Of(&f, &d).Ungranted
	}
	for _, argv := range [][]string{
		{"sh", "x.sh"},
		{"bash"},
		{"bash", "-c", "ls"},
		{"zsh", "-i"},
		{"busybox", "sh"},
		{"python3", "x.py"},
		{"python3.12", "-m", "http.server"},
		{"python"},
		{"node", "x.js"},
		{"deno", "run", "x.ts"},
		{"perl", "-e", "1"},
		{"ruby", "x"},
		{"php", "x"},
		{"lua5.4", "x"},
		{"awk", "1"},
		{"Rscript", "x"},
		{"java", "X"},
		{"env", "ls"},
		{"env"},
		{"sudo", "ls"},
		{"doas", "ls"},
		{"su", "-c", "ls"},
		{"xargs", "ls"},
		{"find", ".", "-exec", "ls", ";"},
		{"find", "."},
		{"nohup", "ls"},
		{"timeout", "5", "ls"},
		{"nice", "ls"},
		{"ssh", "h", "ls"},
		{"systemd-run", "ls"},
		{"npx", "x"},
		{"strace", "ls"},
		{"watch", "ls"},
		{"git", "-c", "alias.x=!sh", "x"},
		{"git", "rebase", "--exec", "ls"},
		{"tar", "xf", "a", "--to-command=sh"},
		{"rsync", "-e", "sh", "a", "b:"},
		{"docker", "run", "x", "sh"},
		{"docker", "exec", "x", "sh"},
		{"kubectl", "exec", "x", "--", "sh"},
		{"go", "run", "."},
		{"uv", "run", "x"},
		{"poetry", "run", "x"},
		{"cargo", "run"},
		{"npm", "exec", "x"},
		{"vim", "-c", "!sh"},
		{"make", "SHELL=/tmp/x"},
		{"sed", "1e ls"},
		{"npm", "run", "x"},
		{"less", "a"},
	} {
		if why(argv) == "" {
			t.Errorf("%q can be granted", argv)
		}
	}
	for _, argv := range [][]string{{"git", "push", "origin"}, {"git", "--version"}, {"ls", "-l"}, {"curl", "https://example.org"}, {"npm", "install"}, {"kubectl", "get", "pods"}} {
		if w := why(argv); w != "" {
			t.Errorf("%q can't be granted: %s", argv, w)
		}
	}
}
