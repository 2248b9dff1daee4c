package tests

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/profile"
)

// shipped are the built-in profiles, in the order of the table; "" is none.
var shipped = []string{"", "default", "read-only", "build", "offline", "network-client"}

// TestProfiles runs the probe under each profile that is shipped, by the launcher alone, and compares what it could do with
// the table in docs/profiles.md; with UPDATE set that is written anew.
func TestProfiles(t *testing.T) {
	if launch.LandlockABI() < profile.LandlockABI && os.Getenv("UPDATE") == "" {
		t.Skipf("the kernel has version %d of Landlock", launch.LandlockABI())
	}
	p, diags := policy.Parse(map[string][]byte{"p.hcl": []byte("policy {\n  default = \"deny\"\n}\n")})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	listener := exec.Command(testutil.Probe(t), "listen")
	said, err := listener.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Process.Kill(); _ = listener.Wait() })
	if _, err := said.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	tries := map[string][]testutil.Tried{}
	for _, name := range shipped {
		var held *clawrden.Profile
		if name != "" {
			b, ok := p.Profile(name)
			if !ok {
				t.Fatalf("there is no profile %q", name)
			}
			held = &b.Profile
		}
		tries[name] = probeUnder(t, held)
	}
	if os.Getenv("UPDATE") != "" {
		writeTable(t, tries)
	}
	for _, name := range shipped {
		testutil.CompareTries(t, name, tries[name], tries[""], false)
	}
	if rows := len(testutil.ProbeTable(t)); rows != len(tries[""]) {
		t.Errorf("docs/profiles.md has %d rows, and %d operations were tried", rows, len(tries[""]))
	}
}

// probeUnder runs the probe by the launcher as it is built.
func probeUnder(t *testing.T, held *clawrden.Profile) []testutil.Tried {
	t.Helper()
	scratch := func(above string) string {
		dir, err := os.MkdirTemp(above, "clawrden-test-") //nolint:usetesting // the table speaks of /tmp and of what isn't below it
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	tmp, homes := scratch("/tmp"), "/home"
	if os.Getuid() != 0 {
		var err error
		if homes, err = os.UserHomeDir(); err != nil || strings.HasPrefix(homes, "/tmp") {
			t.Skip("this user has no home directory outside /tmp")
		}
	}
	home := scratch(homes)
	work := filepath.Join(home, "work")
	user := launch.User{UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		user.Groups = append(user.Groups, uint32(g))
	}
	if os.Getuid() == 0 {
		user = launch.User{UID: stranger, GID: stranger}
	}
	testutil.ProbeLayout(t, "/", work, home, tmp, int(user.UID), int(user.GID))
	var tool, cwd unix.Stat_t
	for path, st := range map[string]*unix.Stat_t{testutil.Probe(t): &tool, work: &cwd} {
		if err := unix.Stat(path, st); err != nil {
			t.Fatal(err)
		}
	}
	o := &launch.Order{
		Tool: launch.Tool{Mode: launch.ToolPath, Path: testutil.Probe(t), Dev: tool.Dev, Ino: tool.Ino},
		Argv: []string{testutil.Probe(t)}, Env: []string{"HOME=" + home, "PROBE_TMP=" + tmp}, Umask: 0o22,
		Cwd: launch.Cwd{Path: work, Dev: cwd.Dev, Ino: cwd.Ino}, User: user, Plan: &profile.Plan{NoNewPrivileges: true},
	}
	if held != nil {
		if o.Plan, err = profile.Compile(held, profile.Target{Landlock: launch.LandlockABI(), Home: home, Cwd: work}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, theirs, err := launch.Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := exec.CommandContext(ctx, filepath.Join(bin, "clawrden-launch"))
	c.Stdin, c.Stderr = theirs, os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = theirs.Close()
	out, err := os.CreateTemp(tmp, "out")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := launch.Send(ctx, conn, o, [3]*os.File{nil, out, os.Stderr}); err != nil {
		t.Fatal(err)
	}
	if err := launch.Wait(ctx, conn); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return testutil.Tries(t, string(b))
}

// writeTable puts the table into the docs, between its marks.
func writeTable(t *testing.T, tries map[string][]testutil.Tried) {
	t.Helper()
	var b strings.Builder
	b.WriteString("| operation |")
	for _, name := range shipped {
		if name == "" {
			name = "none"
		}
		fmt.Fprintf(&b, " `%s` |", name)
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(shipped)+1) + "\n")
	for i, o := range tries[""] {
		fmt.Fprintf(&b, "| %s |", o.Name)
		for _, name := range shipped {
			fmt.Fprintf(&b, " %s |", tries[name][i].Outcome)
		}
		b.WriteByte('\n')
	}
	const doc = "../docs/profiles.md"
	old, err := os.ReadFile(doc)
	if err != nil {
		t.Fatal(err)
	}
	marks := regexp.MustCompile(`(?s)(<!-- made by UPDATE=1 go test \./tests -run TestProfiles -->\n).*(<!-- end -->)`)
	if !marks.Match(old) {
		t.Fatalf("%s has no marks for the table", doc)
	}
	updated := marks.ReplaceAllString(string(old), "${1}"+strings.ReplaceAll(b.String(), "$", "$$")+"${2}")
	if err := os.WriteFile(doc, []byte(updated), 0o644); err != nil {
		t.Fatal(err)
	}
}
