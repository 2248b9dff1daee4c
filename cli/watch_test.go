package cli

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// onTerminal is `clawrden watch`, or another command, on a terminal of its own.
type onTerminal struct {
	t       *testing.T
	control *httpapitest.Control
	tty     *os.File
	seen    chan []byte // what the terminal was sent, piece by piece
	text    string      // what of it wasn't waited for yet
	exit    chan error
}

func watchOnTerminal(t *testing.T, termName string, args ...string) *onTerminal {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	w := &onTerminal{t: t, control: &httpapitest.Control{}, seen: make(chan []byte, 1000), exit: make(chan error, 1)}
	t.Cleanup(w.control.Serve(l))
	if len(args) == 0 {
		args = []string{"watch"}
	}
	cmd := exec.Command("clawrden", args...)
	cmd.Env = append(os.Environ(), "CLAWRDEN_CONTROL="+path, "TERM="+termName, "NO_COLOR=1")
	w.tty, err = pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 100})
	if err != nil {
		t.Skipf("this host has no pseudo-terminals: %v", err)
	}
	go func() {
		defer close(w.seen)
		for {
			b := make([]byte, 4096)
			n, err := w.tty.Read(b)
			if err != nil {
				return
			}
			w.seen <- b[:n]
		}
	}()
	go func() { w.exit <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		w.tty.Close()
	})
	return w
}

// patience is how long a test waits for what must come, also on a busy machine.
const patience = 3 * time.Minute

// waitFor waits until the terminal was sent a text, after what was waited for before.
func (w *onTerminal) waitFor(text string) {
	w.t.Helper()
	limit := time.After(patience)
	for !strings.Contains(w.text, text) {
		select {
		case b, ok := <-w.seen:
			if !ok {
				w.t.Fatalf("it ended without showing %q; last was %q", text, w.text[max(0, len(w.text)-800):])
			}
			w.text += string(b)
		case <-limit:
			w.t.Fatalf("it didn't show %q; last was %q", text, w.text[max(0, len(w.text)-800):])
		}
	}
	_, w.text, _ = strings.Cut(w.text, text)
}

