package system

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/testutil"
)

// enginePrograms are what Docker consists of; the system's own Docker, where the tests run, is put into the machine.
var enginePrograms = []string{"dockerd", "containerd", "containerd-shim-runc-v2", "runc", "docker-init", "docker"}

// engineUnit is Docker's service: one of systemd's, as a package would have it, on memory.
const engineUnit = `[Service]
Type=notify
Environment=PATH=/opt/engine:/usr/sbin:/usr/bin LD_LIBRARY_PATH=/opt/engine/lib
ExecStart=/opt/engine/dockerd -H unix:///run/docker.sock --bridge=none --iptables=false --ip6tables=false --storage-driver=overlay2
Delegate=yes
KillMode=process
`

// engine installs and starts Docker in the machine, with an image that is made from busybox.
func (m *machine) engine(t *testing.T) {
	t.Helper()
	for _, p := range enginePrograms {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed; tests/setup.sh test installs it", p)
		}
	}
	at := filepath.Join(m.root, "opt/engine")
	// What the programs need of libraries and the system hasn't comes along.
	if out, err := exec.Command("sh", "-ec", `mkdir -p "$1/lib"; for p in $2; do cp -L "$(command -v $p)" "$1/"; done; ln -sf /opt/engine/docker "$1/../../usr/bin/docker"
		for lib in $(ldd "$1/dockerd" "$1/runc" | sed -n 's,.*=> \(/[^ ]*\) .*,\1,p' | sort -u); do
			ls "$1"/../../usr/lib/*/"${lib##*/}" >/dev/null 2>&1 || cp -L "$lib" "$1/lib/"
		done`,
		"sh", at, strings.Join(enginePrograms, " ")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m.write(t, "/etc/systemd/system/docker.service", engineUnit)
	t.Cleanup(func() {
		m.run("sh", "-c", `docker rm -f $(docker ps -aq); systemctl stop docker.service; pkill -x containerd; umount /var/lib/docker; rm -rf /etc/systemd/system/docker.service /opt/engine /usr/bin/docker; systemctl daemon-reload`)
	})
	m.must(t, "sh", "-ec", "mkdir -p /var/lib/docker; mount -t tmpfs -o size=512m tmpfs /var/lib/docker; systemctl daemon-reload; systemctl start docker.service")
	d := testutil.Dockerd{Socket: fmt.Sprintf("/proc/%d/root/run/docker.sock", m.leader)}
	if err := d.Import("tools:1", map[string][]byte{
		"usr/local/bin/only-here": []byte("#!/bin/sh\necho in the image: \"$@\"\n"),
		"usr/local/bin/gsh":       []byte("#!/bin/sh\nexec /bin/sh \"$@\"\n"),
	}); err != nil {
		t.Fatal(err)
	}
}

const enginePolicy = `
executor "box" {
  kind  = "ghost"
  image = "tools:1"
}
executor "other" {
  kind  = "ghost"
  image = "tools:1"
  user  = "4711:4711"
}
executor "exec" {
  kind = "mirror"
  via  = "docker"
}
rule "ghosts" {
  commands = ["only-here", "gsh"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.box
}
rule "others" {
  commands = ["touch"]
  action   = "allow"
  executor = executor.other
}
rule "confined" {
  commands = ["wc"]
  action   = "allow"
  executor = executor.box
  profile  = profile.read-only
}
rule "slow" {
  commands = ["sleep"]
  action   = "allow"
  executor = executor.box
  limits {
    timeout = "1s"
  }
}
rule "unit" {
  commands = ["hostname"]
  action   = "allow"
  executor = executor.unit
}
executor "bob" {
  kind = "unit"
  user = "bob"
}
rule "as bob" {
  commands = ["uname"]
  action   = "allow"
  executor = executor.bob
}
rule "by exec" {
  commands = ["id"]
  action   = "allow"
  executor = executor.exec
  when {
    identity {
      images = ["tools:1@sha256:*"]
    }
  }
}
`

