package tests

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

const podmanPolicy = `
policy {
  default = "deny"
}
executor "exec" {
  kind = "mirror"
  via  = "docker"
}
executor "box" {
  kind  = "ghost"
  image = "agent:1"
}
rule "in place, by image" {
  commands = ["echo"]
  action   = "allow"
  when {
    identity {
      images = ["docker.io/library/agent:1@sha256:*"]
    }
  }
}
rule "exec" {
  commands = ["id"]
  action   = "allow"
  executor = executor.exec
}
rule "ghost" {
  commands = ["cat"]
  action   = "allow"
  executor = executor.box
}
`

// What Podman, as root, says of its containers counts; it runs nothing, and the reason says why and what to do.
func TestPodman(t *testing.T) {
	d := testutil.Podman(t)
	d.Image(t, "agent:1", nil)
	h := &caged{newHost(t, hostOptions{tools: []string{"echo", "id", "cat"}, policy: podmanPolicy, args: []string{}, config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n"}), d}
	id := h.container()
	if r := finish(t, h.inside(id, agent, "echo", "hello")); r.stdout != "hello\n" || r.code != 0 {
		t.Errorf("in place, by image: %+v", r)
	}
	if r := finish(t, h.command("echo", "hello")); r.code != 126 {
		t.Errorf("on the host: %+v", r)
	}
	for name, r := range map[string]result{
		"exec":                       finish(t, h.inside(id, agent, "id")),
		"ghost from a container":     finish(t, h.inside(id, agent, "cat")),
		"ghost from the host's user": finish(t, asUser(h.command("cat"), stranger)),
	} {
		if r.code != 125 || r.stdout != "" || !strings.Contains(r.stderr, "it is podman ") || !strings.Contains(r.stderr, "set docker { socket }") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for _, r := range h.records() {
		switch {
		case r.Command == "echo" && r.Event == clawrden.EventDecided && r.Identity.Container == id && !strings.HasPrefix(r.Image, "docker.io/library/agent:1@sha256:"):
			t.Errorf("the image is recorded as %q", r.Image)
		case r.Command == "cat" && r.Event == clawrden.EventDecided && r.Decision != clawrden.OutcomeDeny:
			t.Errorf("the ghost is recorded as %s", r.Decision)
		case r.Command == "id" && r.Event == clawrden.EventFinished && (r.ExitCode != nil || !strings.Contains(r.Reason, "it is podman ")):
			t.Errorf("the exec is recorded as %+v", r)
		}
	}
	left, err := d.CLI("ps", "-aq", "--filter", "label=org.clawrden.ghost")
	if err != nil || left != "" {
		t.Errorf("left: %s, %v", left, err)
	}
}
