package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/hcl/v2"
	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden files and docs/configuration.md anew")

var ignoreFiles = cmpopts.IgnoreUnexported(Config{})

// lines writes diagnostics as "line,column-line,column: summary; detail".
func lines(diags hcl.Diagnostics) string {
	var b strings.Builder
	for _, d := range diags {
		if s := d.Subject; s != nil {
			fmt.Fprintf(&b, "%d,%d-%d,%d: ", s.Start.Line, s.Start.Column, s.End.Line, s.End.Column)
		}
		fmt.Fprintf(&b, "%s; %s\n", d.Summary, d.Detail)
	}
	return b.String()
}

// Each file in testdata is a configuration and what is said of it: the diagnostics with their places.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Files) != 2 || a.Files[0].Name != "clawrden.hcl" || a.Files[1].Name != "diagnostics" {
				t.Fatal("want the files clawrden.hcl and diagnostics")
			}
			_, diags := Default(false).parse(a.Files[0].Data, "clawrden.hcl")
			got := lines(diags)
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[1].Data), got); diff != "" {
				t.Error(diff)
			}
			if got == "" {
				t.Error("no diagnostics: this belongs in another test")
			}
		})
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clawrden.hcl")
	src := `
# a comment
paths {
  policy       = ["/srv/policy.d"]
  agents_group = ""
}
audit { sync = "always" }
ask { timeout = "1h30m" }
limits {
  pending_per_agent = 1
  request_time      = "1500ms"
}
mirror { max_sealed = "1GiB" }
`
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	got, diags := Load(path)
	if diags != nil {
		t.Fatal(lines(diags))
	}
	want := Default(false)
	want.Paths.Policy = []string{"/srv/policy.d"}
	want.Paths.AgentsGroup = ""
	want.Audit.Sync = "always"
	want.Ask.Timeout = 90 * time.Minute
	want.Limits.PendingPerAgent = 1
	want.Limits.RequestTime = 1500 * time.Millisecond
	want.Mirror.MaxSealed = 1 << 30
	if diff := cmp.Diff(want, got, ignoreFiles); diff != "" {
		t.Error(diff)
	}
}

func TestMissing(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, "long")
	if err := os.WriteFile(long, []byte(strings.Repeat("#\n", maxFile)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.hcl"): "no such file or directory",
		dir:                            "is not a regular file",
		fifo:                           "is not a regular file",
		long:                           "is longer than 1MiB",
	} {
		_, diags := Load(path)
		if !diags.HasErrors() || !strings.Contains(lines(diags), want) {
			t.Errorf("%s: %q, want %q", path, lines(diags), want)
		}
	}
	// Without a name, --dev reads nothing at all.
	got, diags := Default(true).Load("")
	if diff := cmp.Diff(Default(true), got, ignoreFiles); diff != "" || diags != nil {
		t.Error(diff, diags)
	}
}

func TestExplain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clawrden.hcl")
	if err := os.WriteFile(path, []byte("ask {\n  timeuot = \"1m\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, diags := Load(path)
	var b strings.Builder
	if err := c.Explain(&b, diags); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Error: Unsupported argument", path + " line 2, in ask", `timeuot = "1m"`, `Did you mean "timeout"?`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	// A file that can't be read has no snippet, and still an explanation.
	c, diags = Load(path + ".none")
	b.Reset()
	if err := c.Explain(&b, diags); err != nil || !strings.Contains(b.String(), "no such file") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// The defaults keep to the rules that the file must keep to.
func TestDefaultsAreAllowed(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/1000")
	t.Setenv("XDG_STATE_HOME", "relative: ignored")
	t.Setenv("XDG_CONFIG_HOME", "/c")
	t.Setenv("HOME", "/home/a")
	for _, dev := range []bool{false, true} {
		c := Default(dev)
		for _, b := range settings {
			for _, s := range b.settings {
				if s.check == nil {
					continue
				}
				if wrong := s.check.test(s.field(&c)); wrong != "" {
					t.Errorf("dev %v: %s.%s: %s", dev, b.name, s.name, wrong)
				}
			}
		}
		if diags := c.together(nil); diags != nil {
			t.Error(lines(diags))
		}
	}
	got := Default(true)
	want := Paths{
		Socket: "/run/user/1000/clawrden/agent/shim.sock", Control: "/run/user/1000/clawrden/control.sock",
		Policy: []string{"/c/clawrden/policy.d"}, State: "/home/a/.local/state/clawrden", Shims: "/home/a/.local/state/clawrden/shims",
	}
	if diff := cmp.Diff(want, got.Paths); diff != "" || got.Audit.File != "/home/a/.local/state/clawrden/audit.jsonl" {
		t.Error(diff, got.Audit.File)
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{
		"0B": 0, "1B": 1, "10KiB": 10 << 10, "256MiB": 256 << 20, "3GiB": 3 << 30, "1TiB": 1 << 40,
	} {
		got, wrong := parseSize(text)
		if got != want || wrong != "" || got.String() != text {
			t.Errorf("%s: %d (%s), %s", text, got, got, wrong)
		}
	}
	for _, text := range []string{"", "5", "MiB", "-1B", "1.5GiB", "1 MiB", "1MB", "1kB", "9999999TiB", "99999999999999999999B", "+1B"} {
		if got, wrong := parseSize(text); wrong == "" {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range files {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data)
	}
	for _, row := range jsonRows {
		f.Add([]byte(row.src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, name := range []string{"clawrden.hcl", "clawrden.hcl.json"} {
			c, diags := Default(false).parse(src, name)
			if !diags.HasErrors() {
				checkAll(t, &c)
			}
		}
	})
}

// checkAll tests that what was taken is allowed.
func checkAll(t *testing.T, c *Config) {
	for _, b := range settings {
		for _, s := range b.settings {
			if s.check != nil && s.check.test(s.field(c)) != "" {
				t.Errorf("%s.%s is %s", b.name, s.name, show(s.field(c)))
			}
		}
	}
}
