package system

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// releases are the Debian releases that are tested: the oldest and the newest systemd that Clawrden is made for.
var releases = []string{"bookworm", "trixie"}

// packages are what the roots hold besides what each Debian has.
var packages = []string{"systemd", "systemd-sysv", "dbus", "dbus-broker", "polkitd", "passwd", "util-linux", "procps"}

// helpers are what a user's machine may have besides: programs that run commands for those who ask them.
var helpers = []string{"at", "busybox", "cron", "curl", "dbus-user-session", "git", "libpam-systemd", "make", "openssh-server", "python3-minimal", "tmux"}

const defaultRoots = "/var/cache/clawrden-tests"

// hostMirror is where this host gets Debian's packages from.
func hostMirror() (string, error) {
	out, err := exec.Command("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").Output()
	if err != nil {
		return "", fmt.Errorf("apt-get indextargets: %v", err)
	}
	for uri := range strings.Lines(string(out)) {
		if uri = strings.TrimSpace(uri); strings.HasSuffix(strings.TrimSuffix(uri, "/"), "/debian") {
			return uri, nil
		}
	}
	return "", errors.New("apt-get knows no mirror of Debian; name one in CLAWRDEN_TEST_MIRROR")
}

func setting(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// makeRoot gives the directory of a release's root, with more packages, and makes it when it isn't there. It must not be written to.
func makeRoot(release string, more ...string) (string, error) {
	packages := slices.Concat(packages, more)
	dir := setting("CLAWRDEN_TEST_ROOTS", defaultRoots)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", err
	}
	key := sha256.Sum256([]byte(strings.Join(packages, " ")))
	root := filepath.Join(dir, release+"-"+hex.EncodeToString(key[:4]))
	if _, err := os.Stat(root); err == nil {
		return root, nil
	}
	temp := root + ".new"
	if err := os.RemoveAll(temp); err != nil {
		return "", err
	}
	mirror := os.Getenv("CLAWRDEN_TEST_MIRROR")
	if mirror == "" {
		if mirror, err = hostMirror(); err != nil {
			return "", err
		}
	}
	// In a mount namespace of its own: where the host had a second /proc meanwhile, no session could begin in other tests.
	out, err := exec.Command("unshare", "--mount", "mmdebstrap", "--quiet", "--mode=root", "--variant=essential", "--include="+strings.Join(packages, ","),
		release, temp, mirror).CombinedOutput()
	if err != nil {
		_ = os.RemoveAll(temp)
		return "", fmt.Errorf("mmdebstrap %s: %v\n%s", release, err, out)
	}
	// A root without an id takes its boot for the first one, and enables units by their presets.
	if err := os.WriteFile(filepath.Join(temp, "etc/machine-id"), []byte(strings.Repeat("c1a3", 8)+"\n"), 0o444); err != nil {
		return "", err
	}
	return root, os.Rename(temp, root)
}