func (w *onTerminal) press(keys string) {
	w.t.Helper()
	if _, err := w.tty.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

func (w *onTerminal) called(want ...string) {
	w.t.Helper()
	for i := range want {
		want[i] += " uid=0 door=control"
	}
	if diff := cmp.Diff(want, w.control.Calls()); diff != "" {
		w.t.Error(diff)
	}
}

func (w *onTerminal) ends() {
	w.t.Helper()
	select {
	case err := <-w.exit:
		if err != nil {
			w.t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		w.t.Error("it didn't end")
	}
}

func TestWatchOnTerminal(t *testing.T) {
	w := watchOnTerminal(t, "xterm")
	w.waitFor("Nothing waits for a decision.")
	w.control.Ask("ab12", "git", "push", "origin", "main")
	w.waitFor("> ab12")
	w.waitFor("command  git push origin main")
	w.waitFor("rule     ask-git (ask, /etc/clawrden/policy.d/10-ask.hcl:7)")
	w.control.Ask("cd34", "npm", "publish")
	w.waitFor("2 asks wait")

	w.press("\r\n")
	w.waitFor("Enter decides nothing")
	w.press("\x1b[200~aaaddd\x1b[201~?")
	w.waitFor("approve the selected ask")
	w.called() // neither Enter nor pasted letters

	w.press("xjk")
	w.waitFor("> ab12")
	w.press("a")
	w.waitFor("approved ab12")
	w.called(`approved ab12 comment=""`)
	w.waitFor("> cd34")
	w.press("Duse the\x7f\x7f\x7fa branch\r")
	w.waitFor("denied cd34")
	w.called(`approved ab12 comment=""`, `denied cd34 comment="use a branch"`)

	w.control.Drop()
	w.waitFor("The connection to the daemon is lost")
	w.control.Ask("ef56", "evil\x1b[2J", "\u202e")
	w.waitFor(`command  $'evil\x1b[2J' $'\u202e'`)
	w.waitFor("can't be seen")
	w.press("d")
	w.waitFor("denied ef56")
	w.press("q")
	w.waitFor(leaveScreen)
	w.ends()
}

// Of a command that doesn't fit on the screen nothing is approved by a key.
func TestWatchDoesNotApproveWhatCannotBeSeen(t *testing.T) {
	w := watchOnTerminal(t, "xterm")
	w.waitFor("Nothing waits")
	w.control.Ask("aa", "echo", strings.Repeat("x", 5000))
	w.waitFor("lines more: `clawrden queue aa` shows all")
	w.press("kja")
	w.waitFor("too long to be seen here")
	w.called()
	w.press("\x03")
	w.ends()
}

func TestWatchOnDumbTerminal(t *testing.T) {
	w := watchOnTerminal(t, "dumb")
	w.waitFor("type `approve ID`")
	w.control.Ask("ab12", "git", "push")
	w.waitFor("ab12      agent: git push")
	w.press("\n\nhello\n")
	w.waitFor("hello isn't known here")
	w.press("approve nosuch\n")
	w.waitFor("no such request")
	w.press("approve ab\n")
	w.waitFor("approved ab12: git push")
	w.control.Ask("cd34", "rm")
	w.waitFor("cd34")
	w.press("deny cd34 not on a Friday\n")
	w.waitFor("denied cd34: rm")
	w.called(`approved ab12 comment=""`, `denied cd34 comment="not on a Friday"`)
	w.press("quit\n")
	w.ends()
}

// Each command is shown when it is decided and when it has ended, also across a lost connection.
func TestFollowHistory(t *testing.T) {
	w := watchOnTerminal(t, "xterm", "history", "--follow")
	w.control.Ran("id1", clawrden.OutcomeAllow, 3, "make", "test")
	w.waitFor("id1")
	w.waitFor("make test")
	w.control.Ask("id2", "git", "push")
	w.control.Drop()
	if err := w.control.Approve(t.Context(), clawrden.Caller{}, "id2", clawrden.Answer{}); err != nil {
		t.Fatal(err)
	}
	w.waitFor("id2       approved")
	w.control.Ran("id3", clawrden.OutcomeDeny, 0, "rm")
	w.waitFor("id3       deny")
	w.press("\x03")
	w.ends()
}

// Programs get a line of JSON an event.
func TestWatchJSON(t *testing.T) {
	w := watchOnTerminal(t, "xterm", "watch", "-o", "json")
	w.control.Ask("id1", "make", "\u202e")
	w.waitFor(`"type":"pending","pending":{"id":"id1","command":"make","args":["\u202e"]`)
	w.press("\x03")
	w.ends()
}

func asks(ids ...string) []clawrden.Pending {
	var queue []clawrden.Pending
	for _, id := range ids {
		queue = append(queue, clawrden.Pending{ID: id, Command: "cmd-" + id, Revision: 3, Digest: "d-" + id})
	}
	return queue
}

// Each script is keys and events in a row; after it, the decisions made are compared.
func TestScreen(t *testing.T) {
	gone := func(id string) func(*screen, time.Time) {
		return func(s *screen, now time.Time) {
			s.happened(&clawrden.Event{Type: clawrden.LiveDecided, Entry: &clawrden.Entry{ID: id}}, id+" is gone", now)
		}
	}
	come := func(id string) func(*screen, time.Time) {
		return func(s *screen, now time.Time) {
			s.happened(&clawrden.Event{Type: clawrden.LivePending, Pending: &asks(id)[0]}, "", now)
		}
	}
	queue := func(ids ...string) func(*screen, time.Time) {
		return func(s *screen, now time.Time) { s.replace(asks(ids...), false, now) }
	}
	tests := []struct {
		name     string
		script   []any // key, time.Duration to wait, or a function
		want     []string
		selected string
		message  string
	}{
		{"approve", []any{queue("a1", "b2"), time.Second, key("a")}, []string{"approve a1"}, "a1", ""},
		{"deny", []any{queue("a1", "b2"), key("d")}, []string{"deny a1"}, "a1", ""},
		{"move, then approve", []any{queue("a1", "b2"), key("j"), key("a")}, []string{"approve b2"}, "b2", ""},
		{"not past the end", []any{queue("a1", "b2"), keyDown, keyDown, keyDown, keyUp}, nil, "a1", ""},
		{"twice is once", []any{queue("a1"), time.Second, key("a"), key("a"), key("d")}, []string{"approve a1"}, "a1", ""},
		{"nothing there", []any{queue(), key("a"), time.Second, key("a"), key("j"), key("D"), key("d")}, nil, "", "nothing waits"},
		{"only just come", []any{queue("a1"), key("a")}, nil, "a1", "just come"},
		{"the one below moved up", []any{queue("a1", "b2"), time.Second, gone("a1"), key("a")}, nil, "b2", "just come"},
		{"the one below moved up, and was looked at", []any{queue("a1", "b2"), gone("a1"), time.Second, key("a")}, []string{"approve b2"}, "b2", ""},
		{"new ones come below", []any{queue("a1"), time.Second, come("b2"), key("a")}, []string{"approve a1"}, "a1", ""},
		{"selection survives a new connection", []any{queue("a1", "b2"), key("j"), queue("c3", "b2"), key("a")}, []string{"approve b2"}, "b2", ""},
		{"selection lost over a new connection", []any{queue("a1", "b2"), key("j"), queue("c3"), key("a")}, nil, "c3", "just come"},
		{"Enter", []any{queue("a1"), time.Second, keyEnter}, nil, "a1", "Enter decides nothing"},
		{"reason", []any{queue("a1"), key("D"), key("n"), key("o"), key("q"), keyBackspace, keyEnter}, []string{"deny a1 no"}, "a1", ""},
		{"reason forgotten", []any{queue("a1"), key("D"), key("n"), keyEscape, keyUp}, nil, "a1", ""},
		{"reason for one that is gone", []any{queue("a1", "b2"), key("D"), key("n"), gone("a1"), keyEnter}, nil, "b2", "nothing was denied"},
		{"backspace on nothing", []any{queue("a1"), key("D"), keyBackspace, keyUp, keyEnter}, []string{"deny a1"}, "a1", ""},
		{"any key ends the help, and does nothing else", []any{queue("a1"), time.Second, key("?"), key("a")}, nil, "a1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, now := &screen{}, httpapitest.Epoch
			var got []string
			for _, step := range tt.script {
				switch step := step.(type) {
				case time.Duration:
					now = now.Add(step)
				case func(*screen, time.Time):
					step(s, now)
				case key:
					d, quit := s.press(step, now)
					if quit {
						t.Fatalf("%s quits", step)
					}
					if d == nil {
						continue
					}
					word := "deny"
					if d.approve {
						word = "approve"
					}
					got = append(got, strings.TrimSpace(word+" "+d.ask.ID+" "+d.comment))
					if d.ask.Revision != 3 || d.ask.Digest != "d-"+d.ask.ID {
						t.Errorf("not what was shown: %+v", d.ask)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if s.selected != tt.selected || !strings.Contains(s.message, tt.message) {
				t.Errorf("selected %q, message %q", s.selected, s.message)
			}
		})
	}
}

func TestScreenAfterADecision(t *testing.T) {
	s, now := &screen{}, httpapitest.Epoch
	s.replace(asks("a1", "b2"), false, now)
	d, _ := s.press("d", now)
	s.decided(d, errors.New("\x1b[2Jno"), now)
	if s.message != `cannot decide a1: \x1b[2Jno` || len(s.queue) != 2 {
		t.Errorf("%q, %d left", s.message, len(s.queue))
	}
	d, _ = s.press("d", now) // it may be tried again
	s.decided(d, nil, now)
	if s.message != "denied a1" || s.selected != "b2" {
		t.Errorf("%q, %q selected", s.message, s.selected)
	}
	s.happened(&clawrden.Event{Type: clawrden.LiveKilled}, "killed", now)
	if lines := strings.Join(s.view(80, 24, now, false), "\n"); !strings.Contains(lines, "kill switch is ON") {
		t.Error(lines)
	}
	if _, quit := s.press("q", now); !quit {
		t.Error("q doesn't quit")
	}
}

// However small the terminal, the screen fits, and is printable.
func TestViewFits(t *testing.T) {
	queue := asks("a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8")
	queue[0].Args = []string{"日本語", strings.Repeat("日本語 x\x1b", 50), "\u202e"}
	queue[0].Reason = strings.Repeat("because ", 40)
	for width := 20; width < 130; width += 7 {
		for height := 6; height < 40; height += 3 {
			for _, s := range []*screen{
				{queue: queue, selected: "a1"}, {queue: queue, selected: "g7", locked: true}, {help: true}, {}, {
					queue: queue, typing: true, typingID: "a1",
					reason: strings.Repeat("x", 400),
				},
			} {
				lines := s.view(width, height, httpapitest.Epoch, false)
				if len(lines) != height {
					t.Fatalf("%d lines at height %d", len(lines), height)
				}
				for _, line := range lines {
					plain := strings.ReplaceAll(strings.ReplaceAll(line, codeInvert, ""), codeEnd, "")
					if columnsOf(plain) > width {
						t.Errorf("width %d: %q", width, line)
					}
					for _, r := range plain {
						if !unicode.IsPrint(r) {
							t.Errorf("%q holds %U", line, r)
						}
					}
				}
			}
		}
	}
}

func TestKeys(t *testing.T) {
	tests := []struct {
		in   string
		want []key
	}{
		{"jk", []key{"j", "k"}},
		{"\x1b[A\x1b[B\x1bOA", []key{keyUp, keyDown, keyUp}},
		{"\x1b", []key{keyEscape}},
		{"\x1b[1;5A\x1b[3~a", []key{"a"}},
		{"\x1ba", nil},
		{"\x1b[200~aad\rq\x1b[201~j", []key{"j"}},
		{"\x1b[200~never ends a", nil},
		{"\x1b[" + strings.Repeat("1", 100) + "j", []key{"1", "j"}},
		{"\x03", []key{keyInterrupt}},
		{"ä日\xff", []key{"ä", "日"}},
		{"\x00\x01\t", nil},
		{"\r\n\x7f\b", []key{keyEnter, keyEnter, keyBackspace, keyBackspace}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%q", tt.in), func(t *testing.T) {
			var got []key
			readKeys(bytes.NewBufferString(tt.in), func(k key) bool {
				if len(got) == 0 || k != "1" || got[len(got)-1] != "1" {
					got = append(got, k)
				}
				return true
			})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"jkad", "\x1b[200~a\x1b[201~", "\x1b[<0;1;1M", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s, now := &screen{}, httpapitest.Epoch
		s.replace(asks("a1", "b2"), false, now)
		readKeys(bytes.NewReader(in), func(k key) bool {
			if k == "" || !utf8.ValidString(string(k)) {
				t.Errorf("key %q", k)
			}
			_, quit := s.press(k, now)
			s.view(40, 10, now, false)
			return !quit
		})
	})
}
