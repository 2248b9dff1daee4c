package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// support is what each version of the kernel brings; the highest row that a host reaches is its own.
var support = []struct {
	major, minor int
	has          string
	lacks        string // of what comes later
}{
	{6, 15, "everything, and the kernel tells how commands end", ""},
	{6, 12, "everything; shims tell how commands end", "before Linux 6.15 the kernel doesn't tell how a command ended"},
	{6, 5, "shims, units, guard sessions", "before Linux 6.12 a session can reach abstract sockets and signal processes outside of it"},
	{5, 19, "shims, units, guard sessions; callers by pid and start time", "before Linux 6.5 the kernel doesn't name a caller's process by descriptor"},
	{5, 6, "shims and units", "before Linux 5.19 there are no guard sessions: a shim can be gone round"},
}

func kernelRelease() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

var version = regexp.MustCompile(`(\d+)(?:\.(\d+))?`)

func versionOf(text string) (major, minor int) {
	m := version.FindStringSubmatch(text)
	if m == nil {
		return 0, 0
	}
	major, _ = strconv.Atoi(m[1])
	minor, _ = strconv.Atoi(m[2])
	return major, minor
}

func (d *doctor) checkKernel() {
	major, minor := versionOf(d.kernel)
	row := -1
	for i := range support {
		if s := &support[i]; major > s.major || major == s.major && minor >= s.minor {
			row = i
			break
		}
	}
	switch {
	case row < 0:
		d.bad(stateFailed, "kernel", "use Linux 5.6 or later", "Linux %s is too old", d.kernel)
	case support[row].lacks != "":
		d.bad(stateWarning, "kernel", "a newer kernel brings more: "+support[row].lacks, "Linux %s: %s", d.kernel, support[row].has)
	default:
		d.ok("kernel", "Linux %s: %s", d.kernel, support[row].has)
	}
	if strings.Contains(strings.ToLower(d.kernel), "microsoft") {
		if d.exists("/run/systemd/system") {
			d.ok("WSL", "WSL 2 with systemd; programs of Windows run outside of all that is governed")
		} else {
			d.bad(stateFailed, "WSL", "put systemd=true under [boot] in /etc/wsl.conf, then wsl --shutdown", "WSL without systemd")
		}
	}
	d.checkKernelFeatures()
}

// checkKernelFeatures looks for what a kernel can be built or set up without.
func (d *doctor) checkKernelFeatures() {
	const check = "kernel features"
	if actions := d.read("/proc/sys/kernel/seccomp/actions_avail"); !strings.Contains(actions, "user_notif") {
		d.bad(stateFailed, check, "use a kernel with CONFIG_SECCOMP_FILTER", "no seccomp user notification: there are no guard sessions and no profiles")
		return
	}
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	scope := d.read("/proc/sys/kernel/yama/ptrace_scope")
	switch {
	case errno != 0:
		d.bad(stateWarning, check, "boot with lsm=landlock,… and CONFIG_SECURITY_LANDLOCK", "no Landlock (%v): profiles that name files are refused", errno)
	case scope == "3":
		d.bad(stateFailed, check, "set kernel.yama.ptrace_scope to 2 or less, and boot: 3 can't be undone", "ptrace is off for everybody: the guard can hold nothing")
	default:
		d.ok(check, "seccomp, Landlock version %d", abi)
	}
}

const oldestSystemd = 252

func (d *doctor) checkSystemd(ctx context.Context) {
	const check = "systemd"
	if !d.exists("/run/systemd/system") {
		d.bad(stateWarning, check, "boot with systemd, or keep clawrdend running by other means", "PID 1 isn't systemd: no units, no guard sessions by clawrden run")
		return
	}
	said, err := d.run(ctx, "systemctl", "--version")
	major, _ := versionOf(said)
	switch {
	case err != nil:
		d.bad(stateUnknown, check, "see whether systemctl works", "cannot ask for its version: %v", err)
		return
	case major < oldestSystemd:
		d.bad(stateFailed, check, fmt.Sprintf("use systemd %d or later", oldestSystemd), "version %d is too old", major)
	default:
		d.ok(check, "version %d", major)
	}
	if said, _ := d.run(ctx, "systemctl", "is-enabled", "clawrden.socket"); strings.TrimSpace(said) != "enabled" {
		d.bad(stateWarning, "units", "systemctl enable --now clawrden.socket", "clawrden.socket is %s: after a boot shims refuse everything", strings.TrimSpace(firstLine(said, "not there")))
	}
	if said, _ := d.run(ctx, "systemctl", "--plain", "--no-legend", "--state=failed", "list-units", "clawrden*"); strings.TrimSpace(said) != "" {
		unit := strings.Fields(said)[0]
		d.bad(stateFailed, "units", "systemctl status "+unit, "%s has failed", unit)
	} else {
		d.ok("units", "none has failed")
	}
}

func firstLine(s, otherwise string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if s == "" {
		return otherwise
	}
	return s
}

func (d *doctor) exists(path string) bool {
	_, err := os.Stat(filepath.Join(d.root, path))
	return err == nil
}

func (d *doctor) read(path string) string {
	b, _ := os.ReadFile(filepath.Join(d.root, path))
	return strings.TrimSpace(string(b))
}
