package tests

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

const restartPolicy = `
policy { default = "deny" }
rule "ask" {
  commands = ["touch"]
  action   = "ask"
}
rule "fine" {
  commands = ["sh", "sleep", "echo"]
  action   = "allow"
}
`

var restartTools = []string{"touch", "sh", "sleep", "echo"}

// bothExits are the two ways in which the end of a command gets known.
var bothExits = []string{"auto", "shim"}

func restartHost(t testing.TB, exits string) *host {
	return newHost(t, hostOptions{policy: restartPolicy, tools: restartTools, config: "mirror {\n  exit_status = \"" + exits + "\"\n}\nlimits {\n  pending_per_agent = 1000\n}\n"})
}

// restart ends the daemon and starts another; between is called while there is none.
func (h *host) restart(sig syscall.Signal, between func()) {
	h.t.Helper()
	h.kill(sig)
	if between != nil {
		between()
	}
	h.start()
}

// leftovers are the files of what waits or runs.
func (h *host) leftovers(dirs ...string) (left []string) {
	for _, dir := range dirs {
		entries, _ := os.ReadDir(filepath.Join(h.dir, "state", dir))
		for _, e := range entries {
			left = append(left, dir+"/"+e.Name())
		}
	}
	return left
}

// noLeftovers waits until nothing is kept any more.
func (h *host) noLeftovers() {
	h.t.Helper()
	h.noneOf("asks", "running")
}

// noneOf waits until directories of the state are empty.
func (h *host) noneOf(dirs ...string) {
	h.t.Helper()
	if !comes(func() bool { return len(h.leftovers(dirs...)) == 0 }) {
		h.t.Errorf("still kept: %v", h.leftovers(dirs...))
	}
}

var endings = []struct {
	name string
	sig  syscall.Signal
}{{"restart", syscall.SIGTERM}, {"kill -9", syscall.SIGKILL}}

// TestRestartWhileAsked restarts the daemon while a person is asked. The shim comes back, says nothing new, and hears what was
// decided afterwards.
func TestRestartWhileAsked(t *testing.T) {
	for _, e := range endings {
		t.Run(e.name, func(t *testing.T) {
			h := restartHost(t, "auto")
			for _, approve := range []bool{true, false} {
				file := filepath.Join(h.dir, fmt.Sprint("made-", approve))
				id, end := h.asked("touch", file)
				h.restart(e.sig, nil)
				q := h.waitPending(1)
				if q[0].ID != id || q[0].Args[0] != file || q[0].Exe == nil || len(q[0].Rules) != 1 {
					t.Errorf("after the restart %+v waits", q[0])
				}
				if approve {
					h.post("/api/queue/"+id+"/approve", "")
				} else {
					h.post("/api/queue/"+id+"/deny", `{"reason":"not today"}`)
				}
				r := <-end
				_, err := os.Stat(file)
				if approve != (err == nil) || approve != (r.code == 0) || !approve && (r.code != 126 || !strings.Contains(r.stderr, "not today")) {
					t.Errorf("approved %v: %+v, made: %v", approve, r, err)
				}
				if n := strings.Count(r.stderr, "waiting for a person's approval"); n != 1 {
					t.Errorf("that it waits was said %d times:\n%s", n, r.stderr)
				}
				if rec := h.decided(id); rec.Digest != q[0].Digest || rec.Approver == nil {
					t.Errorf("record %+v", rec)
				}
			}
			h.noLeftovers()
			h.verify()
		})
	}
}

// TestDecidedBeforeAndDuringARestart has a person decide just before the daemon is killed, and after that before the shim is back.
func TestDecidedBeforeAndDuringARestart(t *testing.T) {
	h := restartHost(t, "auto")
	for _, e := range endings {
		for _, when := range []string{"before", "while the shim is away"} {
			file := filepath.Join(h.dir, "made")
			_ = os.Remove(file)
			id, end := h.askedStopped("touch", file)
			if when == "before" {
				h.post("/api/queue/"+id+"/approve", "") // the shim doesn't read the answer
			}
			h.restart(e.sig, nil)
			if when != "before" {
				h.post("/api/queue/"+id+"/approve", "")
			}
			end.resume()
			if r := <-end.done; r.code != 0 {
				t.Errorf("%s, %v: %+v", when, e.sig, r)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s, %v: %v", when, e.sig, err)
			}
		}
	}
	h.noLeftovers()
	h.verify()
}

