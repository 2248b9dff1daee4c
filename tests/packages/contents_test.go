package packages

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same sources give the same bytes: built twice, in different directories, with other settings of the builder's own.
func TestReproducible(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	t.Setenv("TZ", "Pacific/Auckland")
	t.Setenv("LC_ALL", "C.UTF-8")
	again := t.TempDir()
	if err := build(again, "v1.0.0", runtime.GOARCH); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"clawrden_*.deb", "clawrden-[0-9]*.rpm", "clawrden-bridge_*.deb", "clawrden-bridge-*.rpm"} {
		first, second := one(t, built+"/"+pattern), one(t, again+"/"+pattern)
		if filepath.Base(first) != filepath.Base(second) {
			t.Errorf("%s and %s", first, second)
		}
		a, errA := os.ReadFile(first)
		b, errB := os.ReadFile(second)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s is another one when it is built again: diffoscope %s %s", filepath.Base(first), first, second)
		}
	}
}

// Both architectures are built from any machine. A first build of the other one takes minutes, so it is for `make soak`; without it
// the packages of the other architecture are made of this one's programs.
func TestOtherArchitecture(t *testing.T) {
	need(t, "dpkg-deb", "rpm", "file")
	other := map[string]string{"amd64": "arm64", "arm64": "amd64"}[runtime.GOARCH]
	if os.Getenv("CLAWRDEN_SOAK") == "" {
		dir := t.TempDir()
		c := exec.Command("go", "run", "./packaging/pack", "package", "-bin", built+"/build/"+runtime.GOARCH, "-arch", other, "-version", "v1.0.0", "-out", dir)
		c.Dir = "../.."
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := strings.TrimSpace(output(t, "dpkg-deb", "-f", one(t, dir+"/clawrden_*.deb"), "Architecture")); got != other {
			t.Errorf("the deb is for %s", got)
		}
		if got := output(t, "rpm", "-qp", "--qf", "%{ARCH}", one(t, dir+"/clawrden-[0-9]*.rpm")); got != map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[other] {
			t.Errorf("the rpm is for %s", got)
		}
		return
	}
	dir := t.TempDir()
	if err := build(dir, "v1.0.0", other); err != nil {
		t.Fatal(err)
	}
	one(t, dir+"/clawrden-[0-9]*.rpm")
	deb := one(t, dir+"/clawrden_*.deb")
	if got := strings.TrimSpace(output(t, "dpkg-deb", "-f", deb, "Architecture")); got != other {
		t.Errorf("the package is for %s", got)
	}
	root := t.TempDir()
	output(t, "dpkg-deb", "-x", deb, root)
	machine := map[string]string{"amd64": "x86-64", "arm64": "ARM aarch64"}[other]
	for _, program := range []string{"usr/bin/clawrden", "usr/sbin/clawrdend", "usr/lib/clawrden/clawrden-shim", "usr/lib/clawrden/clawrden-launch"} {
		if said := output(t, "file", "-b", filepath.Join(root, program)); !strings.Contains(said, machine) || !strings.Contains(said, "statically linked") {
			t.Errorf("%s is %s", program, said)
		}
	}
	if said := output(t, "sh", "-c", "zcat "+root+"/usr/share/man/man8/clawrdend.8.gz"); !strings.Contains(said, "--policy") {
		t.Errorf("the manual of the other architecture is %q", said)
	}
}

const maxInstalled = 40_000_000 // bytes, directories too

// What is installed stays small, belongs to root, and nobody else can write to it. Settings are settings in both formats.
func TestContents(t *testing.T) {
	need(t, "dpkg-deb", "rpm")
	deb, rpm := one(t, built+"/clawrden_*.deb"), one(t, built+"/clawrden-[0-9]*.rpm")
	size := 0
	for line := range strings.Lines(output(t, "dpkg-deb", "-c", deb)) {
		f := strings.Fields(line)
		n, err := strconv.Atoi(f[2])
		if err != nil || len(f) < 6 {
			t.Fatalf("dpkg-deb says %q", line)
		}
		size += n
		if (f[1] != "root/root" && f[1] != "0/0") || f[0][5] == 'w' || f[0][8] == 'w' || strings.ContainsAny(f[0], "sS") {
			t.Errorf("in the deb: %s", line)
		}
	}
	if size > maxInstalled {
		t.Errorf("%d bytes are installed, more than %d", size, maxInstalled)
	}
	t.Logf("%.2f MB are installed", float64(size)/1e6)

	control := t.TempDir()
	output(t, "dpkg-deb", "-e", deb, control)
	conffiles, err := os.ReadFile(control + "/conffiles")
	if err != nil {
		t.Fatal(err)
	}
	policies, err := filepath.Glob("../../packaging/policy.d/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/etc/clawrden/clawrden.hcl"}
	for _, p := range policies {
		want = append(want, "/etc/clawrden/policy.d/"+filepath.Base(p))
	}
	if diff := cmp.Diff(want, strings.Fields(string(conffiles))); diff != "" {
		t.Errorf("conffiles: %s", diff)
	}
	if diff := cmp.Diff(want, strings.Fields(output(t, "rpm", "-qpc", rpm))); diff != "" {
		t.Errorf("settings of the rpm: %s", diff)
	}
	files := func(list string) (all []string) {
		for line := range strings.Lines(list) {
			path := strings.TrimPrefix(strings.TrimSpace(line), ".")
			if strings.HasPrefix(path, "/usr/bin/") || strings.HasPrefix(path, "/usr/sbin/") || strings.HasPrefix(path, "/usr/lib/") && !strings.HasSuffix(path, "/") {
				all = append(all, path)
			}
		}
		return all
	}
	inDeb := files(output(t, "sh", "-c", "dpkg-deb --fsys-tarfile '"+deb+"' | tar t | grep -v '/$' | sort"))
	inRPM := files(output(t, "sh", "-c", "rpm -qpl '"+rpm+"' | grep -v '^/usr/lib/clawrden$' | LC_ALL=C.UTF-8 sort"))
	if diff := cmp.Diff(inDeb, inRPM); diff != "" {
		t.Errorf("deb and rpm differ: %s", diff)
	}
}

// Debian's checker finds nothing that isn't explained in lintian-overrides, rpm's nothing beyond rpmlint.toml.
func TestCheckers(t *testing.T) {
	for name, args := range map[string][]string{
		"lintian": {"lintian", "--tag-display-limit", "0", "--fail-on", "error,warning,info", "--display-level", ">=warning", one(t, built+"/clawrden_*.deb")},
		"rpmlint": {"rpmlint", "--strict", "--config", "rpmlint.toml", one(t, built+"/clawrden-[0-9]*.rpm")},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, name)
			dir := t.TempDir()
			output(t, "cp", "../../packaging/clawrden/rpm/rpmlint.toml", dir)
			output(t, "chmod", "-R", "a+rwX", filepath.Dir(dir))
			// As nobody: rpmlint has cpio unpack absolute names, and as root that would be an installation here.
			if os.Geteuid() == 0 {
				args = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=" + dir, "TMPDIR=" + dir}, args...)
			}
			c := exec.Command(args[0], args[1:]...)
			c.Dir = dir
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// Maintainer scripts are POSIX shell.
func TestScripts(t *testing.T) {
	need(t, "shellcheck", "dash")
	for _, format := range []string{"deb", "rpm"} {
		for _, name := range []string{"postinst", "prerm", "postrm"} {
			output(t, "shellcheck", "-s", "sh", "../../packaging/clawrden/"+format+"/"+name)
			output(t, "dash", "-n", "../../packaging/clawrden/"+format+"/"+name)
		}
	}
}
