package divert

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// rpmBench is a bench whose tools belong to packages of a real rpm, with a database of the test's own.
type rpmBench struct {
	*bench
	top string
}

func newRPMBench(t *testing.T) *rpmBench {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: rpm gives files to it")
	}
	for _, program := range []string{"rpm", "rpmbuild"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed (tests/setup.sh test)")
		}
	}
	b := &rpmBench{newBench(t), t.TempDir()}
	if err := os.Remove(b.at("tool")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", b.top)
	t.Setenv("RPM_CONFIGDIR", filepath.Join(b.top, "config"))
	b.must(t, "sh", "-ec", fmt.Sprintf(`cp -r /usr/lib/rpm %[1]s/config && rm -f %[1]s/config/macros.d/*
		printf '%%%%_dbpath %[1]s/db\n%%%%_topdir %[1]s\n' >>%[1]s/config/macros; rpm --initdb`, b.top))
	return b
}

func (b *rpmBench) must(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// build makes a package that has the tool, with a text that says its name and version, or doesn't have it any more. more are lines
// of its head, script a scriptlet.
func (b *rpmBench) build(t *testing.T, name, version string, has bool, more, script string) string {
	t.Helper()
	files := b.at("other")
	if has {
		files += "\n" + b.at("tool")
	}
	spec := fmt.Sprintf(`Name: %s
Version: %s
Release: 1
Summary: x
License: x
BuildArch: noarch
%s
%%description
x
%%install
mkdir -p %%{buildroot}%s
for f in %s; do printf '#!/bin/sh\necho %s %s\n' >%%{buildroot}$f; chmod 755 %%{buildroot}$f; done
%s
%%files
%s
`, name, version, more, b.dir, strings.ReplaceAll(files, "\n", " "), name, version, script, files)
	at := filepath.Join(b.top, name+".spec")
	if err := os.WriteFile(at, []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	b.must(t, "rpmbuild", "-bb", "--quiet", "--define", "_build_id_links none", "--define", "__os_install_post %{nil}", at)
	return filepath.Join(b.top, "RPMS/noarch", name+"-"+version+"-1.noarch.rpm")
}

func (b *rpmBench) rpm(t *testing.T, args ...string) {
	t.Helper()
	b.must(t, "rpm", append([]string{"--force-debian", "--nodeps"}, args...)...)
}

func (b *rpmBench) diverted(t *testing.T) {
	t.Helper()
	d, changed, err := b.Add(t.Context(), b.at("tool"))
	if err != nil || !changed || d.Manager != "rpm" || d.Package != "toy" {
		t.Fatalf("%+v, %v, %v", d, changed, err)
	}
}

// mended repairs, and looks whether that did what it was to do; "" for nothing.
func (b *rpmBench) mended(t *testing.T, want string) {
	t.Helper()
	mended, err := b.Repair(t.Context())
	if err != nil || want == "" && len(mended) > 0 || want != "" && (len(mended) != 1 || mended[0].Err != "" || !strings.Contains(mended[0].What, want)) {
		t.Fatalf("%v, %v; want %q", mended, err, want)
	}
}

// amissNow are the tools for which something is to be done.
func (b *rpmBench) amissNow(t *testing.T, want int) {
	t.Helper()
	if wrong, err := b.amiss(map[string]unix.Stat_t{}); err != nil || len(wrong) != want {
		t.Fatalf("amiss are %v, %v; want %d", wrong, err, want)
	}
}

func text(name, version string) string { return "#!/bin/sh\necho " + name + " " + version + "\n" }

// rpm knows of no diversions: an upgrade takes the shim's place. That is seen, and put right; the tool is the new one.
func TestRPMUpgrade(t *testing.T) {
	b := newRPMBench(t)
	b.rpm(t, "-U", b.build(t, "toy", "1", true, "", ""))
	b.diverted(t)
	b.amissNow(t, 0)
	b.rpm(t, "-U", b.build(t, "toy", "2", true, "", ""))
	b.want(t, map[string]string{"tool": text("toy", "2"), "tool.clawrden-real": text("toy", "1"), "other": text("toy", "2")})
	b.amissNow(t, 1)
	b.mended(t, "a shim has its place again")
	b.want(t, map[string]string{"tool": fakeShim, "tool.clawrden-real": text("toy", "2"), "other": text("toy", "2")})
	b.amissNow(t, 0)
	b.mended(t, "")
	if _, err := b.Remove(t.Context(), b.at("tool")); err != nil {
		t.Fatal(err)
	}
	b.rpm(t, "-V", "toy")
}

// What rpm removes goes altogether: with its package, and where a release hasn't it any more.
func TestRPMRemoves(t *testing.T) {
	for name, do := range map[string]func(*rpmBench){
		"the package":  func(b *rpmBench) { b.rpm(t, "-e", "toy") },
		"the tool":     func(b *rpmBench) { b.rpm(t, "-U", b.build(t, "toy", "2", false, "", "")) },
		"and replaced": func(b *rpmBench) { b.rpm(t, "-U", b.build(t, "heir", "1", true, "Obsoletes: toy", "")) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newRPMBench(t)
			b.rpm(t, "-U", b.build(t, "toy", "1", true, "", ""))
			b.diverted(t)
			do(b)
			b.amissNow(t, 1)
			if name == "and replaced" {
				b.mended(t, "a shim has its place again")
				b.want(t, map[string]string{"tool": fakeShim, "tool.clawrden-real": text("heir", "1"), "other": text("heir", "1")})
				if ds, err := b.List(); err != nil || len(ds) != 1 || ds[0].Package != "heir" {
					t.Errorf("%v, %v", ds, err)
				}
				return
			}
			b.mended(t, "the tool went, too")
			if present(b.at("tool")) || present(b.at("tool.clawrden-real")) {
				t.Error("something is left")
			}
		})
	}
}

// In the middle of an upgrade the new tool is put aside at once. In the middle of a removal rpm hasn't forgotten yet what it has
// removed: nothing is put back, and nothing deleted, until it is done.
func TestRPMAtWork(t *testing.T) {
	b := newRPMBench(t)
	b.rpm(t, "-U", b.build(t, "toy", "1", true, "", ""))
	b.diverted(t)
	here, on := filepath.Join(b.top, "here"), filepath.Join(b.top, "on")
	if err := unix.Mkfifo(on, 0o600); err != nil {
		t.Fatal(err)
	}
	if rpmBusy(t.Context(), &Diversion{Manager: "rpm"}) {
		t.Error("rpm is at work before it is")
	}
	pause := fmt.Sprintf(" -p /bin/sh\n: >%s; read -r go <%s || :", here, on)
	for _, step := range []struct {
		args []string
		then func()
	}{
		{[]string{"-U", b.build(t, "toy", "2", true, "", "%post"+pause+"\n%postun"+pause)}, func() {
			b.mended(t, "a shim has its place again")
			b.want(t, map[string]string{"tool": fakeShim, "tool.clawrden-real": text("toy", "2"), "other": text("toy", "2")})
		}},
		{[]string{"-e", "toy"}, func() {
			b.mended(t, "")
			b.want(t, map[string]string{"tool.clawrden-real": text("toy", "2")})
			b.amissNow(t, 1)
		}},
	} {
		ended := make(chan struct{})
		go func() { defer close(ended); b.rpm(t, step.args...) }()
		until(t, func() bool { return present(here) })
		if !rpmBusy(t.Context(), &Diversion{Manager: "rpm"}) {
			t.Errorf("%q: rpm isn't at work", step.args)
		}
		step.then()
		if err := errors.Join(os.Remove(here), os.WriteFile(on, []byte("on\n"), 0)); err != nil {
			t.Fatal(err)
		}
		<-ended
	}
	b.mended(t, "the tool went, too")
	b.want(t, map[string]string{})
}
