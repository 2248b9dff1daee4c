package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// person runs clawrden on the host's control socket.
func (h *host) person(args ...string) result {
	h.t.Helper()
	c := exec.Command(filepath.Join(bin, "clawrden"), args...)
	c.Env = append(os.Environ(), "CLAWRDEN_CONTROL="+h.control, "NO_COLOR=1")
	return finish(h.t, c)
}

func (h *host) must(args ...string) string {
	h.t.Helper()
	r := h.person(args...)
	if r.code != 0 {
		h.t.Fatalf("%q: %+v", args, r)
	}
	return r.stdout + r.stderr
}

// TestApprovalsByCommand goes through what a person does on the command line, on a real daemon.
func TestApprovalsByCommand(t *testing.T) {
	h := newHost(t, hostOptions{policy: writtenPolicy, tools: []string{"git", "make", "sh"}})

	// What a person says reaches the agent, also where they approve.
	id, end := h.asked("git", "--version")
	if out := h.must("approve", id[:4], "-m", "only from\x1b[2J here"); !strings.Contains(out, "approved "+id+": git --version") {
		t.Error(out)
	}
	if r := <-end; r.code != 0 || !strings.Contains(r.stderr, `says: only from\x1b[2J here`) {
		t.Errorf("%+v", r)
	}

	// For a while.
	id, end = h.asked("git", "--version")
	if out := h.must("approve", id, "--for", "30m", "--scope", "command"); !strings.Contains(out, "remembered: exactly git --version") {
		t.Error(out)
	}
	<-end
	if !h.runsUnasked("--version") {
		t.Error("the grant doesn't hold")
	}
	if out := h.must("grants", "add", id, "--for", "20m", "--preview"); !strings.Contains(out, "would cover exactly git --version") || !strings.Contains(out, "would have covered 3 of the last 3 asks") {
		t.Error(out)
	}

	// In the policy, where that is offered.
	if r := h.person("grants", "add", id, "--for", "91d", "--scope", "rule"); r.code != 1 || !strings.Contains(r.stderr, "at most 2160h") {
		t.Errorf("%+v", r)
	}
	if out := h.must("grants", "add", id, "--for", "30d", "--scope", "rule"); !strings.Contains(out, "granted ") || !strings.Contains(out, "as a rule written into the policy") {
		t.Error(out)
	}
	lines := strings.Split(strings.TrimSpace(h.must("grants", "list")), "\n")
	if len(lines) != 3 || !strings.Contains(lines[2], "clawrden-grants.hcl:") {
		t.Fatalf("%q", lines)
	}
	for _, line := range lines[1:] {
		h.must("grants", "revoke", strings.Fields(line)[0])
	}
	if h.runsUnasked("--version") {
		t.Error("the grants hold though they were revoked")
	}

	// Several at once, after they were listed.
	first, firstEnd := h.asked("git", "--version")
	second := make(chan result, 1)
	c := h.command("make", "--version")
	go func() { second <- finish(t, c) }()
	h.waitPending(2)
	if r := h.person("approve", "--all", "--rule", "ask"); r.code != 2 || !strings.Contains(r.stdout, first) || strings.Contains(r.stdout, "make") {
		t.Errorf("%+v", r)
	}
	h.must("approve", "--all", "--rule", "ask", "--yes")
	if r := <-firstEnd; r.code != 0 {
		t.Errorf("%+v", r)
	}
	h.waitPending(1)
	h.must("deny", h.waitPending(1)[0].ID, "-m", "use the other one")
	if r := <-second; r.code != 126 || !strings.Contains(r.stderr, "use the other one") {
		t.Errorf("%+v", r)
	}
}

// personTerminal is clawrden on a terminal of its own.
type personTerminal struct {
	t    *testing.T
	tty  *os.File
	cmd  *exec.Cmd
	seen chan string
	text string // what wasn't waited for yet
}

