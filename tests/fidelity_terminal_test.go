package tests

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
)

// step is one exchange with an interactive shell: type, then wait until the screen shows something new.
type step struct{ type_, until string }

// terminalRow is a session of an interactive bash.
type terminalRow struct {
	name  string
	steps []step
}

var terminalRows = []terminalRow{
	{"what the tool sees", []step{{"probe | /bin/grep -E '^(fd|group|session|terminal|Sig)' | /bin/grep -v fd1; probe 2>&1 | /bin/tail -1; echo D''ONE\n", "DONE"}}},
	{"window size", []step{{"stty size; python3 -c 'import os; print(os.get_terminal_size(), os.isatty(0), os.isatty(1), os.isatty(2))'; echo D''ONE\n", "DONE"}}},
	{"Ctrl-C", []step{{"cat\n", "cat"}, {"x\n", "x\r\nx"}, {"\x03", "$ "}, {"echo $?\n", "130"}}},
	{"Ctrl-backslash", []step{{"ulimit -c 0; cat\n", "cat"}, {"x\n", "x\r\nx"}, {"\x1c", "Quit"}, {"echo s=$?\n", "s=131"}}},
	{"Ctrl-C and a handler", []step{
		{"sh -c 'trap \"echo ca\"\"ught; exit 5\" INT; echo re\"\"ady; while :; do sleep 0.01; done'\n", "ready"}, {"\x03", "caught"}, {"echo s=$?\n", "s=5"},
	}},
	{"Ctrl-Z and fg", []step{
		{"cat\n", "cat"}, {"x\n", "x\r\nx"}, {"\x1a", "Stopped"}, {"jobs; echo E''ND\n", "END\r\n$ "}, {"fg\n", "fg\r\ncat\r\n"}, {"y\n", "y\r\ny"}, {"\x1a", "Stopped"}, {"echo G''O\n", "GO\r\n$ "}, {"fg\n", "fg\r\ncat\r\n"}, {"z\n", "z\r\nz"}, {"\x04", "$ "}, {"echo s=$?\n", "s=0"},
	}},
	{"reading in the background", []step{
		{"cat & until [ \"$(jobs -s)\" ]; do /bin/sleep 0.01; done; echo E''ND\n", "END\r\n"},
		{"echo F''IN\n", "FIN\r\n$ "},
		{"fg\n", "fg\r\ncat\r\n"},
		{"x\n", "x\r\nx"},
		{"\x04", "$ "},
		{"echo s=$?\n", "s=0"},
	}},
	{"bg and wait", []step{{"sh -c 'echo re\"\"ady; until [ -e go ]; do :; done; exit 7'\n", "ready"}, {"\x1a", "Stopped"}, {"bg\n", "&"}, {": >go; wait %1; echo s=$?\n", "s=7"}}},
}

var (
	jobNumber = regexp.MustCompile(`(?m)^\[(\d+)\] \d+`)
	escapes   = regexp.MustCompile("\x1b\\[[?0-9;]*[a-zA-Z]")
)

// session types the steps into an interactive bash on a terminal of its own and gives what the screen showed.
func (s *stand) session(governed bool, steps []step) string {
	s.t.Helper()
	c := s.script(governed, "")
	c.Args = []string{"bash", "--norc", "--noprofile", "--noediting", "-i"}
	c.Env = append(c.Env, "PS1=$ ", "TERM=dumb")
	c.SysProcAttr.Setctty = true
	f, err := pty.StartWithAttrs(c, &pty.Winsize{Rows: 31, Cols: 97}, c.SysProcAttr)
	if err != nil {
		s.t.Fatal(err)
	}
	chunks := make(chan []byte, 64)
	go func() {
		defer close(chunks)
		for {
			b := make([]byte, 4096)
			n, err := f.Read(b)
			if err != nil {
				return
			}
			chunks <- b[:n]
		}
	}()
	var screen bytes.Buffer
	limit := time.After(runTime)
	await := func(from int, want string) bool {
		for !strings.Contains(screen.String()[from:], want) {
			select {
			case b, ok := <-chunks:
				if !ok {
					return false
				}
				screen.Write(b)
			case <-limit:
				s.t.Errorf("the terminal never showed %q (governed: %v):\n%s", want, governed, screen.String())
				return false
			}
		}
		return true
	}
	ok := await(0, "$ ")
	for _, st := range steps {
		if !ok {
			break
		}
		from := screen.Len()
		_, _ = f.WriteString(st.type_)
		ok = await(from, st.until)
		if ok && (st.until == "Stopped" || st.until == "&") { // what is typed before the prompt is there may be echoed around it
			ok = await(from+strings.Index(screen.String()[from:], st.until), "$ ")
		}
	}
	_ = c.Process.Kill()
	_ = f.Close()
	_ = c.Wait()
	for range chunks {
	}
	return escapes.ReplaceAllString(jobNumber.ReplaceAllString(screen.String(), "[$1] N"), "")
}

// TestTerminal types the same into a shell on a terminal, whose commands run directly or governed, and compares what it
// shows.
func TestTerminal(t *testing.T) {
	stands(t, fidelityTools, func(t *testing.T, s *stand) { compareTerminals(t, s, terminalRows) })
}

func compareTerminals(t *testing.T, s *stand, rows []terminalRow) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			at := s.of(t)
			before := at.auditSize()
			direct, governed := at.session(false, row.steps), at.session(true, row.steps)
			if at.auditSize() == before {
				t.Error("nothing was governed")
			}
			// Where the terminal's echo and the prompt meet the tool's output is chance; which words there are isn't.
			words := func(screen string) []string {
				screen = strings.NewReplacer("$ ", " ", "^Z", " ", "^C", " ", "^\\", " ").Replace(strings.Join(at.plain(screen, everywhere), "\n"))
				w := strings.Fields(screen)
				slices.Sort(w)
				return w
			}
			if d := cmp.Diff(words(direct), words(governed)); d != "" {
				t.Errorf("the screen differs (-direct +governed):\n%s", cut(d))
			}
		})
	}
}
