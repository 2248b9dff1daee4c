package system

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long anything may take before a test gives up on it: far more than it needs on a busy host. A command may run for
// longer, since some are there for as long as a test.
const (
	patience    = 3 * time.Minute
	commandTime = 10 * time.Minute
)

// machine is a booted system in a container, with Clawrden installed. One of each release serves all tests.
type machine struct {
	release string
	empty   bool          // without Clawrden: a test installs it itself
	root    string        // its files, seen from outside
	cgroup  string        // its own, outside; "" where it has none
	nspawn  int           // pid of systemd-nspawn
	leader  int           // pid of its PID 1, outside
	ended   chan struct{} // closed when systemd-nspawn has ended
}

var machines = struct {
	sync.Mutex
	of map[string]*machine
}{of: map[string]*machine{}}

// onEach runs a test on a system of each release, which is as after a fresh installation.
func onEach(t *testing.T, test func(*testing.T, *machine)) {
	t.Helper()
	on(t, releases, test)
}

// onOldest is onEach for what another test looks at on both.
func onOldest(t *testing.T, test func(*testing.T, *machine)) {
	t.Helper()
	on(t, releases[:1], test)
}

func on(t *testing.T, releases []string, test func(*testing.T, *machine)) {
	t.Helper()
	if missing != "" {
		t.Skip(missing)
	}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			m, err := booted(release)
			switch {
			case missing != "":
				t.Skip(missing)
			case err != nil:
				t.Fatal(err)
			}
			m.fresh(t)
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("journal:\n%s", m.run("journalctl", "--no-pager", "-n", "60").stdout)
				}
			})
			test(t, m)
		})
	}
}

// booted gives the machine of a release.
func booted(release string) (*machine, error) {
	machines.Lock()
	defer machines.Unlock()
	if m := machines.of[release]; m != nil {
		return m, nil
	}
	lower, err := makeRoot(release)
	if err != nil {
		missing = fmt.Sprintf("no root of Debian %s: %v", release, err)
		return nil, err
	}
	m := &machine{release: release}
	if err := m.assemble(lower); err != nil {
		return nil, err
	}
	machines.of[release] = m
	if err := m.boot(); err != nil {
		return nil, err
	}
	return m, m.settle()
}

