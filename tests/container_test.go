package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

// caged is a host whose agents live in containers of a private engine.
type caged struct {
	*host
	docker *testutil.Dockerd
}

func newCaged(t *testing.T, o hostOptions) *caged {
	t.Helper()
	d := testutil.Docker(t)
	d.Image(t, "agent:1", nil)
	if o.args == nil {
		o.args = []string{}
	}
	o.config = strings.ReplaceAll(o.config, "SOCKET", d.Socket)
	if !strings.Contains(o.config, "docker {") {
		o.config += "docker {\n  socket = \"" + d.Socket + "\"\n}\n"
	}
	return &caged{newHost(t, o), d}
}

// container starts a container with what an agent's is given: the socket's directory and the shims, and more options.
func (c *caged) container(options ...string) string {
	c.t.Helper()
	args := append([]string{"-v", filepath.Dir(c.socket) + ":/run/clawrden/agent", "-v", c.shims + ":/shims:ro"}, options...)
	return c.docker.Run(c.t, append(args, "agent:1", "sleep", "100000")...)
}

// inside is a governed command of the agent in a container, with options of `docker exec`.
func (c *caged) inside(id string, options []string, tool string, args ...string) *exec.Cmd {
	all := append([]string{"exec"}, options...)
	all = append(all, "-e", "PATH=/shims:/usr/local/bin:/bin", "-e", "CLAWRDEN_SOCKET=/run/clawrden/agent/shim.sock", id, "/shims/"+tool)
	cmd := exec.Command("docker", append(all, args...)...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST=unix://"+c.docker.Socket, "DOCKER_CONTEXT=")
	return cmd
}

// A rule that allows by container or image holds for callers that the engine confirms, and for nobody else.
func TestContainerIsConfirmed(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"echo"}, policy: `
policy {
  default = "deny"
}
rule "by image" {
  commands = ["echo"]
  action   = "allow"
  when {
    identity {
      images = ["agent:1@sha256:*"]
    }
  }
}
`})
	id := h.container()
	if r := finish(t, h.inside(id, nil, "echo", "hello")); r.stdout != "hello\n" || r.code != 0 {
		t.Errorf("in the container: %+v", r)
	}
	if r := finish(t, h.command("echo", "hello")); r.code != 126 {
		t.Errorf("on the host: %+v", r)
	}
	// A process of the host, in a cgroup that is named like the container's.
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		dir := filepath.Join(root, "docker", id)
		if _, err := os.Stat(filepath.Join(dir, "cgroup.procs")); err != nil {
			continue
		}
		for name, wrap := range map[string]string{"the host's namespaces": "", "namespaces of its own": "unshare -m "} {
			script := `echo $$ > "$1"/cgroup.procs && exec ` + wrap + `"$2" hello`
			cmd := exec.Command("sh", "-c", script, "sh", dir, filepath.Join(h.shims, "echo"))
			cmd.Env = h.env()
			if r := finish(t, cmd); r.code != 126 || r.stdout != "" {
				t.Errorf("in the container's cgroup with %s: %+v", name, r)
			}
		}
	}
	for _, r := range h.records() {
		if r.Event == clawrden.EventDecided && (r.Decision == clawrden.OutcomeAllow) != (r.Identity.Container == id && strings.HasPrefix(r.Image, "agent:1@sha256:")) {
			t.Errorf("%s: container %q, image %q", r.Decision, r.Identity.Container, r.Image)
		}
	}
}

// Without its engine a container isn't known: who is let in by it waits outside.
func TestContainerWithoutEngine(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"echo"}, config: "docker {\n  socket = \"/nonexistent/docker.sock\"\n}\n", policy: `
policy {
  default = "allow"
}
rule "not this one" {
  commands = ["echo"]
  action   = "deny"
  when {
    identity {
      images = ["evil:*"]
    }
  }
}
`})
	if r := finish(t, h.inside(h.container(), nil, "echo", "hello")); r.code != 126 || r.stdout != "" {
		t.Errorf("%+v", r)
	}
}
