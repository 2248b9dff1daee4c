package tests

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

const robotsPolicy = `
policy { default = "deny" }
rule "robots" {
  commands = ["id", "sleep"]
  action   = "allow"
  when {
    identity { agents = ["robo"] }
  }
}
rule "asks" {
  commands = ["hostname"]
  action   = "ask"
}
`

// robots is a host with one agent, robo, which is the stranger, or where the test isn't root's the test's own user.
func robots(t *testing.T) (h *host, by func(socket, tool string, args ...string) result) {
	t.Helper()
	o, uid := hostOptions{policy: robotsPolicy, tools: []string{"id", "sleep", "hostname"}}, uint32(os.Geteuid())
	if uid == 0 {
		o.args, uid = []string{}, stranger
	}
	h = newHost(t, o)
	if status := h.post("/api/agents", fmt.Sprintf(`{"name":"robo","user":"%d"}`, uid)); status != 200 {
		t.Fatalf("adding an agent: %d\n%s", status, h.log)
	}
	return h, func(socket, tool string, args ...string) result {
		c := asUser(h.command(tool, args...), uid)
		c.Env = append(c.Env, "CLAWRDEN_SOCKET="+socket)
		return finish(t, c)
	}
}

// robotSocket is the socket of the agent that robots adds.
func (h *host) robotSocket() string {
	return filepath.Join(filepath.Dir(h.control), "agents", "robo", "shim.sock")
}

// A registered agent's commands carry its name, by its own socket and by the shared one, also after the daemon was killed.
func TestRegisteredAgent(t *testing.T) {
	h, by := robots(t)
	for _, when := range []string{"added", "killed"} {
		for _, socket := range []string{h.robotSocket(), h.socket} {
			if r := by(socket, "id", "-u"); r.code != 0 {
				t.Errorf("%s, by %s: %+v", when, socket, r)
			}
			var past []clawrden.Entry
			h.get("/api/history?limit=1", &past)
			if len(past) != 1 || past[0].Identity.Agent != "robo" {
				t.Errorf("%s, by %s: recorded %+v", when, socket, past)
			}
		}
		if when == "added" {
			h.kill(syscall.SIGKILL)
			h.start()
		}
	}
	for body, want := range map[string]int{
		`{"name":"robo"}`: 409,
		`{"name":"x/y"}`:  400,
		`{"name":"new","user":"no-such-user-here"}`:    400,
		`{"name":"new","user":"0"}`:                    400,
		`{"name":"new","user":"1","unit":"a.service"}`: 400,
		`{"name":"new","usr":"1"}`:                     400,
		`{"name":"` + strings.Repeat("x", 1000) + `"}`: 400,
		`{}`:                                     400,
		`{"name":"new","unit":"a'b.service"}`:    400,
		`{"name":"new","container":"$(reboot)"}`: 400,
		`{"name":"new","container":"` + "\u202e" + `"}`: 400,
	} {
		if status := h.post("/api/agents", body); status != want {
			t.Errorf("%s: %d, want %d", body, status, want)
		}
	}
	for _, name := range []string{"nobody", "ro%2fbo", "..%2f..", "robo%00", "ROBO"} {
		if status := h.post("/api/agents/"+name+"/remove", ""); status != 404 {
			t.Errorf("removing %s: %d", name, status)
		}
	}
}

// Another user is kept from an agent's socket, and one that gets there all the same is denied, on record.
func TestAnothersSocket(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to be several users")
	}
	h, by := robots(t)
	socket := h.robotSocket()
	other := func() result {
		c := asUser(h.command("id"), 4343)
		c.Env = append(c.Env, "CLAWRDEN_SOCKET="+socket)
		return finish(t, c)
	}
	if r := other(); r.code != 125 || !strings.Contains(r.stderr, "permission denied") {
		t.Errorf("by another's socket: %+v", r)
	}
	if err := os.Chmod(socket, 0o666); err != nil { // its owner may
		t.Fatal(err)
	}
	if r := other(); r.code != 126 || !strings.Contains(r.stderr, "this is the socket of agent robo, which is user "+fmt.Sprint(stranger)+"; the caller is") {
		t.Errorf("by another's open socket: %+v", r)
	}
	last := h.records()
	if r := last[len(last)-1]; r.Event != clawrden.EventDecided || r.Decision != clawrden.OutcomeDeny || r.Identity.UID != 4343 || r.Identity.Agent != "" || r.Command != "id" {
		t.Errorf("recorded: %+v", r)
	}
	// In the plain mode too.
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write([]byte(`{"command":"id","can":true}` + "\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	n, err := c.Read(answer)
	if err != nil || !strings.Contains(string(answer[:n]), "this is the socket of agent robo") {
		t.Errorf("root, in the plain mode: %q, %v", answer[:n], err)
	}
	h.kill(syscall.SIGTERM)
	h.start()
	if fi, err := os.Stat(socket); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("started again, the socket is %v, %v", fi, err)
	}
	if r := by(socket, "id"); r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// A removal ends what the agent has begun: what waits is told, what runs is killed; what comes finds no socket.
func TestRemovedWithCommands(t *testing.T) {
	h, by := robots(t)
	waits, runs := make(chan result, 1), make(chan result, 1)
	go func() { waits <- by(h.robotSocket(), "hostname") }()
	go func() { runs <- by(h.socket, "sleep", "1000") }()
	h.waitPending(1)
	h.waitRunning(1)
	if status := h.post("/api/agents/robo/remove", ""); status != 200 {
		t.Fatalf("removing it: %d", status)
	}
	if r := <-waits; r.code != 125 || !strings.Contains(r.stderr, "cancelled") || !strings.Contains(r.stderr, "removed the agent robo") {
		t.Errorf("what waited: %+v", r)
	}
	if r := <-runs; r.signal != syscall.SIGKILL {
		t.Errorf("what ran: %+v", r)
	}
	h.waitPending(0)
	if r := by(h.robotSocket(), "id"); r.code != 125 {
		t.Errorf("by the removed agent's socket: %+v", r)
	}
	if r := by(h.socket, "id"); r.code != 126 {
		t.Errorf("by the shared socket, without the name: %+v", r)
	}
	if status := h.post("/api/agents/robo/remove", ""); status != 404 {
		t.Errorf("removing it twice: %d", status)
	}
}

// An exec that the guard holds carries the agent's name, too.
func TestGuardedAgent(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy + `
rule "robots" {
  commands = ["stat"]
  action   = "allow"
  when {
    identity { agents = ["robo"] }
  }
}
`})
	run := func() result { return finish(t, g.agent("bash", "-c", "stat / >/dev/null; echo $?")) }
	if r := run(); r.code != 126 || r.stdout != "" {
		t.Errorf("without a name: %+v", r)
	}
	if status := g.post("/api/agents", `{"name":"robo","user":"54321"}`); status != 200 {
		t.Fatalf("adding an agent: %d", status)
	}
	if r := run(); r.stdout != "0\n" {
		t.Errorf("with its name: %+v", r)
	}
	records := g.records()
	for _, record := range slices.Backward(records) {
		if r := record; r.Event == clawrden.EventDecided && r.Command == "stat" {
			if r.Identity.Agent != "robo" {
				t.Errorf("recorded: %+v", r.Identity)
			}
			break
		}
	}
}