// stopped is a shim that waits and is stopped, so that it can't come back.
type stopped struct {
	done <-chan result
	pid  int
}

func (s stopped) resume() { _ = syscall.Kill(s.pid, syscall.SIGCONT) }

func (h *host) askedStopped(tool string, args ...string) (id string, s stopped) {
	h.t.Helper()
	c := h.command(tool, args...)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	done := make(chan result, 1)
	go func() {
		_ = c.Wait()
		done <- result{stdout: stdout.String(), stderr: stderr.String(), code: c.ProcessState.ExitCode()}
	}()
	id = h.waitPending(1)[0].ID
	_ = syscall.Kill(c.Process.Pid, syscall.SIGSTOP)
	return id, stopped{done, c.Process.Pid}
}

// TestRestartWhileRunning restarts the daemon while commands run: they are counted, killed by the kill switch, and their end is
// recorded with how they ended and how long they took.
func TestRestartWhileRunning(t *testing.T) {
	for _, exits := range bothExits {
		for _, e := range endings {
			t.Run(exits+"/"+e.name, func(t *testing.T) {
				h := restartHost(t, exits)
				fifo := filepath.Join(h.dir, "fifo")
				if err := syscall.Mkfifo(fifo, 0o600); err != nil {
					t.Fatal(err)
				}
				end := make(chan result, 2)
				go func() { end <- finish(t, h.command("sh", "-c", "echo > one; read x < "+fifo+"; exit 7")) }()
				h.waitFile("one")
				h.restart(e.sig, nil)
				h.waitRunning(1)
				h.restart(e.sig, nil)
				h.waitRunning(1)
				if err := os.WriteFile(fifo, []byte("go\n"), 0); err != nil {
					t.Fatal(err)
				}
				if r := <-end; r.code != 7 {
					t.Errorf("%+v", r)
				}
				f := h.finished(1)[0]
				if f.ExitCode == nil || *f.ExitCode != 7 || f.DurationMS <= 0 || f.ExitSource == clawrden.ExitUnknown {
					t.Errorf("finished: %+v", f)
				}

				go func() { end <- finish(t, h.command("sh", "-c", "echo > two; exec /bin/sleep 1000")) }()
				h.waitFile("two")
				h.restart(e.sig, nil)
				h.waitRunning(1)
				h.post("/api/kill", `{"reason":"test"}`)
				if r := <-end; r.signal != syscall.SIGKILL {
					t.Errorf("after the kill switch: %+v", r)
				}
				h.finished(2)
				h.waitRunning(0)
				h.noLeftovers()
				h.verify()
			})
		}
	}
}

// TestEndedWhileNoDaemonRan: what ends in between is on record too, as far as anybody can know.
func TestEndedWhileNoDaemonRan(t *testing.T) {
	for _, exits := range bothExits {
		t.Run(exits, func(t *testing.T) {
			h := restartHost(t, exits)
			fifo := filepath.Join(h.dir, "fifo")
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			end := make(chan result, 1)
			go func() { end <- finish(t, h.command("sh", "-c", "echo > one; read x < "+fifo+"; exit 3")) }()
			h.waitFile("one")
			h.restart(syscall.SIGKILL, func() {
				if err := os.WriteFile(fifo, []byte("go\n"), 0); err != nil {
					t.Fatal(err)
				}
				if exits == "auto" {
					if r := <-end; r.code != 3 {
						t.Errorf("%+v", r)
					}
				}
			})
			if exits != "auto" { // the shim tells the daemon that comes
				if r := <-end; r.code != 3 {
					t.Errorf("%+v", r)
				}
			}
			f := h.finished(1)[0]
			switch {
			case exits == "auto" && (f.ExitCode != nil || !strings.Contains(f.Reason, "did not run")):
				t.Errorf("finished: %+v", f)
			case exits != "auto" && (f.ExitCode == nil || *f.ExitCode != 3 || f.ExitSource != clawrden.ExitShim):
				t.Errorf("finished: %+v", f)
			}
			h.noLeftovers()
		})
	}
}

