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

// bomb is a program that forks as fast as it can, each time as the leader of a session of its own, up to what one user may have.
const bomb = `
import os, resource, time
resource.setrlimit(resource.RLIMIT_NPROC, (200, 200))
print("up", flush=True)
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError: time.sleep(0.02)
`

// alive are the processes that have a word among their arguments.
func alive(word string) (pids []string) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		b, err := os.ReadFile("/proc/" + e.Name() + "/cmdline") // that of one that has ended is empty
		if err == nil && strings.Contains(string(b), "\x00"+word+"\x00") {
			pids = append(pids, e.Name())
		}
	}
	return pids
}

// TestKillForkBomb ends a session that makes more processes all the time.
func TestKillForkBomb(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	word := "bomb-" + strconv.Itoa(os.Getpid())
	c := g.agent("python3", "-c", bomb, word)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Wait() })
	if _, err := out.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	g.waitFor(func() bool { return len(alive(word)) > 60 })
	if status := g.post("/api/kill", `{"reason": "test"}`); status != http.StatusOK {
		t.Fatal(status)
	}
	g.waitFor(func() bool { return len(alive(word)) == 0 })
	g.waitSessions("")
}
