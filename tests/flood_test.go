package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// asking sends a request as a shim does, and gives the type and text of the first answer.
func (h *host) asking(t *testing.T, words ...string) (conn *net.UnixConn, typ protocol.Type, text string) {
	t.Helper()
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: h.socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	cwd, err := os.Open(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer cwd.Close()
	frame := protocol.AppendRequest(nil, &protocol.Request{Tool: words[0], Argv: words, Env: []string{"PATH=/usr/bin:/bin"}, Descriptors: 15})
	if _, _, err := conn.WriteMsgUnix(frame, unix.UnixRights(0, 1, 2, int(cwd.Fd())), nil); err != nil {
		t.Fatal(err)
	}
	header := make([]byte, protocol.HeaderLen)
	if _, err := io.ReadFull(conn, header); err != nil {
		t.Fatal(err)
	}
	head, err := protocol.ParseHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, head.Length)
	if _, err := io.ReadFull(conn, payload); err != nil {
		t.Fatal(err)
	}
	return conn, head.Type, string(payload)
}

// TestTenThousandRequests: one agent asks ten thousand times. As many wait as its limit allows, the others are refused and
// say why; another agent's request waits beside them, and people see, decide and stop as ever.
func TestTenThousandRequests(t *testing.T) {
	const most = 64
	h := newHost(t, hostOptions{policy: "policy { default = \"ask\" }\n", tools: []string{"hostname"}})
	var waiting []*net.UnixConn
	refused := 0
	for i := range 10_000 {
		conn, typ, text := h.asking(t, "hostname", fmt.Sprint(i))
		switch {
		case typ == protocol.TypeWait && len(waiting) < most:
			waiting = append(waiting, conn)
		case typ == protocol.TypeRefuse && strings.Contains(text, "this agent has 64 pending, its limit") && len(waiting) == most:
			refused++
			conn.Close()
		default:
			t.Fatalf("request %d, with %d waiting: type %d, %q", i, len(waiting), typ, text)
		}
	}
	if refused != 10_000-most {
		t.Errorf("%d were refused", refused)
	}
	queue := h.waitPending(most)
	if os.Geteuid() == 0 {
		c := asUser(h.command("hostname"), stranger)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		queue = h.waitPending(most + 1)
		i := slices.IndexFunc(queue, func(p clawrden.Pending) bool { return p.Identity.UID == stranger })
		if i < 0 {
			t.Fatal("another agent's request doesn't wait")
		}
		if status := h.post("/api/queue/"+queue[i].ID+"/approve", ""); status != 200 {
			t.Errorf("approving it: %d", status)
		}
		if err := c.Wait(); err != nil {
			t.Errorf("another agent's request: %v", err)
		}
		queue = h.waitPending(most)
	}
	if status := h.post("/api/queue/"+queue[0].ID+"/deny", ""); status != 200 {
		t.Errorf("denying one: %d", status)
	}
	if conn, typ, text := h.asking(t, "hostname", "again"); typ != protocol.TypeWait {
		t.Errorf("in the place of one that was denied: %d, %q", typ, text)
	} else {
		conn.Close()
	}
	if status := h.post("/api/kill", ""); status != 200 {
		t.Errorf("the kill switch: %d", status)
	}
	h.waitPending(0)
	for _, conn := range waiting {
		conn.Close()
	}
}

// hostile is a command that means to draw on people's screens: escape sequences, marks that turn the reading order, line
// ends, and bytes that are no text.
var hostile = []string{"\x1b[2J\x1b]0;all is well\a", "\u202egpj.elif", "one\ntwo\r\n\tthree", "\xff\xfe", "\u200b\u2066", "\x9b31m", "plain"}

// raw finds what must reach no screen.
func raw(text string) string {
	for _, r := range text {
		if r != '\n' && r != '\t' && (r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u202e' || r == '\u200b' || r == '\u2066') {
			return fmt.Sprintf("%q", r)
		}
	}
	if strings.Contains(text, "one\ntwo") {
		return "a line end of the agent's"
	}
	return ""
}

