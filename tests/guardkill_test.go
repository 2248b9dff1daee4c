package tests

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// left is a program that leaves a process behind which no command of the session has for a parent, and which execs nothing.
const left = `
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
os.wait()
`

// TestKillSession ends all of a session, also what has cut itself off from its parents, and nothing of another agent's.
func TestKillSession(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	other := g.waiter("other")
	k := g.talker(t)
	k.say("python3 -c '" + strings.ReplaceAll(left, "\n", `'$'\n''`) + "'")
	k.say("sleep 600 & echo $!; echo $$; head /etc/passwd")
	pids := make([]int, 3)
	for i := range pids {
		if !k.out.Scan() {
			t.Fatal("the agent has ended")
		}
		pids[i], _ = strconv.Atoi(k.out.Text())
	}
	g.waitPending(1)
	begun := time.Now()
	resp, err := g.http().Post("http://clawrden/api/kill", "application/json", strings.NewReader(`{"reason": "test"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var result clawrden.KillResult
	if err := json.NewDecoder(resp.Body).Decode(&result); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.StatusCode, err)
	}
	t.Logf("it took %v; %s", time.Since(begun), result.Message)
	for _, pid := range pids {
		g.waitFor(func() bool {
			stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
			return err != nil || strings.Contains(string(stat), ") Z ") // nobody has asked for its status yet
		})
	}
	slices.Sort(result.Stopped)
	if !slices.Contains(result.Stopped, "session:session-1") || !slices.Contains(result.Stopped, "session:other") {
		t.Errorf("%q", result.Stopped)
	}
	other()
	k.end()
	g.waitSessions("")
}