func (h *host) onTerminal(t *testing.T, term string, args ...string) *personTerminal {
	t.Helper()
	w := &personTerminal{t: t, cmd: exec.Command(filepath.Join(bin, "clawrden"), args...), seen: make(chan string, 1000)}
	w.cmd.Env = append(os.Environ(), "CLAWRDEN_CONTROL="+h.control, "NO_COLOR=1", "TERM="+term)
	var err error
	if w.tty, err = pty.StartWithSize(w.cmd, &pty.Winsize{Rows: 40, Cols: 120}); err != nil {
		t.Skipf("this host has no pseudo-terminals: %v", err)
	}
	go func() {
		defer close(w.seen)
		for buf := make([]byte, 4096); ; {
			n, err := w.tty.Read(buf)
			if err != nil {
				return
			}
			w.seen <- string(buf[:n])
		}
	}()
	t.Cleanup(func() { _ = w.cmd.Process.Kill(); _ = w.tty.Close() })
	return w
}

// find waits until the terminal shows what a pattern says, and gives its first group.
func (w *personTerminal) find(pattern string) string {
	w.t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(patience)
	for {
		if m := re.FindStringSubmatchIndex(w.text); m != nil {
			group := ""
			if len(m) > 2 && m[2] >= 0 {
				group = w.text[m[2]:m[3]]
			}
			w.text = w.text[m[1]:]
			return group
		}
		select {
		case s, ok := <-w.seen:
			if !ok {
				w.t.Fatalf("it ended without showing %s: %q", pattern, w.text)
			}
			w.text += s
		case <-limit:
			w.t.Fatalf("it didn't show %s: %q", pattern, w.text)
		}
	}
}

func (w *personTerminal) press(keys string) {
	w.t.Helper()
	if _, err := w.tty.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

func (w *personTerminal) ends() {
	w.t.Helper()
	for range w.seen {
	}
	if err := w.cmd.Wait(); err != nil {
		w.t.Error(err)
	}
}

// TestWatchOnARealDaemon chooses a grant by key on a terminal, and by lines on a dumb one.
func TestWatchOnARealDaemon(t *testing.T) {
	h := newHost(t, hostOptions{policy: writtenPolicy, tools: []string{"git", "make", "sh"}})
	for _, row := range []struct {
		term   string
		choose func(w *personTerminal, id string)
	}{
		{"xterm", func(w *personTerminal, id string) {
			w.find("> " + id)
			w.press("g")
			w.press(w.find(`([1-9]) exactly this, written into the policy, for 30d: \d+ of the last`))
			w.find("covers   exactly git --version")
			w.press("a")
			for w.find("approved "+id+"(, and remembered)|only just come") == "" { // it has to be looked at for a moment
				w.press("a")
			}
			w.press("q")
		}},
		{"dumb", func(w *personTerminal, id string) {
			w.find(id)
			w.press("grants " + id + "\n")
			n := w.find(`([1-9])  exactly this, written into the policy, for 30d: `)
			w.find("covers exactly git --version")
			w.press("grant " + id[:3] + " " + n + "\n")
			w.find("approved " + id + ": git --version")
			w.press("quit\n")
		}},
	} {
		term, choose := row.term, row.choose
		id, end := h.asked("git", "--version")
		w := h.onTerminal(t, term, "watch")
		choose(w, id)
		w.ends()
		if r := <-end; r.code != 0 {
			t.Errorf("%s: %+v", term, r)
		}
		if !h.runsUnasked("--version") {
			t.Errorf("%s: it isn't remembered", term)
		}
		lines := strings.Split(strings.TrimSpace(h.must("grants", "list")), "\n")
		if len(lines) != 2 || !strings.Contains(lines[1], "clawrden-grants.hcl") {
			t.Fatalf("%s: %q", term, lines)
		}
		h.must("grants", "revoke", strings.Fields(lines[1])[0])
	}
}
