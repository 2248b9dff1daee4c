package tests

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

const killPolicy = `
policy { default = "deny" }
rule "fine" {
  commands = ["*"]
  action   = "allow"
  opaque   = "allow"
}
rule "never" {
  commands = ["false"]
  action   = "deny"
}
rule "ask" {
  commands = ["make"]
  action   = "ask"
}
`

// family is a shell script that starts processes, and prints its own number and theirs, each on a line: one of them in a
// session of its own that heeds no polite signal.
const family = `/bin/sh -c 'echo $$; exec sleep 600' & setsid /bin/sh -c 'trap "" TERM HUP INT; echo $$; exec sleep 600' & echo $$; wait`

// familyOf starts it as a governed command, and waits for its three lines.
func familyOf(t *testing.T, c *exec.Cmd) (pids []int, rest io.Reader, ended <-chan result) {
	t.Helper()
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout = w
	done := make(chan result, 1)
	go func() {
		r := finish(t, c)
		_ = w.Close()
		done <- r
	}()
	lines := bufio.NewReader(out)
	for range 3 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("%v after %q", err, line)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	t.Cleanup(func() {
		_ = out.Close()
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return pids, lines, done
}

// kill throws the switch and gives the daemon's answer.
func (h *host) throw(args ...string) clawrden.KillResult {
	h.t.Helper()
	var answer struct {
		Status string
		clawrden.KillResult
	}
	c := exec.Command(filepath.Join(bin, "clawrden"), append([]string{"--control", h.control, "-o", "json", "kill"}, args...)...)
	r := finish(h.t, c)
	if err := json.Unmarshal([]byte(r.stdout), &answer); err != nil {
		h.t.Fatalf("%v: %+v", err, r)
	}
	if answer.Status != "acknowledged" {
		h.t.Fatalf("answer %+v", answer)
	}
	return answer.KillResult
}

// A command in place is killed with what it has started, whoever is its parent: a shim that stays, or none any more.
func TestKillTree(t *testing.T) {
	for _, mode := range []string{"kernel", "shim"} {
		t.Run(mode, func(t *testing.T) {
			h := newHost(t, hostOptions{policy: killPolicy, tools: []string{"sh"}, config: fmt.Sprintf("mirror { exit_status = %q }\n", mode)})
			_, rest, ended := familyOf(t, h.command("sh", "-c", family))
			if r := h.throw("--reason", "test"); r.Killed != 1 || len(r.Unreached) > 0 {
				t.Errorf("result %+v", r)
			}
			if r := <-ended; r.signal != syscall.SIGKILL {
				t.Errorf("it ended %+v", r)
			}
			if _, err := io.Copy(io.Discard, rest); err != nil { // ends once the last of them has
				t.Error(err)
			}
		})
	}
}

// One agent is stopped and refused, over a restart too, while others go on.
func TestKillOneAgent(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: two agents are two users")
	}
	const wild, calm = 4243, 4244
	h := newHost(t, hostOptions{policy: killPolicy, tools: []string{"sh", "echo", "make"}})
	_, _, ended := familyOf(t, asUser(h.command("sh", "-c", family), wild))
	pids, _, others := familyOf(t, asUser(h.command("sh", "-c", family), calm))
	asks := make(chan result, 1)
	go func() { asks <- finish(t, asUser(h.command("make"), wild)) }()
	h.waitPending(1)
	r := h.throw("--agent", "uid:"+strconv.Itoa(wild), "--reason", "it runs wild")
	if r.Killed != 1 || r.Cancelled != 1 || r.Whom != "uid:4243" {
		t.Errorf("result %+v", r)
	}
	if r := <-ended; r.signal != syscall.SIGKILL {
		t.Errorf("the wild one's: %+v", r)
	}
	if r := <-asks; r.code != 125 {
		t.Errorf("the wild one's ask: %+v", r)
	}
	look := func(when string) {
		t.Helper()
		if r := finish(t, asUser(h.command("echo", "x"), wild)); r.code != 126 || !containsAll(r.stderr, "kill switch", "uid:4243", "it runs wild") {
			t.Errorf("%s: the wild one: %+v", when, r)
		}
		if r := finish(t, asUser(h.command("echo", "x"), calm)); r.code != 0 {
			t.Errorf("%s: the calm one: %+v", when, r)
		}
		var s clawrden.Status
		if h.get("/api/status", &s); s.Locked || len(s.Locks) != 1 || s.Locks[0].Whom != "uid:4243" {
			t.Errorf("%s: status %+v", when, s)
		}
	}
	look("thrown")
	h.kill(syscall.SIGKILL)
	h.start()
	look("after a crash")
	if err := syscall.Kill(pids[0], 0); err != nil {
		t.Errorf("the calm one's command: %v", err)
	}
	if code := h.post("/api/unlock", ""); code != http.StatusConflict {
		t.Errorf("unlocked for everybody: HTTP %d", code)
	}
	if code := h.post("/api/unlock", `{"agent":"uid:4243"}`); code != http.StatusOK {
		t.Errorf("unlock: HTTP %d", code)
	}
	if r := finish(t, asUser(h.command("echo", "x"), wild)); r.code != 0 {
		t.Errorf("unlocked: %+v", r)
	}
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-others
}

// So many denials within a time throw the switch, by the policy's word, for that agent.
func TestKillTrips(t *testing.T) {
	h := newHost(t, hostOptions{policy: killPolicy + "kill_switch {\n  trip {\n    denials = 3\n    within = \"1h\"\n  }\n}\n", tools: []string{"false", "echo", "sh"}})
	_, _, ended := familyOf(t, asUser(h.command("sh", "-c", family), 4245))
	for range 3 {
		if r := finish(t, asUser(h.command("echo", "x"), 4245)); r.code != 0 {
			t.Errorf("too early: %+v", r)
		}
		if r := finish(t, asUser(h.command("false"), 4245)); r.code != 126 || strings.Contains(r.stderr, "kill switch") {
			t.Errorf("denied: %+v", r)
		}
	}
	if r := <-ended; r.signal != syscall.SIGKILL {
		t.Errorf("what ran: %+v", r)
	}
	if r := finish(t, asUser(h.command("echo", "x"), 4245)); r.code != 126 || !containsAll(r.stderr, "kill switch", "3 commands denied") {
		t.Errorf("tripped: %+v", r)
	}
	if os.Geteuid() == 0 {
		if r := finish(t, asUser(h.command("echo", "x"), 4246)); r.code != 0 {
			t.Errorf("another agent: %+v", r)
		}
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		for _, r := range rs {
			if r.Event == clawrden.EventKilled {
				return r.Approver == nil && len(r.Rules) == 1 && r.Rules[0].Name == "kill_switch" && r.Killed >= 1 && strings.HasPrefix(r.Whom, "uid:") && r.Identity != nil
			}
		}
		return false
	})
}

