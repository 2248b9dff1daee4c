package testutil

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// probe is the program of tests/probe, built once for the test that asks for it first and for all within it.
var probe struct {
	sync.Mutex
	path string
}

// Probe gives the program that tries what a sandboxed program might try, static, where every user can run it.
func Probe(t testing.TB) string {
	t.Helper()
	probe.Lock()
	defer probe.Unlock()
	if probe.path != "" {
		return probe.path
	}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "clawrden-probe-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		probe.Lock()
		defer probe.Unlock()
		probe.path = ""
		_ = os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // every user runs it
		t.Fatal(err)
	}
	path := filepath.Join(dir, "probe")
	c := exec.Command("go", "build", "-o", path, "./tests/probe")
	c.Dir, c.Env = strings.TrimSpace(string(root)), append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	probe.path = path
	return path
}

// ProbeTmp is where the probe looks for a program in /tmp, unless PROBE_TMP says otherwise.
const ProbeTmp = "/tmp/clawrden-probe"

// ProbeLayout makes what the probe looks for, for a user: in its working directory, in its home and in ProbeTmp or the like,
// all of them below root.
func ProbeLayout(t testing.TB, root, work, home, tmp string, uid, gid int) {
	t.Helper()
	program, err := os.ReadFile(Probe(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		work + "/file": "text", work + "/old": "", work + "/doomed": "", work + "/true": string(program), tmp + "/true": string(program),
		home + "/file": "text", home + "/.bashrc": "", home + "/.ssh/id_ed25519": "key",
	} {
		at := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil { //nolint:gosec // other users look there
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if filepath.Base(name) == "true" {
			mode = 0o755
		}
		if err := os.WriteFile(at, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{work, home, tmp} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ os.DirEntry, err error) error {
			if err != nil || os.Geteuid() != 0 {
				return err
			}
			return os.Lchown(path, uid, gid) //nolint:gosec // nobody else is there yet
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Tried is one line of the probe's.
type Tried struct {
	Name    string
	Outcome string // in the words of the documented table: yes, no, killed
	Errno   string
	Host    bool // about the host's own, which a container hasn't
}

// Tries reads what the probe printed.
func Tries(t testing.TB, output string) []Tried {
	t.Helper()
	var all []Tried
	for line := range strings.Lines(output) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			t.Fatalf("the probe said %q", line)
		}
		word, errno, _ := strings.Cut(fields[1], " ")
		outcome := map[string]string{"allowed": "yes", "refused": "no", "killed": "killed"}[word]
		if outcome == "" {
			t.Fatalf("the probe said %q", line)
		}
		all = append(all, Tried{Name: fields[0], Outcome: outcome, Errno: errno, Host: fields[2] == "host"})
	}
	return all
}

// ProbeTable is the table of docs/profiles.md: what became of an operation, by operation and then profile. The profile "" is
// none.
func ProbeTable(t testing.TB) map[string]map[string]string {
	t.Helper()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "docs/profiles.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]map[string]string{}
	var columns []string
	for line := range strings.Lines(string(doc)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
		}
		switch {
		case cells[0] == "operation":
			columns = cells
		case columns == nil || strings.HasPrefix(cells[0], "---"):
		case len(cells) != len(columns):
			columns = nil
		default:
			row := map[string]string{}
			for i, name := range columns[1:] {
				if name == "none" {
					name = ""
				}
				row[name] = cells[i+1]
			}
			table[cells[0]] = row
		}
	}
	return table
}

// CompareTries compares one run of the probe with the documented table. Where an outcome is another one without any profile,
// given by bare, than it is documented, the kernel or the machine decides, and it isn't compared; so it is with those about
// the host, in a container.
func CompareTries(t testing.TB, profile string, got, bare []Tried, container bool) {
	t.Helper()
	table := ProbeTable(t)
	plain := map[string]string{}
	for _, b := range bare {
		plain[b.Name] = b.Outcome
	}
	compared := 0
	for _, g := range got {
		row, ok := table[g.Name]
		switch {
		case !ok:
			t.Errorf("docs/profiles.md has no row %q", g.Name)
		case g.Host && container:
		case row[profile] == g.Outcome:
			compared++
		case plain[g.Name] != row[""]:
			t.Logf("%s: here it is %q without a profile, and %q in the docs: not compared", g.Name, plain[g.Name], row[""])
		default:
			t.Errorf("%s, under the profile %q: %s %s, want %s", g.Name, profile, g.Outcome, g.Errno, row[profile])
		}
	}
	const least = 60
	if compared < least {
		t.Errorf("only %d operations were as documented", compared)
	}
}
