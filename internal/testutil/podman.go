package testutil

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// containersConf is Podman's configuration. By itself it gives containers more open files than a machine's root may be allowed,
// and has crun run them, which some machines' cgroups are too old for.
const containersConf = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
`

// Podman gives a Podman of the test's own, which runs as root and answers on Docker's interface.
func Podman(t testing.TB) *Dockerd {
	t.Helper()
	needsEngine(t, "podman", "runc", "docker")
	d := &Dockerd{Dir: engineDir(t)}
	conf := filepath.Join(d.Dir, "containers.conf")
	if err := os.WriteFile(conf, []byte(containersConf), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Socket, d.env = filepath.Join(d.Dir, "p.sock"), []string{"CONTAINERS_CONF=" + conf}
	d.args = append(podman(d.Dir), "--cgroup-manager=cgroupfs", "system", "service", "--time=0", "unix://"+d.Socket)
	return started(t, d)
}

// podman is its command line, with all that it keeps below a directory.
func podman(dir string) []string {
	return []string{
		"podman", "--root", filepath.Join(dir, "data"), "--runroot", filepath.Join(dir, "run"), "--tmpdir", filepath.Join(dir, "tmp"),
		"--storage-driver=vfs", "--events-backend=file",
	}
}

// rootless becomes an ordinary user, who is given further uids where the machine has given him none: below its own mounts, so that the
// machine's files stay as they are.
const rootless = `printf 'nobody:300000:65536\n' >"$1/sub" && mount --bind "$1/sub" /etc/subuid && mount --bind "$1/sub" /etc/subgid || exit 1
home=$1; shift
exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$home/home" XDG_RUNTIME_DIR="$home/home" "$@"`

// RemappedBase is the user of the host that the root of a remapped engine's containers is.
const RemappedBase = 300000

// remapped gives the engine uids for its containers, below its own mounts, as rootless does.
const remapped = `printf 'nobody:300000:65536\n' >"$1/sub" && mount --bind "$1/sub" /etc/subuid && mount --bind "$1/sub" /etc/subgid || exit 1
shift; exec "$@"`

// Remapped gives a Docker whose containers are in user namespaces of their own: uid 0 in them is RemappedBase here.
func Remapped(t testing.TB) *Dockerd {
	t.Helper()
	needsEngine(t, "dockerd", "docker", "unshare")
	d := &Dockerd{Dir: engineDir(t)}
	d.Socket = filepath.Join(d.Dir, "d.sock")
	config := filepath.Join(d.Dir, "daemon.json")
	if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.args = []string{
		"unshare", "--mount", "sh", "-c", remapped, "sh", d.Dir,
		"dockerd", "--userns-remap=nobody:nogroup", "--config-file", config, "--data-root", filepath.Join(d.Dir, "data"), "--exec-root", filepath.Join(d.Dir, "exec"),
		"--pidfile", filepath.Join(d.Dir, "pid"), "-H", "unix://" + d.Socket, "--bridge=none", "--iptables=false", "--ip6tables=false", "--storage-driver=overlay2",
	}
	return started(t, d)
}

// Rootless gives an engine that runs as an ordinary user: "docker" or "podman". No container has to run in it.
func Rootless(t testing.TB, program string) *Dockerd {
	t.Helper()
	const nobody = 65534
	needsEngine(t, "newuidmap", "setpriv", "unshare")
	d := &Dockerd{Dir: engineDir(t)}
	home := filepath.Join(d.Dir, "home")
	// In a pid namespace of its own: what it leaves behind in others' names, such as Podman's second process, ends with the first.
	d.Socket, d.killed = filepath.Join(home, "r.sock"), true
	d.args = []string{"unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", rootless, "sh", d.Dir}
	switch program {
	case "podman":
		needsEngine(t, "podman")
		d.args = append(append(d.args, podman(home)...), "system", "service", "--time=0", "unix://"+d.Socket)
	case "docker":
		needsEngine(t, "dockerd", "rootlesskit")
		d.args = append(d.args, "rootlesskit", "--net=host", "--copy-up=/etc", "--copy-up=/run", "sh", "-c", fmt.Sprintf(
			`rm -rf /run/docker /run/containerd /run/xtables.lock; exec dockerd --rootless --data-root %[1]s/data --exec-root %[1]s/exec --pidfile %[1]s/pid -H unix://%[2]s --bridge=none --iptables=false --ip6tables=false --storage-driver=vfs`, home, d.Socket))
	}
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(home, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	return started(t, d)
}

// engineDir is a directory for an engine, that others may enter; it goes with the engine.
func engineDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clawrden-engine-") // t.TempDir is too long for a socket
	if err == nil {
		err = os.Chmod(dir, 0o755) //nolint:gosec // callers of other users reach what tests put below it
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// started starts an engine that ends with the test.
func started(t testing.TB, d *Dockerd) *Dockerd {
	t.Helper()
	if err := d.Start(); err != nil {
		_ = os.RemoveAll(d.Dir)
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// needsEngine skips without root and the programs.
func needsEngine(t testing.TB, programs ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to start a container engine")
	}
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skip(p + " is not installed (tests/setup.sh test)")
		}
	}
}