// finished waits for so many records of ends.
func (h *host) finished(n int) (found []clawrden.Record) {
	h.t.Helper()
	h.waitRecords(func(rs []clawrden.Record) bool {
		found = nil
		for _, r := range rs {
			if r.Event == clawrden.EventFinished {
				found = append(found, r)
			}
		}
		return len(found) >= n
	})
	return found
}

// TestCallerGoneOverARestart kills the caller while no daemon runs: its ask is cancelled, and that is on record.
func TestCallerGoneOverARestart(t *testing.T) {
	h := restartHost(t, "auto")
	id, end := h.askedStopped("touch", "x")
	h.restart(syscall.SIGKILL, func() {
		_ = syscall.Kill(end.pid, syscall.SIGKILL)
		<-end.done
	})
	if r := h.decided(id); r.Decision != clawrden.OutcomeCancelled || !strings.Contains(r.Comment, "its caller ended") || len(r.Args) != 1 {
		t.Errorf("%+v", r)
	}
	h.waitPending(0)
	h.noLeftovers()
}

// TestRefusalOutlivesARestart: what a person refused isn't shown again to anybody, also after a restart.
func TestRefusalOutlivesARestart(t *testing.T) {
	h := restartHost(t, "auto")
	id, end := h.asked("touch", "x")
	h.post("/api/queue/"+id+"/deny", `{"reason":"no"}`)
	<-end
	h.noLeftovers()
	h.restart(syscall.SIGKILL, nil)
	if r := finish(t, h.command("touch", "x")); r.code != 126 || !strings.Contains(r.stderr, "refused before, as request "+id) {
		t.Errorf("%+v", r)
	}
	if code := h.post("/api/queue/"+id+"/approve", ""); code != http.StatusConflict {
		t.Errorf("approve after the end: HTTP %d, want 409", code)
	}
}

// TestApprovedLateOverARestart approves what has expired, restarts, and runs it: once, also over a further restart.
func TestApprovedLateOverARestart(t *testing.T) {
	h := newHost(t, hostOptions{policy: strings.Replace(restartPolicy, `action   = "ask"`, "action   = \"ask\"\n  approval = approval.brief", 1) +
		"approval \"brief\" { timeout = \"200ms\" }\n", tools: restartTools})
	r := finish(t, h.command("touch", "x"))
	if r.code != 124 {
		t.Fatalf("%+v", r)
	}
	records := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Decision == clawrden.OutcomeExpired })
	id := records[len(records)-1].ID
	h.noLeftovers()
	h.restart(syscall.SIGKILL, nil)
	if code := h.post("/api/queue/"+id+"/approve", ""); code != http.StatusOK {
		t.Errorf("late: HTTP %d", code)
	}
	h.restart(syscall.SIGKILL, nil)
	if r := finish(t, h.command("touch", "x")); r.code != 0 {
		t.Errorf("%+v", r)
	}
	h.restart(syscall.SIGKILL, nil)
	if r := finish(t, h.command("touch", "x")); r.code != 124 {
		t.Errorf("a second time: %+v", r)
	}
}