// assemble puts Clawrden over a root, in memory, so that the root stays as it is.
func (m *machine) assemble(lower string) error {
	dir, err := os.MkdirTemp("", "clawrden-machine-")
	if err != nil {
		return err
	}
	m.root = filepath.Join(dir, "root")
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("cannot mount a tmpfs: %v", err)
	}
	for _, d := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	o := fmt.Sprintf("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", lower, dir, dir)
	if err := unix.Mount("overlay", m.root, "overlay", 0, o); err != nil {
		if out, err := exec.Command("cp", "-a", lower+"/.", m.root).CombinedOutput(); err != nil {
			return fmt.Errorf("cannot copy %s: %v\n%s", lower, err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(m.root, "etc/hostname"), []byte(m.release+"\n"), 0o644); err != nil {
		return err
	}
	// dbus-daemon is the bus, until a test says otherwise.
	if err := os.Remove(filepath.Join(m.root, "etc/systemd/system/dbus.service")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if m.empty {
		return nil
	}
	if out, err := exec.Command("cp", "-a", installed+"/usr", m.root).CombinedOutput(); err != nil {
		return fmt.Errorf("cannot install: %v\n%s", err, out)
	}
	return nil
}

// boot starts the container. It has no network but its own.
func (m *machine) boot() error {
	c := exec.Command("systemd-nspawn", "--quiet", "--directory="+m.root, "--boot", "--register=no", "--keep-unit", "--private-network",
		"--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self bpf keyctl", // not all releases of systemd-nspawn let the first pass; the others are for Docker
		"--hostname="+m.release, "--machine=clawrden-"+m.release)
	c.Env = append(os.Environ(), "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1", "SYSTEMD_NSPAWN_LOCK=0")
	var console bytes.Buffer
	c.Stdout, c.Stderr = &console, &console
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if fd, err := m.ownCgroup(); err == nil {
		defer func() { _ = unix.Close(fd) }()
		c.SysProcAttr.UseCgroupFD, c.SysProcAttr.CgroupFD = true, fd
	}
	started, ended := make(chan error), make(chan struct{})
	m.ended = ended
	go func() {
		runtime.LockOSThread() // the container dies with the thread that started it
		err := c.Start()
		started <- err
		if err == nil {
			_ = c.Wait()
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return err
	}
	m.nspawn = c.Process.Pid
	if err := m.waitBooted(); err != nil {
		if m.leader > 0 {
			_ = syscall.Kill(m.leader, syscall.SIGKILL)
		}
		_ = syscall.Kill(m.nspawn, syscall.SIGKILL)
		<-ended // and with it whoever writes to console
		return fmt.Errorf("cannot boot %s: %v\n%s", m.release, err, console.String())
	}
	return nil
}

// ownCgroup makes a cgroup for the container: two systemds in one would get in each other's way.
func (m *machine) ownCgroup() (fd int, err error) {
	for _, mount := range []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup"} {
		if _, err := os.Stat(mount + "/cgroup.procs"); err != nil {
			continue
		}
		m.cgroup = fmt.Sprintf("%s/clawrden-test-%d-%s", mount, os.Getpid(), m.release)
		if err := os.Mkdir(m.cgroup, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			m.cgroup = ""
			return -1, err
		}
		return unix.Open(m.cgroup, unix.O_DIRECTORY|unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	return -1, errors.New("there is no unified cgroup hierarchy")
}

// waitBooted returns when PID 1 has started everything.
func (m *machine) waitBooted() error {
	deadline := time.After(patience)
	for {
		if pid := m.child(); pid > 0 {
			m.leader = pid
			if state := strings.TrimSpace(m.run("systemctl", "is-system-running").stdout); state == "running" || state == "degraded" {
				return nil
			}
		}
		select {
		case <-m.ended:
			return errors.New("the container ended")
		case <-deadline:
			return errors.New("it didn't come up in time")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// child is the container's PID 1, once it is systemd.
func (m *machine) child() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", m.nspawn, m.nspawn))
	if err != nil {
		return 0
	}
	for word := range strings.FieldsSeq(string(b)) {
		if comm, err := os.ReadFile("/proc/" + word + "/comm"); err == nil && strings.TrimSpace(string(comm)) == "systemd" {
			pid, _ := strconv.Atoi(word)
			return pid
		}
	}
	return 0
}

// reboot has the system start anew: with --keep-unit systemd-nspawn ends at a reboot and leaves the next boot to its caller.
func (m *machine) reboot(t *testing.T) {
	t.Helper()
	began := time.Now()
	m.run("systemctl", "start", "--no-block", "reboot.target") // `systemctl reboot` would wait for logind, and that for a bus
	select {
	case <-m.ended:
	case <-time.After(patience):
		t.Fatal("it doesn't shut down")
	}
	down := time.Now()
	if err := m.boot(); err != nil {
		t.Fatalf("after the reboot: %v", err)
	}
	t.Logf("down after %v, up after another %v", down.Sub(began).Round(time.Millisecond), time.Since(down).Round(time.Millisecond))
}

// settle adds the users: agents are governed, ann and carl decide, bob is nobody.
func (m *machine) settle() error {
	r := m.run("sh", "-ec", `
		systemd-sysusers clawrden.conf
		systemd-tmpfiles --create clawrden.conf
		journalctl --update-catalog
		useradd -m -G clawrden-agents agent
		useradd -m -G clawrden-approvers ann
		useradd -m bob
		for tool in id uname hostname sleep; do ln -sf clawrden-shim /var/lib/clawrden/shims/$tool; done`)
	if r.code != 0 {
		return fmt.Errorf("cannot settle: %v", r)
	}
	return nil
}

// policy is what the tests go by, over the default policy.
const policy = `
rule "test allows" {
  commands = ["id", "sleep"]
  action   = "allow"
}
rule "test denies" {
  commands = ["uname"]
  action   = "deny"
  reason   = "not on this host"
}
rule "test asks" {
  commands = ["hostname"]
  action   = "ask"
}
`

// fresh puts the system back to how it is after an installation, with the tests' policy.
func (m *machine) fresh(t *testing.T) {
	t.Helper()
	m.must(t, "sh", "-ec", `
		systemctl disable --now clawrden.socket clawrden-control.socket clawrden-judge.socket clawrden-guard.socket clawrden-metrics.socket 2>/dev/null
		systemctl stop clawrden.service clawrden-guard.service
		rm -rf /etc/clawrden /run/clawrden /etc/systemd/system/clawrden* /run/systemd/system/clawrden* /var/log/clawrden
		find /var/lib/clawrden -mindepth 1 -maxdepth 1 ! -name shims -exec rm -rf {} +
		systemd-tmpfiles --create clawrden.conf
		systemctl daemon-reload
		systemctl reset-failed`)
	m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", policy)
}

// enable is all that an operator has to do.
func (m *machine) enable(t *testing.T) {
	t.Helper()
	m.must(t, "systemctl", "enable", "--now", "clawrden.socket")
}

// write puts a file into the system.
func (m *machine) write(t *testing.T, path, content string) {
	t.Helper()
	at := filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// dropIn changes a unit.
func (m *machine) dropIn(t *testing.T, unit, content string) {
	t.Helper()
	m.must(t, "mkdir", "-p", "/run/systemd/system/"+unit+".d")
	c := m.command("tee", "/run/systemd/system/"+unit+".d/test.conf")
	c.Stdin = strings.NewReader(content)
	if r := finish(c); r.code != 0 {
		t.Fatal(r)
	}
	m.must(t, "systemctl", "daemon-reload")
}

// shutDown ends all machines.
func shutDown() {
	machines.Lock()
	defer machines.Unlock()
	for _, m := range machines.of {
		if m.leader > 0 {
			_ = syscall.Kill(m.leader, syscall.SIGKILL) // all of its processes die with it
		}
		if m.nspawn > 0 {
			select {
			case <-m.ended:
			case <-time.After(patience):
			}
		}
		_ = unix.Unmount(m.root, unix.MNT_DETACH)
		_ = unix.Unmount(filepath.Dir(m.root), unix.MNT_DETACH)
		_ = os.Remove(filepath.Dir(m.root))
		m.removeCgroup()
	}
}

func (m *machine) removeCgroup() {
	if m.cgroup == "" {
		return
	}
	var dirs []string
	_ = filepath.WalkDir(m.cgroup, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			dirs = append(dirs, path)
		}
		return nil
	})
	for _, dir := range slices.Backward(dirs) {
		_ = os.Remove(dir)
	}
}
