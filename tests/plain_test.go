package tests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol/plain"
)

const plainPolicy = `
policy { default = "deny" }
rule "fine" {
  commands = ["echo", "sh", "printf", "head", "sleep", "cat", "pwd", "env", "kill", "id"]
  action   = "allow"
  opaque   = "allow"
}
rule "place" {
  commands = ["ls"]
  action   = "allow"
  executor = executor.mirror
}
rule "ask" {
  commands = ["make"]
  action   = "ask"
}
rule "no" {
  commands = ["rm"]
  action   = "deny"
  reason   = "Use git clean."
}
`

func plainHost(t testing.TB) *host {
	return newHost(t, hostOptions{policy: plainPolicy, tools: []string{"echo"}})
}

// line is a request of the plain mode.
func line(t testing.TB, r plain.Request) string {
	t.Helper()
	if r.Env == nil {
		r.Env = []string{"PATH=/usr/bin:/bin"}
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// answers reads the lines of an answer, up to the connection's end.
func answers(t testing.TB, from []byte) (all []plain.Answer) {
	t.Helper()
	for l := range bytes.Lines(from) {
		var a plain.Answer
		if err := json.Unmarshal(l, &a); err != nil {
			t.Fatalf("the answer holds %q: %v", l, err)
		}
		all = append(all, a)
	}
	return all
}

// plain sends a line and returns what comes back. After the line the sending half is closed.
func (h *host) plain(send string) []plain.Answer {
	h.t.Helper()
	c := h.dial()
	defer c.Close()
	if _, err := c.Write([]byte(send)); err != nil {
		h.t.Fatal(err)
	}
	_ = c.CloseWrite()
	var got bytes.Buffer
	if _, err := got.ReadFrom(c); err != nil {
		h.t.Fatal(err)
	}
	return answers(h.t, got.Bytes())
}

// output is all of one kind of output.
func output(all []plain.Answer, typ string) string {
	var b strings.Builder
	for i := range all {
		if all[i].Type == typ {
			b.Write(all[i].Bytes())
		}
	}
	return b.String()
}

// TestPlainClients asks with the programs that people have at hand.
func TestPlainClients(t *testing.T) {
	h := plainHost(t)
	request := line(t, plain.Request{Command: "echo", Args: []string{"hello"}, Cwd: "/tmp"})
	python := `import socket,sys
s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.stdin.buffer.read())
while True:
    b=s.recv(65536)
    if not b: break
    sys.stdout.write(b.decode()); sys.stdout.flush()`
	for _, client := range [][]string{
		{"nc", "-U", h.socket},
		{"nc", "-N", "-U", h.socket},
		{"socat", "-t10", "-", "UNIX-CONNECT:" + h.socket},
		{"python3", "-c", python, h.socket},
	} {
		t.Run(strings.Join(client[:2], " "), func(t *testing.T) {
			if _, err := exec.LookPath(client[0]); err != nil {
				t.Skipf("%s isn't installed", client[0])
			}
			for _, text := range []string{request, strings.TrimSuffix(request, "\n")} {
				if text != request && client[1] != "-N" {
					continue // without a newline only the connection's end ends the line
				}
				c := exec.Command(client[0], client[1:]...)
				c.Stdin = strings.NewReader(text)
				out, err := c.Output()
				if err != nil {
					t.Fatal(err)
				}
				all := answers(t, out)
				last := all[len(all)-1]
				if output(all, plain.TypeStdout) != "hello\n" || last.Type != plain.TypeExit || last.ExitCode == nil || *last.ExitCode != 0 ||
					last.Decision != "allow" || last.ID == "" || last.DurationMS == nil {
					t.Errorf("answered with %s", out)
				}
			}
		})
	}
}

// TestPlainBadLines gives each kind of wrong line; the answer is for the one who typed it.
func TestPlainBadLines(t *testing.T) {
	h := plainHost(t)
	long := strings.Repeat("x", 200<<10)
	for _, row := range []struct{ name, send, want string }{
		{"cut short", `{"command":"echo"`, "the line ends before the object does"},
		{"not JSON", "{hello}\n", "cannot read the request"},
		{"two objects", `{"command":"echo"}{"command":"rm"}` + "\n", "something follows"},
		{"two lines", `{"command":"echo"}` + "\n" + `{"command":"rm"}` + "\n", "something follows the first line"},
		{"no command", "{}\n", `"command" is missing`},
		{"an unknown field", `{"command":"echo","user":"root"}` + "\n", `unknown field "user"`},
		{"a number for a word", `{"command":"echo","args":[1]}` + "\n", "cannot unmarshal number"},
		{"a path", `{"command":"/bin/echo"}` + "\n", "give the plain name, not a path"},
		{"a relative directory", `{"command":"echo","cwd":"tmp"}` + "\n", `"cwd" must be an absolute path`},
		{"a variable without a value", `{"command":"echo","env":["X"]}` + "\n", "NAME=value"},
		{"a NUL", `{"command":"echo","args":["a\u0000b"]}` + "\n", "NUL"},
		{"half a character", `{"command":"echo","args":["\ud800"]}` + "\n", "half of a character"},
		{"bytes that aren't UTF-8", "{\"command\":\"echo\",\"args\":[\"\xff\"]}\n", "not UTF-8"},
		{"a word that is too long", `{"command":"echo","args":["` + long + `"]}` + "\n", "larger than 128 KiB"},
		{"a negative uid", `{"command":"echo","identity":{"uid":-1,"gid":0}}` + "\n", "cannot unmarshal number"},
		{"deep nesting", `{"args":` + strings.Repeat("[", 20000) + "\n", "cannot read the request"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := h.in(t)
			all := h.plain(row.send)
			if len(all) != 1 || all[0].Type != plain.TypeError || all[0].ExitCode == nil || *all[0].ExitCode != 125 || !strings.Contains(all[0].Message, row.want) {
				t.Errorf("answered with %+v; want an error that says %q", all, row.want)
			}
			h.refused(row.want)
		})
	}
	c := h.dial()
	defer c.Close()
	go func() { _, _ = c.Write([]byte("{" + strings.Repeat(" ", plain.MaxLine+4096))) }()
	got, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || !strings.Contains(got, "longer than") {
		t.Errorf("a line that is too long: %q, %v", got, err)
	}
	h.honest()
}

// TestPlainRuns is what comes back of commands that run, and of such that don't.
func TestPlainRuns(t *testing.T) {
	h := plainHost(t)
	sh := func(text string) plain.Request {
		return plain.Request{Command: "sh", Args: []string{"-c", text}, Cwd: "/tmp"}
	}
	last := func(all []plain.Answer) plain.Answer { return all[len(all)-1] }

	if all := h.plain(line(t, sh(`printf '\377\000ok'; echo no >&2; exit 7`))); output(all, plain.TypeStdout) != "\xff\x00ok" ||
		output(all, plain.TypeStderr) != "no\n" || *last(all).ExitCode != 7 {
		t.Errorf("bytes that aren't UTF-8: %+v", all)
	}
	if all := h.plain(line(t, sh(`kill -TERM $$`))); last(all).Signal != "SIGTERM" || last(all).ExitCode != nil {
		t.Errorf("ended by a signal: %+v", all)
	}
	if all := h.plain(line(t, sh(`cat`))); len(all) != 1 || *last(all).ExitCode != 0 {
		t.Errorf("stdin isn't empty: %+v", all)
	}
	if all := h.plain(line(t, sh(`head -c 1048576 /dev/zero`))); output(all, plain.TypeStdout) != strings.Repeat("\x00", 1<<20) {
		t.Errorf("a mebibyte of output: %d bytes came", len(output(all, plain.TypeStdout)))
	}
	if all := h.plain(line(t, plain.Request{Command: "pwd", Cwd: "/usr/lib"})); output(all, plain.TypeStdout) != "/usr/lib\n" {
		t.Errorf("cwd: %+v", all)
	}
	if all := h.plain(line(t, plain.Request{Command: "env", Env: []string{"PATH=/usr/bin", "A=b c"}})); output(all, plain.TypeStdout) != "PATH=/usr/bin\nA=b c\n" {
		t.Errorf("environment: %+v", all)
	}
	for _, row := range []struct {
		request plain.Request
		code    int
		want    string
	}{
		{plain.Request{Command: "rm", Args: []string{"x"}}, 126, "Use git clean."},
		{plain.Request{Command: "ls"}, 125, "executor mirror"},
		{plain.Request{Command: "echo", Cwd: "/no/such/place"}, 125, "/no/such/place"},
	} {
		a := last(h.plain(line(t, row.request)))
		if a.Type != plain.TypeExit || a.Decision != "deny" || a.ExitCode == nil || *a.ExitCode != row.code || !strings.Contains(a.Message, row.want) {
			t.Errorf("%s: answered with %+v; want code %d and %q", row.request.Command, a, row.code, row.want)
		}
	}
}

// TestPlainIdentityIsAHint claims to be somebody else: it doesn't matter, and it is on record.
func TestPlainIdentityIsAHint(t *testing.T) {
	h := plainHost(t)
	me := uint32(os.Geteuid())
	all := h.plain(line(t, plain.Request{Command: "sh", Args: []string{"-c", "id -u"}, Identity: &plain.Identity{UID: me + 7, GID: 9}}))
	if got := strings.TrimSpace(output(all, plain.TypeStdout)); got != itoa(int(me)) {
		t.Errorf("ran as uid %s: %+v", got, all)
	}
	h.plain(line(t, plain.Request{Command: "echo", Identity: &plain.Identity{UID: me, GID: uint32(os.Getegid())}}))
	for _, r := range h.records() {
		if r.Event != clawrden.EventDecided {
			continue
		}
		if r.Identity.UID != me {
			t.Errorf("recorded as uid %d", r.Identity.UID)
		}
		if claimed := r.Hint != nil; claimed != (r.Command == "sh") {
			t.Errorf("%s: hint %+v", r.Command, r.Hint)
		}
	}
}

// TestPlainHangUpKills closes the connection: what runs is killed, what waits is cancelled.
func TestPlainHangUpKills(t *testing.T) {
	h := plainHost(t)
	c := h.dial()
	if _, err := c.Write([]byte(line(t, plain.Request{Command: "sh", Args: []string{"-c", "echo started; exec sleep 600"}}))); err != nil {
		t.Fatal(err)
	}
	if l, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(l, "started") {
		t.Fatalf("%q, %v", l, err)
	}
	_ = c.CloseWrite() // half-closed is not gone
	h.waitStatus(func(s clawrden.Status) bool { return s.Running == 1 })
	_ = c.Close()
	h.waitRecords(func(rs []clawrden.Record) bool {
		last := rs[len(rs)-1]
		return last.Event == clawrden.EventFinished && last.Signal == "SIGKILL"
	})

	w := h.dial()
	if _, err := w.Write([]byte(line(t, plain.Request{Command: "make"}))); err != nil {
		t.Fatal(err)
	}
	h.waitPending(1)
	_ = w.CloseWrite()
	h.plain(line(t, plain.Request{Command: "echo"}))
	h.waitPending(1)
	_ = w.Close()
	h.waitPending(0)
}

// TestPlainDescriptors sends descriptors along, which the plain mode doesn't take.
func TestPlainDescriptors(t *testing.T) {
	h := plainHost(t)
	h.honest()
	before := h.descriptors()
	c := h.dial()
	sendFDs(t, c, []byte(line(t, plain.Request{Command: "echo"})), nullFDs(t, 2)...)
	var got bytes.Buffer
	if _, err := got.ReadFrom(c); err != nil {
		t.Fatal(err)
	}
	if all := answers(t, got.Bytes()); len(all) != 1 || !strings.Contains(all[0].Message, "descriptors came with a line of JSON") {
		t.Errorf("answered with %+v", all)
	}
	_ = c.Close()
	h.waitDescriptors(before)
}

// TestPlainWithoutDev would run a command as a unit, which root on the host is refused.
func TestPlainWithoutDev(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("a daemon without --dev is root's")
	}
	h := newHost(t, hostOptions{policy: plainPolicy, tools: []string{"echo"}, args: []string{}})
	all := h.plain(line(t, plain.Request{Command: "echo"}))
	if len(all) != 1 || all[0].Decision != "deny" || !strings.Contains(all[0].Message, "a unit would give it all of root's rights") {
		t.Errorf("answered with %+v", all)
	}
	h.honest()
}

// TestPlainCan asks without running.
func TestPlainCan(t *testing.T) {
	h := plainHost(t)
	for command, want := range map[string]string{"echo": "allow", "make": "ask", "rm": "deny", "nosuch": "deny"} {
		all := h.plain(line(t, plain.Request{Command: command, Can: true}))
		if len(all) != 1 || all[0].Type != plain.TypeAnswer || all[0].Decision != want {
			t.Errorf("can %s: %+v", command, all)
		}
	}
	if rs := h.records(); len(rs) != 1 {
		t.Errorf("questions left %d records", len(rs)-1)
	}
}