// The service as it is installed, with all its walls, runs commands by a real engine: in ghosts of callers on the host and in
// containers, and by exec in the caller's own; and its kill switch ends them.
func TestEngine(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.engine(t)
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", enginePolicy)
		m.must(t, "sh", "-ec", `for f in /usr/lib/clawrden/policy.d/*; do : >/etc/clawrden/policy.d/${f##*/}; done
			for tool in only-here gsh touch wc sleep id hostname uname; do ln -sf clawrden-shim /var/lib/clawrden/shims/$tool; done`)
		m.enable(t)
		want := func(what string, r result, code int, stdout, stderr string) {
			t.Helper()
			if r.code != code || r.stdout != stdout || !strings.Contains(r.stderr, stderr) || stderr == "" && r.stderr != "" {
				t.Errorf("%s: want %d, %q, %q: %v", what, code, stdout, stderr, r)
			}
		}
		m.must(t, "sh", "-c", "rm -rf /home/agent/*; chmod 777 /home/agent")
		uid := m.must(t, "id", "-u", "agent")
		want("a ghost", finish(m.shimmed("only-here", "a", "b")), 0, "in the image: a b\n", "")
		want("its user and directory", finish(m.shimmed("gsh", "-c", "id -u; pwd; echo x >made; exit 7")), 7, uid+"\n/home/agent\n", "")
		want("under a profile", finish(m.shimmed("wc", "-c", "made")), 0, "2 made\n", "")
		want("another user's", finish(m.shimmed("touch", "new")), 0, "", "")
		m.is(t, "agent\nagent", "stat", "-c", "%U", "/home/agent/made", "/home/agent/new")
		want("one that takes too long", finish(m.shimmed("sleep", "1000")), 124, "", "its time is over")
		want("root", m.run("/var/lib/clawrden/shims/only-here"), 125, "", "a ghost doesn't inherit")
		m.caged(t, want)
		m.ghostKilled(t)

		m.must(t, "systemctl", "stop", "docker.service")
		want("without the engine", finish(m.shimmed("only-here")), 125, "", "cannot reach the container engine at /run/docker.sock")
		m.must(t, "systemctl", "start", "docker.service")
		want("with it again", finish(m.shimmed("only-here")), 0, "in the image:\n", "")
		eventually(t, "no ghost is left", func() bool {
			return m.must(t, "docker", "ps", "-aq", "--filter", "label=org.clawrden.ghost") == ""
		})
		for _, word := range []string{"SECCOMP", "Operation not permitted"} {
			if said := m.run("journalctl", "--no-pager", "-b", "-u", "clawrden.service", "-g", word).stdout; strings.Contains(said, word) {
				t.Errorf("the journal: %s", said)
			}
		}
	})
}

// caged runs commands of an agent in a container: by exec in it, and in a ghost of its directory.
func (m *machine) caged(t *testing.T, want func(what string, r result, code int, stdout, stderr string)) {
	t.Helper()
	m.must(t, "sh", "-ec", `mkdir -pm 777 /srv/cage; echo here >/srv/cage/file
		docker run -d --name cage --network none -v /run/clawrden/agent:/run/clawrden/agent -v /var/lib/clawrden/shims:/shims:ro -v /srv/cage:/work tools:1 sleep 100000`)
	gid := m.must(t, "sh", "-c", "getent group clawrden-agents | cut -d: -f3")
	as := func(user, tool string, args ...string) result {
		return finish(m.command(append([]string{"docker", "exec", "-u", user, "-w", "/work", "cage", "/shims/" + tool}, args...)...))
	}
	inside := func(tool string, args ...string) result { return as("1000:"+gid, tool, args...) }
	want("by exec in its container", inside("id", "-u"), 0, "1000\n", "")
	want("a ghost of its directory", inside("gsh", "-c", "pwd; cat file"), 0, "/work\nhere\n", "")
	want("on the host there is no exec", finish(m.shimmed("id", "-u")), 126, "", "id")
	// A container gains nothing by a unit, its root neither: not its own identity on the host, nor another's with a tool of its own.
	want("a unit of its root", as("0:0", "hostname"), 125, "", "not one that this executor may run for")
	want("a unit of its user", inside("hostname"), 125, "", "not one that this executor may run for")
	want("a unit of another user, of its root", as("0:0", "uname"), 125, "", `runs it as user "bob"`)
	want("a ghost of its root", as("0:0", "only-here"), 125, "", "a ghost doesn't inherit")
	m.must(t, "docker", "rm", "-f", "cage")
}

// ghostKilled throws the switch over a ghost.
func (m *machine) ghostKilled(t *testing.T) {
	t.Helper()
	done := make(chan result, 1)
	c := m.shimmed("gsh", "-c", "touch begun; trap '' TERM; sleep 1000")
	go func() { done <- finish(c) }()
	eventually(t, "it runs", func() bool { return m.run("test", "-e", "/home/agent/begun").code == 0 })
	m.must(t, "clawrden", "kill", "-m", "test")
	if r := <-done; r.code == 0 {
		t.Errorf("the killed one: %v", r)
	}
	if r := finish(m.shimmed("only-here")); r.code != 126 || !strings.Contains(r.stderr, "kill switch") {
		t.Errorf("after the kill: %v", r)
	}
	m.must(t, "clawrden", "unlock")
}