// TestBadStateFiles: a file that can't be used costs its own ask and no other.
func TestBadStateFiles(t *testing.T) {
	h := restartHost(t, "auto")
	ends := map[string]<-chan result{}
	for i := range 4 {
		done := make(chan result, 1)
		name := filepath.Join(h.dir, fmt.Sprint("f", i))
		go func() { done <- finish(t, h.command("touch", name)) }()
		ends[name] = done
	}
	q := h.waitPending(4)
	file := func(i int) string { return filepath.Join(h.dir, "state/asks", q[i].ID+".json") }
	h.restart(syscall.SIGKILL, func() {
		b, err := os.ReadFile(file(0))
		if err != nil {
			t.Fatal(err)
		}
		for i, content := range []string{string(b[:len(b)/2]), "\x00garbage"} {
			if err := os.WriteFile(file(i), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if os.Geteuid() == 0 {
			err = os.Chown(file(2), 4711, 4711)
		} else {
			err = os.Chmod(file(2), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	left := h.waitPending(1)
	if left[0].ID != q[3].ID {
		t.Errorf("%s waits, want %s", left[0].ID, q[3].ID)
	}
	for i := range 3 {
		if r := <-ends[q[i].Args[0]]; r.code != 126 || !strings.Contains(r.stderr, "ticket") {
			t.Errorf("%d: %+v", i, r)
		}
		h.waitLog(q[i].ID)
	}
	h.post("/api/queue/"+q[3].ID+"/approve", "")
	if r := <-ends[q[3].Args[0]]; r.code != 0 {
		t.Errorf("%+v", r)
	}
}

// TestManyAsksOverARestart has a thousand wait, and restarts and kills the daemon below them.
func TestManyAsksOverARestart(t *testing.T) {
	if testing.Short() {
		t.Skip("slow")
	}
	const n = 1000
	h := restartHost(t, "auto")
	end := make(chan result, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { end <- finish(t, h.command("touch", filepath.Join(h.dir, fmt.Sprint("m", i)))) })
	}
	h.waitPending(n)
	for _, e := range endings {
		h.restart(e.sig, nil)
		h.waitPending(n)
	}
	for _, p := range h.waitPending(n) {
		h.post("/api/queue/"+p.ID+"/approve", "")
	}
	for range n {
		if r := <-end; r.code != 0 {
			t.Errorf("%+v", r)
		}
	}
	all.Wait()
	for i := range n {
		if _, err := os.Stat(filepath.Join(h.dir, fmt.Sprint("m", i))); err != nil {
			t.Error(err)
		}
	}
	h.noLeftovers()
	h.verify()
}

// TestRestartsAtRandomMoments ends the daemon again and again, in both ways, while commands come in, wait, are approved, and run.
// Each runs exactly once, with its record; nothing is left over.
func TestRestartsAtRandomMoments(t *testing.T) {
	for _, exits := range bothExits {
		t.Run(exits, func(t *testing.T) {
			rounds := 50
			if testing.Short() {
				rounds = 8
			}
			h := restartHost(t, exits)
			out := filepath.Join(h.dir, "ran")
			h.setPolicy(strings.Replace(restartPolicy, `["touch"]`, `["bash"]`, 1))
			if err := os.Symlink("clawrden-shim", filepath.Join(h.shims, "bash")); err != nil {
				t.Fatal(err)
			}
			h.restart(syscall.SIGTERM, nil)
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 1))
			for round := range rounds {
				name := fmt.Sprint("round", round)
				asked, allowed := make(chan result, 1), make(chan result, 1)
				// Each writes one line, so that a second run would show.
				go func() { asked <- h.reached("bash", "-c", "echo asked-"+name+" >> "+out) }()
				go func() { allowed <- h.reached("sh", "-c", "echo allowed-"+name+" >> "+out) }()
				stop := make(chan struct{})
				var approver sync.WaitGroup
				approver.Go(func() {
					for {
						select {
						case <-stop:
							return
						case <-time.After(time.Millisecond):
						}
						var q []clawrden.Pending
						if h.tryGet("/api/queue", &q) != nil {
							continue
						}
						for _, p := range q {
							if resp, err := h.http().Post("http://clawrden/api/queue/"+p.ID+"/approve", "application/json", nil); err == nil {
								_ = resp.Body.Close()
							}
						}
					}
				})
				<-time.After(time.Duration(random.IntN(40)) * time.Millisecond)
				h.restart([]syscall.Signal{syscall.SIGTERM, syscall.SIGKILL}[round%2], nil)
				if r := <-asked; r.code != 0 {
					t.Errorf("%s, asked: %+v", name, r)
				}
				if r := <-allowed; r.code != 0 {
					t.Errorf("%s, allowed: %+v", name, r)
				}
				close(stop)
				approver.Wait()
				if t.Failed() {
					return
				}
			}
			b, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for round := range rounds {
				want = append(want, fmt.Sprintf("allowed-round%d", round), fmt.Sprintf("asked-round%d", round))
			}
			got := strings.Fields(string(b))
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("ran: %v", got)
			}
			h.noLeftovers()
			h.verify()
			h.everyRunIsOnRecord()
		})
	}
}

// reached runs a command; again where it never found a daemon, whose socket is its own here and not systemd's.
func (h *host) reached(tool string, args ...string) result {
	for {
		if r := finish(h.t, h.command(tool, args...)); !strings.Contains(r.stderr, "cannot reach the daemon") {
			return r
		}
	}
}

// everyRunIsOnRecord checks that each decided command that may run has one end, and none has two decisions to run.
func (h *host) everyRunIsOnRecord() {
	h.t.Helper()
	decided, finished := map[string]int{}, map[string]int{}
	for _, r := range h.records() {
		switch {
		case r.Event == clawrden.EventDecided && r.Decision.Runs():
			decided[r.ID]++
		case r.Event == clawrden.EventFinished:
			finished[r.ID]++
		}
	}
	for id, n := range decided {
		if n != 1 || finished[id] != 1 {
			h.t.Errorf("%s was decided %d times and finished %d times", id, n, finished[id])
			for _, r := range h.records() {
				if r.ID == id || r.Event == clawrden.EventStarted || r.Event == clawrden.EventStopped {
					h.t.Logf("%d %s %s %s %s %v", r.Seq, r.Event, r.ID, r.ExitSource, r.Reason, r.Timestamp)
				}
			}
		}
	}
	for id := range finished {
		if decided[id] == 0 {
			h.t.Errorf("%s finished and was never decided", id)
		}
	}
}

// TestSignalsWhileItComesBack: a shim without a daemon dies by a signal as any program does that waits, stops and goes on, and lives
// through what it was told to ignore.
func TestSignalsWhileItComesBack(t *testing.T) {
	h := restartHost(t, "auto")
	file := filepath.Join(h.dir, "made")
	away := func(script string) (c *exec.Cmd, id string, end <-chan error) {
		t.Helper()
		c = exec.Command("/bin/sh", "-c", script+`exec "$0" "$@"`, filepath.Join(h.shims, "touch"), file)
		c.Env, c.Dir = h.env(), h.dir
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- c.Wait() }()
		return c, h.waitPending(1)[0].ID, done
	}
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT} {
		c, id, end := away("ulimit -c 0; ")
		h.restart(syscall.SIGKILL, func() {
			_ = c.Process.Signal(sig)
			<-end
			if got := c.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != sig {
				t.Errorf("%v: ended by %v (%v)", sig, got, c.ProcessState)
			}
		})
		if r := h.decided(id); r.Decision != clawrden.OutcomeCancelled {
			t.Errorf("%v: %+v", sig, r)
		}
	}
	c, id, end := away("trap '' TERM HUP; ")
	h.restart(syscall.SIGKILL, func() {
		for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGCHLD, syscall.SIGWINCH, syscall.SIGSTOP} {
			_ = c.Process.Signal(sig)
		}
	})
	h.post("/api/queue/"+id+"/approve", "")
	_ = c.Process.Signal(syscall.SIGCONT)
	if err := <-end; err != nil {
		t.Errorf("told to ignore signals, stopped and continued: %v", err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	h.noLeftovers()
}
