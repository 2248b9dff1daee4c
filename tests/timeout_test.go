package tests

import (
	"io"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

const timeoutPolicy = `
policy { default = "deny" }
rule "slow" {
  commands = ["sh"]
  action   = "allow"
  opaque   = "allow"
  limits {
    timeout = "3s"
  }
}
rule "parts" {
  commands = ["/bin/*", "/usr/bin/*", "wait", "echo", "kill", "exec", "trap", "sleep", "setsid"]
  action   = "allow"
  opaque   = "allow"
}
`

// A command whose time is over ends with all that it has started, what heeds no SIGTERM and what has left its group and its
// parent too; the caller gets 124 and the reason, the record says so.
func TestTimeout(t *testing.T) {
	for _, way := range []string{"kernel", "shim", "local"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel() // each waits out the grace that what heeds no SIGTERM has
			o := hostOptions{policy: timeoutPolicy, tools: []string{"sh"}}
			if way == "local" {
				o.policy = strings.ReplaceAll(o.policy, "opaque   = \"allow\"", "opaque   = \"allow\"\n  executor = executor.local")
			} else {
				o.config = "mirror { exit_status = \"" + way + "\" }\n"
			}
			h := newHost(t, o)
			script := family
			if way == "local" { // SIGKILL goes to its process group
				script = strings.ReplaceAll(script, "setsid ", "")
			}
			_, rest, ended := familyOf(t, h.command("sh", "-c", script))
			r := <-ended
			if r.code != 124 || !containsAll(r.stderr, "its time is over, 3s", `rule "slow"`, "test.hcl:3", "retry") || strings.Count(r.stderr, "\n") > 3 {
				t.Errorf("it ended %+v", r)
			}
			if _, err := io.Copy(io.Discard, rest); err != nil { // ends once the last of them has
				t.Error(err)
			}
			end := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Event == clawrden.EventFinished })
			if last := end[len(end)-1]; !last.TimedOut || last.ExitCode != nil || last.Signal != "SIGTERM" || !strings.Contains(last.Reason, "its time is over") {
				t.Errorf("record %+v", last)
			}
		})
	}
}

// What ends in time ends as it would without a limit, and what it leaves in the background goes on.
func TestInTime(t *testing.T) {
	h := newHost(t, hostOptions{policy: strings.ReplaceAll(timeoutPolicy, "3s", "1h"), tools: []string{"sh"}})
	if r := finish(t, h.command("sh", "-c", "exit 7")); r.code != 7 || r.stderr != "" {
		t.Errorf("%+v", r)
	}
	if r := finish(t, h.command("sh", "-c", "kill -USR1 $$")); r.signal != syscall.SIGUSR1 {
		t.Errorf("%+v", r)
	}
	r := finish(t, h.command("sh", "-c", "/bin/sleep 600 >/dev/null 2>&1 & echo $!"))
	pid, err := strconv.Atoi(strings.TrimSpace(r.stdout))
	if err != nil || r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("what it left in the background: %v", err)
	}
}

// A shim of an older release can't be told that its time is over, so it isn't let run.
func TestOldShimsHaveNoTimeout(t *testing.T) {
	h := newHost(t, hostOptions{policy: timeoutPolicy, tools: []string{"sh"}})
	conn := h.dial()
	defer conn.Close()
	b := protocol.AppendRequest(nil, &protocol.Request{Tool: "sh", Argv: []string{"sh", "-c", ":"}, Env: []string{"PATH=/usr/bin:/bin"}})
	b[4] = 2
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
	if typ, payload := readFrame(t, conn); typ != protocol.TypeRefuse || !containsAll(string(payload), "limits how long", "too old") {
		t.Errorf("frame %d, %q", typ, payload)
	}
}