// What is paused goes on when the switch is turned off, also by a daemon that has started since.
func TestKillFreezes(t *testing.T) {
	h := newHost(t, hostOptions{policy: killPolicy + "kill_switch {\n  on_engage = \"freeze\"\n}\n", tools: []string{"sh", "echo"}})
	pids, _, ended := familyOf(t, h.command("sh", "-c", family))
	if r := h.throw(); r.Paused != 1 || r.Killed != 0 {
		t.Errorf("result %+v", r)
	}
	waitState(t, pids, func(s string) bool { return s == "T" || s == "D" }) // D: after a vfork
	h.kill(syscall.SIGKILL)
	h.start()
	if r := finish(t, h.command("echo", "x")); r.code != 126 {
		t.Errorf("while paused: %+v", r)
	}
	if code := h.post("/api/unlock", ""); code != http.StatusOK {
		t.Errorf("unlock: HTTP %d", code)
	}
	waitState(t, pids, func(s string) bool { return s == "S" })
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-ended
}

// waitState waits until all processes are as wanted.
func waitState(t *testing.T, pids []int, is func(string) bool) {
	t.Helper()
	for _, pid := range pids {
		state := ""
		if !comes(func() bool {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err != nil {
				t.Fatal(err)
			}
			_, after, _ := strings.Cut(string(b), ") ")
			state = after[:1]
			return is(state)
		}) {
			t.Fatalf("process %d is in the state %s", pid, state)
		}
	}
}

// An agent that can't be named is refused, and nothing is stopped.
func TestKillNobody(t *testing.T) {
	h := newHost(t, hostOptions{policy: killPolicy, tools: []string{"echo"}})
	for _, name := range []string{"user:no-such-user-here", "container:12", "unit:x", "a b", "planet:mars", strings.Repeat("x", 300)} {
		if code := h.post("/api/kill", fmt.Sprintf(`{"agent":%q}`, name)); code != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d", name, code)
		}
	}
	if r := finish(t, h.command("echo", "x")); r.code != 0 {
		t.Errorf("%+v", r)
	}
}
