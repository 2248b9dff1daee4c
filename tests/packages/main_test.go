// Package packages tests the deb and rpm packages that `make packages` builds: what is in them, that the same sources give the
// same bytes, what Debian's and rpm's own checkers say, and installation into roots. tests/system installs them on whole systems.
//
// Nothing in it is imported by anything.
package packages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// built is where the packages are, one deb and one rpm of this machine's architecture.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "clawrden-packages-")
	if err == nil {
		built = dir
		err = os.Chmod(dir, 0o755) // checkers run as nobody
	}
	if err == nil {
		err = build(dir, "v1.0.0", runtime.GOARCH)
	}
	code := 1
	if err == nil {
		code = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, err)
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes the packages of a version.
func build(dir, version string, arches ...string) error {
	c := exec.Command("make", "-s", "-C", "../..", "packages", "DIST="+dir, "VERSION="+version, "SOURCE_DATE_EPOCH=1795360959", "ARCHES="+strings.Join(arches, " "))
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("make packages: %v\n%s", err, out)
	}
	return nil
}

// one gives the only file of a pattern.
func one(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

// need skips without programs.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed; tests/setup.sh test installs it", p)
		}
	}
}

// output runs a program that has to succeed.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
