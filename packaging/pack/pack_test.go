package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPackageVersion(t *testing.T) {
	when := time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)
	// From old to new, as dpkg and rpm sort them.
	for _, row := range []struct{ described, want string }{
		{"devel", "0~20261122150405"},
		{"b64114e", "0~20261122150405.gb64114e"},
		{"b64114e-dirty", "0~20261122150405.gb64114e+dirty"},
		{"v1.2.0-rc1", "1.2.0~rc1"},
		{"v1.2.0", "1.2.0"},
		{"1.2.0", "1.2.0"},
		{"v1.2.0-dirty", "1.2.0+dirty"},
		{"v1.2.0-3-gb64114e", "1.2.0+3.gb64114e"},
		{"v1.2.0-3-gb64114e-dirty", "1.2.0+3.gb64114e+dirty"},
		{"v1.2.0; rm -rf /", "0~20261122150405"},
	} {
		if got := packageVersion(row.described, when); got != row.want {
			t.Errorf("%s: %s, want %s", row.described, got, row.want)
		}
	}
}

func TestDate(t *testing.T) {
	if got, err := date("1795360959"); err != nil || got.Format(time.RFC3339) != "2026-11-22T15:22:39Z" {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "-1", "now", "99999999999999"} {
		if got, err := date(bad); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

// A list is read as it says in its head.
func TestList(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a/one.hcl", "1")
	write("a/two.hcl", "2")
	write("out/tool", "3")
	o := options{name: "x", bin: "out", prefix: "/usr"}
	for _, row := range []struct{ line, want string }{
		{"0755 bin/ BIN/tool", "-rwxr-xr-x /usr/bin/tool < out/tool"},
		{"0644 /etc/x/ a/*.hcl config", "-rw-r--r-- /etc/x/one.hcl < a/one.hcl config, -rw-r--r-- /etc/x/two.hcl < a/two.hcl config"},
		{"0644 man/ a/one.hcl gzip # with a comment", "-rw-r--r-- /usr/man/one.hcl.gz < a/one.hcl"},
		{"0755 lib/x/ -", "drwxr-xr-x /usr/lib/x < "},
		{"0644 x a/one.hcl rpm", ""},
		{"0644 x a/one.hcl rpm deb", "-rw-r--r-- /usr/x < a/one.hcl"},
		{"# nothing", ""},
		{"0644 x", "error: a line has a mode, a place and a source"},
		{"0844 x a/one.hcl", `error: "0844" isn't a mode`},
		{"0644 x a/*.txt", "error: nothing is named a/*.txt"},
		{"0644 x a/*.hcl", "error: a/*.hcl names 2 files for one place"},
		{"0644 x a/one.hcl confg", `error: "confg" means nothing here`},
	} {
		write("packaging/x/files", row.line+"\n")
		entries, err := o.list("deb")
		var got []string
		for _, e := range entries {
			s := e.mode.String() + " " + e.place + " < " + e.source
			if e.config {
				s += " config"
			}
			got = append(got, s)
		}
		said := strings.Join(got, ", ")
		if err != nil {
			_, why, _ := strings.Cut(err.Error(), ":1: ")
			said = "error: " + why
		}
		if said != row.want {
			t.Errorf("%s: %s, want %s", row.line, said, row.want)
		}
	}
}

// Settings that are there stay; all else is replaced, and goes again.
func TestInstall(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"packaging/x/files": "0755 lib/x/ -\n0755 lib/x/ BIN/tool\n0644 lib/x/ unit paths\n0600 /etc/ set config\n",
		"bin/tool":          "program", "unit": "ExecStart=/usr/lib/x/tool", "set": "default",
		"dest/etc/set": "the host's own", "dest/opt/lib/x/tool": "old",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := options{name: "x", bin: "bin", prefix: "/opt", destdir: "dest"}
	if err := o.install("install"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"dest/opt/lib/x/tool": "program", "dest/opt/lib/x/unit": "ExecStart=/opt/lib/x/tool", "dest/etc/set": "the host's own",
	} {
		if b, err := os.ReadFile(name); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	if err := os.Remove("bin/tool"); err != nil {
		t.Fatal(err)
	}
	if err := o.uninstall(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("dest/opt/lib/x"); err == nil {
		t.Error("its own directory is left")
	}
	if _, err := os.Stat("dest/etc/set"); err != nil {
		t.Error(err)
	}
}
