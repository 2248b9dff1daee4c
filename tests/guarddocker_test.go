package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

const containedPolicy = `
policy { default = "deny" }
environment {
  strip = ["MY_SECRET"]
}
rule "the image's own" {
  commands = ["sh", "busybox", "echo", "env", "grep", "sleep", "true"]
  action   = "allow"
  opaque   = "allow"
}
rule "not this" {
  commands = ["id"]
  action   = "deny"
}
rule "by the engine" {
  commands = ["uname", "ash"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.engine
}
executor "engine" {
  kind = "mirror"
  via  = "docker"
}
`

// contained is a guard whose agents live in containers: the launcher is their entry point.
type contained struct {
	*guarded
	docker *testutil.Dockerd
}

func newContained(t *testing.T, d *testutil.Dockerd) *contained {
	t.Helper()
	d.Image(t, "agent:1", nil)
	g := newGuarded(t, hostOptions{policy: containedPolicy, tools: []string{"uname"}, config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n"})
	return &contained{g, d}
}

// args are those of docker run for an agent's shell text. The programs are mounted where they are on the host.
func (c *contained) args(options []string, script string) []string {
	c.t.Helper()
	file := filepath.Join(c.dir, "agent.sh")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		c.t.Fatal(err)
	}
	args := append([]string{
		"-v", filepath.Dir(c.socket) + ":/run/clawrden/agent:ro", "-v", bin + ":" + bin + ":ro", "-v", file + ":/agent.sh:ro",
		"-e", "CLAWRDEN_SOCKET=/run/clawrden/agent/shim.sock", "--entrypoint", filepath.Join(bin, "clawrden-launch"),
	}, options...)
	return append(args, "agent:1", "init", "--", "/bin/busybox", "sh", "/agent.sh") // root may change what its names lead to, so they don't count
}

// TestGuardedContainer puts containers of stock Docker under guard, with what people take away from them, and without.
func TestGuardedContainer(t *testing.T) {
	c := newContained(t, testutil.Docker(t))
	rows := map[string][]string{
		"as it comes":       {},
		"a user":            {"--user", "1000:1000"},
		"no capability":     {"--cap-drop", "ALL"},
		"read-only":         {"--read-only"},
		"no new privileges": {"--security-opt", "no-new-privileges"},
		"all of these":      {"--user", "1000:1000", "--cap-drop", "ALL", "--read-only", "--security-opt", "no-new-privileges"},
	}
	engine := map[bool]string{true: "Linux 0", false: "126"} // root could change what the engine starts
	for name, options := range rows {
		t.Run(name, func(t *testing.T) {
			out, _ := c.docker.CLI(append([]string{"run", "--rm", "--network=none"}, c.args(options,
				"b=/bin/busybox; $b echo hello; $b id; echo $?; cd /bin; ./busybox id; echo $?; MY_SECRET=1 OTHER=2 $b env | $b grep -E '^(MY_SECRET|OTHER)='; $b uname; echo $?")...)...)
			var said []string
			for line := range strings.Lines(out) {
				if !strings.HasPrefix(line, "clawrden: ") {
					said = append(said, strings.TrimSpace(line))
				}
			}
			user := strings.Contains(strings.Join(options, " "), "--user")
			if got := strings.Join(said, " "); got != "hello 126 126 OTHER=2 "+engine[user] || !user && !strings.Contains(out, "container engine") {
				t.Errorf("%s", out)
			}
		})
	}
	for _, r := range c.records() {
		if r.Event == clawrden.EventDecided && (r.Identity.Container == "" || r.Decision.Runs() && r.Boundary != clawrden.BoundaryGuard || r.Session == "") {
			t.Errorf("%+v", r)
		}
	}
	for _, options := range [][]string{{"--cap-add", "SYS_PTRACE"}, {"--cap-add", "SYS_ADMIN"}, {"--pid", "host"}} {
		out, err := c.docker.CLI(append([]string{"run", "--rm", "--network=none"}, c.args(options, "/bin/busybox echo ran")...)...)
		if err == nil || strings.Contains(out, "ran\n") || !strings.Contains(out, "the session can't be had: ") {
			t.Errorf("%v: %s, %v", options, out, err)
		}
	}
}

// TestGuardedContainerEngineRestart has a session end with its container when the engine ends, and the guard take others afterwards.
func TestGuardedContainerEngineRestart(t *testing.T) {
	d := testutil.OwnDocker(t, "")
	c := newContained(t, d)
	d.Run(t, c.args(nil, "/bin/busybox sleep 100000")...)
	c.waitSessions("session-1 0 true")
	d.Stop()
	c.waitSessions("")
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	if out, err := d.CLI(append([]string{"run", "--rm", "--network=none"}, c.args(nil, "/bin/busybox echo hello")...)...); err != nil || out != "hello" {
		t.Errorf("%s, %v", out, err)
	}
}