// TestHostileEverywhere has a person see a hostile command at each door, as the agent does in what it is told.
func TestHostileEverywhere(t *testing.T) {
	h, bus := busHost(t)
	h.setPolicy("policy { default = \"ask\" }\n")
	if status := h.post("/api/reload", ""); status != 200 {
		t.Fatalf("reload: %d", status)
	}
	c := as(h.command("make", hostile...), busAgent)
	done := make(chan result, 1)
	go func() { done <- finish(t, c) }()
	id := h.waitPending(1)[0].ID
	shown := map[string]string{}
	cli := func(args ...string) string {
		r := finish(t, h.cli(args...))
		if r.code != 0 {
			t.Errorf("clawrden %q: %+v", args, r)
		}
		return r.stdout + r.stderr
	}
	shown["clawrden queue"] = cli("queue")
	shown["clawrden queue ID"] = cli("queue", id)
	shown["clawrden queue -o json"] = cli("queue", "-o", "json")
	for name, args := range map[string][]string{
		"ListRequests": {"call", "org.clawrden1", "/org/clawrden1", "org.clawrden1.Manager", "ListRequests"},
		"properties":   {"introspect", "org.clawrden1", "/org/clawrden1/request/" + id},
		"objects":      {"--json=pretty", "call", "org.clawrden1", "/org/clawrden1", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"},
	} {
		r := finish(t, exec.Command("busctl", append([]string{"--address=" + bus.address}, args...)...))
		if r.code != 0 {
			t.Errorf("busctl %s: %+v", name, r)
		}
		shown["busctl, "+name] = r.stdout
	}
	if !strings.Contains(shown["busctl, properties"], "Warning") || !regexp.MustCompile(`\.Warning\s+property\s+b\s+true`).MatchString(shown["busctl, properties"]) {
		t.Errorf("the object has no warning:\n%s", shown["busctl, properties"])
	}
	var queue []clawrden.Pending
	h.get("/api/queue", &queue)
	if got := clawrden.RawWords(queue[0].Args, queue[0].ArgsB64); !slices.Equal(got, hostile) {
		t.Errorf("the API gives %q", got)
	}
	if status := h.post("/api/queue/"+id+"/deny", `{"comment":"no \u001b[2J\u202e"}`); status != 200 {
		t.Errorf("deny: %d", status)
	}
	shown["the agent"] = (<-done).stderr
	shown["clawrden history"] = cli("history")
	shown["clawrden history ID"] = cli("history", id)
	for door, text := range shown {
		if bad := raw(text); bad != "" {
			t.Errorf("%s shows %s:\n%q", door, bad, text)
		}
		if !strings.Contains(text, "make") {
			t.Errorf("%s doesn't show the command:\n%s", door, text)
		}
	}
	for _, door := range []string{"clawrden queue", "clawrden queue ID", "clawrden history", "clawrden history ID"} {
		if !strings.Contains(shown[door], "characters that can't be seen") {
			t.Errorf("%s doesn't warn:\n%s", door, shown[door])
		}
	}
	b, err := json.Marshal(h.records())
	if err != nil || !json.Valid(b) {
		t.Errorf("the record: %v", err)
	}
}

// TestLargestArgv: 2 MiB of words that aren't UTF-8 are asked about, shown in part, given whole by the API, and run as they are.
func TestLargestArgv(t *testing.T) {
	h := newHost(t, hostOptions{policy: "policy { default = \"ask\" }\n", tools: []string{"sha256sum", "printf"}})
	args := []string{"%s"}
	for i := range 15 {
		args = append(args, strings.Repeat("\xff\u202e", (128<<10-100)/4)+fmt.Sprint(i))
	}
	c := h.command("printf", args...)
	done := make(chan result, 1)
	go func() { done <- finish(t, c) }()
	id := h.waitPending(1)[0].ID
	var p clawrden.Pending
	h.get("/api/queue/"+id, &p)
	if got := clawrden.RawWords(p.Args, p.ArgsB64); !slices.Equal(got, args) {
		t.Errorf("the API gives other words: %d of them", len(got))
	}
	r := finish(t, h.cli("queue"))
	if len(r.stdout) > 4096 || raw(r.stdout) != "" || !strings.Contains(r.stdout, "bytes)") {
		t.Errorf("the list takes %d bytes: %.300q", len(r.stdout), r.stdout)
	}
	if status := h.post("/api/queue/"+id+"/approve", ""); status != 200 {
		t.Fatalf("approve: %d", status)
	}
	if r := <-done; r.code != 0 || r.stdout != strings.Join(args[1:], "") {
		t.Errorf("it ended with %d, %d bytes: %.200s", r.code, len(r.stdout), r.stderr)
	}
}
