package system

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"testing"
)

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
