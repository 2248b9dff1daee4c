package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rpmRoot is a root for rpm: busybox as its shell, systemd's programs as stubs that write down how they were called, and
// whatever else comes with the package.
type rpmRoot struct {
	t   *testing.T
	dir string
}

func newRPMRoot(t *testing.T) *rpmRoot {
	t.Helper()
	need(t, "rpm", "busybox")
	if os.Geteuid() != 0 {
		t.Skip("an installation changes its root, which needs root")
	}
	r := &rpmRoot{t, t.TempDir()}
	for _, dir := range []string{"bin", "usr/bin", "usr/sbin", "dev", "run/systemd/system", "var/lib", "etc", "tmp"} {
		if err := os.MkdirAll(filepath.Join(r.dir, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Fatal(err)
	}
	output(t, "cp", busybox, r.dir+"/bin/busybox")
	for _, applet := range []string{"sh", "cp", "mv", "rm", "chmod", "mkdir", "cat", "grep", "echo"} {
		output(t, "ln", "-s", "busybox", r.dir+"/bin/"+applet)
	}
	output(t, "mknod", "-m", "0666", r.dir+"/dev/null", "c", "1", "3")
	r.stub("systemd-sysusers", "")
	r.stub("systemd-tmpfiles", "mkdir -p /var/lib/clawrden/shims")
	r.stub("journalctl", "")
	r.stub("systemctl", `[ "$1" != is-active ] || [ -e /guard-runs ]`)
	output(t, "rpm", "--root", r.dir, "--initdb")
	return r
}

// stub is a program that writes its call down.
func (r *rpmRoot) stub(name, does string) {
	r.t.Helper()
	script := "#!/bin/sh\necho \"" + name + " $*\" >>/calls\n" + does + "\n"
	if err := os.WriteFile(filepath.Join(r.dir, "usr/bin", name), []byte(script), 0o755); err != nil {
		r.t.Fatal(err)
	}
}

// rpm runs rpm on the root and gives what the scriptlets called.
func (r *rpmRoot) rpm(args ...string) (calls []string, said string) {
	r.t.Helper()
	_ = os.Remove(r.dir + "/calls")
	said = output(r.t, "rpm", append([]string{"--root", r.dir, "--force-debian", "--nodeps"}, args...)...)
	b, err := os.ReadFile(r.dir + "/calls")
	if err != nil && !os.IsNotExist(err) {
		r.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n"), said
}

func (r *rpmRoot) read(path string) string {
	b, err := os.ReadFile(filepath.Join(r.dir, path))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// rpm installs, verifies, upgrades over edited settings, and removes; its scriptlets do to systemd what each of these needs.
func TestRPM(t *testing.T) {
	r := newRPMRoot(t)
	upgraded := t.TempDir()
	if err := build(upgraded, "v1.1.0", runtime.GOARCH); err != nil {
		t.Fatal(err)
	}
	check := func(when string, got []string, want string) {
		t.Helper()
		if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
	}
	calls, said := r.rpm("-i", one(t, built+"/clawrden-[0-9]*.rpm"))
	check("installed", calls, `systemd-sysusers clawrden.conf
systemd-tmpfiles --create clawrden.conf
systemctl daemon-reload
systemctl reload dbus.service
journalctl --update-catalog
systemctl --no-reload preset clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket`)
	if strings.Contains(said, "clawrden:") {
		t.Errorf("it complains: %s", said)
	}
	if _, said := r.rpm("-V", "clawrden"); said != "" {
		t.Errorf("rpm -V: %s", said)
	}
	if a, b := r.read("usr/lib/clawrden/clawrden-shim"), r.read("var/lib/clawrden/shims/clawrden-shim"); a != b || !strings.HasPrefix(a, "\x7fELF") {
		t.Error("the shims' program isn't the package's")
	}

	const edited = "etc/clawrden/policy.d/20-read.hcl"
	if err := os.WriteFile(filepath.Join(r.dir, edited), []byte("rule \"x\" {\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "guard-runs"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	calls, said = r.rpm("-U", one(t, upgraded+"/clawrden-[0-9]*.rpm"))
	check("upgraded", calls, `systemd-sysusers clawrden.conf
systemd-tmpfiles --create clawrden.conf
systemctl daemon-reload
systemctl reload dbus.service
journalctl --update-catalog
systemctl daemon-reload
systemctl try-restart clawrden.service
systemctl is-active --quiet clawrden-guard.service`)
	if !strings.Contains(said, "the policy has errors") || !strings.Contains(said, "restart clawrden-guard.service") {
		t.Errorf("it doesn't say what is wrong: %s", said)
	}
	if got := r.read(edited); got != "rule \"x\" {\n" {
		t.Errorf("the edited policy is %q", got)
	}

	calls, _ = r.rpm("-e", "clawrden")
	want := ""
	for _, socket := range []string{"clawrden-control", "clawrden-guard", "clawrden-http", "clawrden-judge", "clawrden-metrics", "clawrden"} {
		want += "systemctl --no-reload disable --now " + socket + ".socket\n"
	}
	check("removed", calls, want+"systemctl stop clawrden-agents.path clawrden-diverted.path clawrden.service clawrden-guard.service\nsystemctl daemon-reload")
	if got := r.read(edited + ".rpmsave"); got != "rule \"x\" {\n" {
		t.Errorf("of the edited policy is left: %q", got)
	}
	if left, err := filepath.Glob(r.dir + "/usr/*/clawrden*"); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
