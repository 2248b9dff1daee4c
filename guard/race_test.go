package guard

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/battery"
	"github.com/clawrden/clawrden/internal/execnotify"
)

// Races change what an exec names between the look at it and the exec itself: from something allowed to something forbidden and
// back, all the time. Judged at the stop none may get through. The control judges what the announcement shows, as one would without
// a stop, and must let some through, or the races are none.

// trials are shared out among the races: 2,000 in a short run, 100,000 in the long one.
func trials(share int) int {
	if os.Getenv("CLAWRDEN_SOAK") != "" {
		return 50 * share
	}
	return share
}

// racer is a race as the battery runs it.
type racer struct {
	kind                        string
	program, allowed, forbidden string
	proof                       string // what the forbidden one prints
	share                       int
}

func racers(t *testing.T) []racer {
	t.Helper()
	dir := t.TempDir()
	forbidden := filepath.Join(dir, "forbidden")
	b, err := os.ReadFile("/bin/echo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(forbidden, b, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"ok", "in/forbidden"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return []racer{
		{"path", "/bin/true", "/bin/true", forbidden, "\n", 350},
		{"link", "/bin/true", "/bin/true", forbidden, "\n", 250},
		{"argv", "/bin/echo", "ok", "no-go", "no-go", 200},
		{"env", "/usr/bin/env", "R=ok", "R=forbidden", "R=forbidden", 150},
		{"cwd", "/bin/pwd", filepath.Join(dir, "ok"), filepath.Join(dir, "in/forbidden"), "/forbidden", 100},
	}
}

// command is the race's program.
func (r *racer) args(how string, n int) []string {
	return []string{battery.Word, "part", "race", r.kind, how, fmt.Sprint(n), r.program, r.allowed, r.forbidden}
}

// TestRaces wins none of the races under guard.
func TestRaces(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, r := range racers(t) {
		for _, how := range []string{"thread", "process"} {
			if r.kind == "cwd" && how == "process" {
				continue // no process can share one: TestCwdShared
			}
			n := trials(r.share)
			total += n
			t.Run(r.kind+" by a "+how, func(t *testing.T) {
				s := newSession(t)
				c := s.command(append([]string{self}, r.args(how, n)...)...)
				c.Dir = t.TempDir()
				got := s.run(c)
				if got.code != 0 || strings.Contains(got.out, r.proof) {
					t.Errorf("in %d trials the forbidden ran %d times (status %d)", n, strings.Count(got.out, r.proof), got.code)
				}
				// The toy's words on standard error are of what it denied at the stop.
				t.Logf("%d trials, %d denied, %d forbidden ones ran", n, strings.Count(got.err, "clawrden: not this"), strings.Count(got.out, r.proof))
			})
		}
	}
	t.Logf("%d trials", total)
}

// TestRacesUnverified wins them where nothing is judged at the stop.
func TestRacesUnverified(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range racers(t) {
		for _, how := range []string{"thread", "process"} {
			if r.kind == "cwd" && how == "process" {
				continue
			}
			t.Run(r.kind+" by a "+how, func(t *testing.T) {
				var got result
				for round := range 5 { // on a busy machine the two may seldom run at once
					s := newSession(t, unverifiedEnv+"=1")
					c := s.command(append([]string{self}, r.args(how, 500)...)...)
					c.Dir = t.TempDir()
					got = s.run(c)
					if escapes := strings.Count(got.out, r.proof); escapes > 0 {
						t.Logf("%d of 500 got through in round %d", escapes, round)
						return
					}
				}
				t.Errorf("none got through: this is no race (status %d)\n%.300s", got.code, got.err)
			})
		}
	}
}

// unverifiedEnv has the guard's role be the control.
const unverifiedEnv = "CLAWRDEN_TEST_UNVERIFIED"

// playUnverified judges by what stands in memory and on the disk when the exec is announced.
func playUnverified(listener int) {
	for {
		fds := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); err != nil {
			continue
		}
		if fds[0].Revents&unix.POLLIN == 0 {
			return
		}
		n, err := execnotify.Receive(listener)
		if err != nil {
			continue
		}
		if forbiddenNow(&n) {
			_ = execnotify.Fail(listener, n.ID, unix.EACCES)
			continue
		}
		_ = execnotify.Continue(listener, n.ID)
	}
}

func forbiddenNow(n *execnotify.Notification) bool {
	pid := int(n.PID)
	path, _ := readPath(pid, uintptr(n.Args[0]))
	if to, err := os.Readlink(filepath.Join(fmt.Sprintf("/proc/%d/cwd", pid), path)); err == nil {
		path = to
	}
	cwd, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	return filepath.Base(path) == "forbidden" || wordAt(pid, n.Args[1], 1) == "no-go" || wordAt(pid, n.Args[2], 0) == "R=forbidden" || strings.HasSuffix(cwd, "/in/forbidden")
}

// wordAt reads a word of a list in another process's memory.
func wordAt(pid int, list uint64, i int) string {
	const size = 8
	var b [size]byte
	local := []unix.Iovec{{Base: &b[0]}}
	local[0].SetLen(size)
	if _, err := unix.ProcessVMReadv(pid, local, []unix.RemoteIovec{{Base: uintptr(list) + uintptr(i*size), Len: size}}, 0); err != nil {
		return ""
	}
	at := binary.LittleEndian.Uint64(b[:])
	if at == 0 {
		return ""
	}
	word, _ := readPath(pid, uintptr(at))
	return word
}
