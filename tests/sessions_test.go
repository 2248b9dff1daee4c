package tests

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

// waitSessions waits for a list of sessions as name, uid and whether the guard holds it.
func (h *host) waitSessions(want string) []clawrden.Session {
	h.t.Helper()
	var list []clawrden.Session
	h.waitFor(func() bool {
		list = nil
		if h.tryGet("/api/sessions", &list) != nil {
			return false
		}
		var got []string
		for i := range list {
			got = append(got, fmt.Sprintf("%s %d %v", list[i].Name, list[i].Identity.UID, list[i].Guarded))
		}
		return strings.Join(got, ", ") == want
	})
	return list
}

// waitOver waits until so many ends of sessions are on record: a moment after they have left the list.
func (h *host) waitOver(n int) {
	h.t.Helper()
	h.waitRecords(func(rs []clawrden.Record) bool {
		over := 0
		for i := range rs {
			if rs[i].Event == clawrden.EventOver {
				over++
			}
		}
		return over == n
	})
}

// waiter starts an agent that says it runs and then waits for the end of its input; end ends it.
func (g *guarded) waiter(name string) (end func()) {
	g.t.Helper()
	c := g.agent("bash", "-c", "echo up; read -r; exit 0")
	c.Args = append([]string{c.Args[0], "init", "--name", name}, c.Args[2:]...)
	in, err := c.StdinPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
		g.t.Fatalf("%q, %v", line, err)
	}
	return func() { _ = in.Close(); _ = c.Wait() }
}

// TestSessionsListed has the daemon know who runs under guard, over restarts of its own, and put it on record once.
func TestSessionsListed(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	g.waitSessions("")
	endB := g.waiter("b")
	endA := g.waiter("a")
	list := g.waitSessions("a 54321 true, b 54321 true")
	if list[0].Boundary != clawrden.BoundaryGuard || list[0].Lacks != "" || list[0].Since.IsZero() {
		t.Errorf("%+v", list[0])
	}
	g.restart(syscall.SIGTERM, func() {})
	g.waitSessions("a 54321 true, b 54321 true")
	endA()
	g.waitSessions("b 54321 true")
	g.waitOver(1)
	_ = g.guard.Process.Kill()
	g.waitSessions("b 54321 false")
	endB()
	g.waitSessions("")
	g.waitOver(2)
	var got []string
	for _, r := range g.records() {
		if r.Event == clawrden.EventSession || r.Event == clawrden.EventOver {
			got = append(got, fmt.Sprintf("%s %s %s %v %s", r.Event, r.Session, r.Boundary, r.Execs > 0, r.Reason))
		}
	}
	if want := "session_started b guard false \nsession_started a guard false \nsession_ended a guard true \n" +
		"session_ended b guard false the guard went away without a word of its end"; strings.Join(got, "\n") != want {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// TestSessionLocked has no session begin while the kill switch is on, nor two of one name.
func TestSessionLocked(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	defer g.waiter("a")()
	second := g.agent("true")
	second.Args = append([]string{second.Args[0], "init", "--name", "a"}, second.Args[2:]...)
	if r := finish(t, second); r.code != 125 || !strings.Contains(r.stderr, `a session of the name "a" runs already`) {
		t.Errorf("%+v", r)
	}
	if status := g.post("/api/kill", `{"reason":"test"}`); status != 200 {
		t.Fatal(status)
	}
	if r := finish(t, g.agent("true")); r.code != 125 || !strings.Contains(r.stderr, "the kill switch is on: test") {
		t.Errorf("%+v", r)
	}
}

// TestSessionInSession says in plain words why a session can't begin inside another one: it is governed already.
func TestSessionInSession(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy + `
rule "launcher" {
  commands = ["clawrden-launch"]
  action   = "allow"
}
`})
	inner := g.agent("true")
	if r := finish(t, g.agent(inner.Args...)); r.code != 125 || !strings.Contains(r.stderr, "it is in a session already") {
		t.Errorf("%+v", r)
	}
}
