// Package system tests Clawrden on whole systems: Debian roots are booted with systemd as PID 1, Clawrden is installed into
// them with `make install DESTDIR=`, and real users, the real bus, polkitd and journal do the rest.
//
// It needs root, systemd-nspawn, mmdebstrap and, for the first run, a Debian mirror; without them it skips and says why. The
// roots are kept in CLAWRDEN_TEST_ROOTS (default /var/cache/clawrden-tests). Nothing in it is imported by anything.
package system

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var (
	installed string // what make install made
	missing   string // why nothing can be tested here; "" if it can
)

func TestMain(m *testing.M) {
	if missing = lacks(); missing != "" {
		os.Exit(m.Run())
	}
	code, err := withInstalled(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// lacks says what this host lacks to boot systems.
func lacks() string {
	if os.Geteuid() != 0 {
		return "booting a system needs root"
	}
	for _, program := range []string{"systemd-nspawn", "mmdebstrap", "nsenter", "make"} {
		if _, err := exec.LookPath(program); err != nil {
			return program + " is not installed; tests/setup.sh test installs it"
		}
	}
	return ""
}

// withInstalled builds and installs into a directory of its own, runs the tests, and ends what they have booted.
func withInstalled(run func() int) (code int, err error) {
	dir, err := os.MkdirTemp("", "clawrden-system-")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	installed = filepath.Join(dir, "installed")
	out, err := exec.Command("make", "-s", "-C", "../..", "install", "BIN="+filepath.Join(dir, "bin"), "DESTDIR="+installed).CombinedOutput()
	if err != nil {
		return 1, fmt.Errorf("make install: %v\n%s", err, out)
	}
	defer shutDown()
	return run(), nil
}
