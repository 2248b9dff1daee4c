package system

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"testing"
)

// On a running system `make install` has systemd make all that a boot would, and replaces the shim in one step.
func TestTellSystemd(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		recipe, err := exec.Command("make", "-s", "-n", "-C", "../..", "tell-systemd").Output()
		if err != nil {
			t.Fatal(err)
		}
		const shim = "/var/lib/clawrden/shims/clawrden-shim"
		m.must(t, "sh", "-c", "echo old >"+shim)
		m.must(t, "sh", "-ec", string(recipe))
		m.must(t, "cmp", shim, "/usr/lib/clawrden/clawrden-shim")
		if mode := m.must(t, "stat", "-c", "%a %U %G", shim); mode != "755 root root" {
			t.Errorf("the shim is %s", mode)
		}
		m.enable(t)
		if r := m.agent("id"); r.code != 0 {
			t.Error(r)
		}
	})
}

// `make uninstall` takes away every file that `make install` has put there.
func TestUninstall(t *testing.T) {
	if missing != "" {
		t.Skip(missing)
	}
	to := t.TempDir()
	if out, err := exec.Command("cp", "-a", installed+"/.", to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command("make", "-s", "-C", "../..", "uninstall", "DESTDIR="+to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	err := filepath.WalkDir(to, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
