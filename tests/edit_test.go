package tests

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

const editPolicy = `
policy { default = "deny" }
approval "open"  { edit_args = true }
approval "strict" {}
approval "two"   {
  quorum = 2
}
rule "ask" {
  commands = ["printf", "myscript"]
  action   = "ask"
  approval = approval.open
}
rule "ask strictly" {
  commands = ["printf"]
  args     = ["strict"]
  action   = "ask"
  approval = approval.strict
}
rule "never" {
  commands = ["printf"]
  args     = ["forbidden"]
  action   = "deny"
  reason   = "not that"
}
rule "fixed" {
  commands = ["env"]
  action   = "ask"
}
rule "two" {
  commands = ["make"]
  action   = "ask"
  approval = approval.two
}
rule "limited" {
  commands = ["printf"]
  args     = ["rare"]
  action   = "deny"
  when {
    rate {
      over   = 1
      within = "1h"
    }
  }
}
`

func editHost(t testing.TB) *host {
	return newHost(t, hostOptions{policy: editPolicy, config: "ask {\n  refusal_memory = \"0s\"\n}\n", tools: []string{"printf", "myscript", "env", "make"}})
}

func body(args ...string) string {
	shown, b64 := clawrden.Words(args)
	quoted := func(words []string) string {
		out := make([]string, len(words))
		for i, w := range words {
			out[i] = fmt.Sprintf("%q", w)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	if b64 != nil {
		return fmt.Sprintf(`{"args":%s,"args_b64":%s}`, quoted(shown), quoted(b64))
	}
	return fmt.Sprintf(`{"args":%s}`, quoted(shown))
}

// A person changes the arguments: what runs is what they wrote, the agent is told, and the record says who made what of what.
func TestApproveWithOtherArguments(t *testing.T) {
	h := editHost(t)
	id, end := h.asked("printf", "%s|", "asked")
	if code := h.post("/api/queue/"+id+"/approve", strings.TrimSuffix(body("%s|", "changed", "two words", "", "\xff"), "}")+`,"comment":"safer so"}`); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	r := <-end
	if r.code != 0 || r.stdout != "changed|two words||\xff|" {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{"changed the arguments before approving (request " + id + ")", `printf '%s|' changed 'two words' '' $'\xff'`, "says: safer so"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("the agent isn't told %q:\n%s", want, r.stderr)
		}
	}
	rec := h.decided(id)
	if diff := cmp.Diff([]string{"%s|", "changed", "two words", "", "\xff"}, clawrden.RawWords(rec.Args, rec.ArgsB64)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"%s|", "asked"}, rec.AskedArgs); diff != "" {
		t.Error(diff)
	}
	if rec.EditedBy == nil || rec.Approver == nil || rec.EditedBy.UID != rec.Approver.UID || rec.EditedBy.Door != "control" || rec.Decision != clawrden.OutcomeApproved || rec.Comment != "safer so" {
		t.Errorf("%+v", rec)
	}
	var e clawrden.Entry
	if h.get("/api/history/"+id, &e); e.EditedBy == nil || len(e.AskedArgs) != 2 {
		t.Errorf("%+v", e)
	}

	// The digest is that of what runs: the same command asked for outright has it too.
	id, end = h.asked("printf", "%s|", "changed", "two words", "", "\xff")
	h.post("/api/queue/"+id+"/approve", "")
	if r := <-end; strings.Contains(r.stderr, "changed the arguments") {
		t.Errorf("%+v", r)
	}
	if again := h.decided(id); again.Digest != rec.Digest || again.EditedBy != nil || again.AskedArgs != nil {
		t.Errorf("%s, want %s; %+v", again.Digest, rec.Digest, again.EditedBy)
	}
}

// No arguments, and those that were asked with.
func TestApproveWithFewerArguments(t *testing.T) {
	h := editHost(t)
	id, end := h.asked("printf", "x")
	if code := h.post("/api/queue/"+id+"/approve", `{"args":["x"]}`); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := <-end; r.stdout != "x" || strings.Contains(r.stderr, "changed") {
		t.Errorf("%+v", r)
	}
	if rec := h.decided(id); rec.EditedBy != nil {
		t.Errorf("%+v", rec)
	}
	id, end = h.asked("printf", "x")
	if code := h.post("/api/queue/"+id+"/approve", `{"args":[]}`); code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	if r := <-end; r.code == 0 || r.stdout != "" || !strings.Contains(r.stderr, "changed the arguments") { // printf misses its format
		t.Errorf("%+v", r)
	}
	if rec := h.decided(id); rec.EditedBy == nil || len(rec.Args) != 0 || len(rec.AskedArgs) != 1 {
		t.Errorf("%+v", rec)
	}
}

// What can't be changed stays as it waits, and the person hears why.
func TestChangesThatAreRefused(t *testing.T) {
	h := editHost(t)
	for _, row := range []struct {
		argv, says []string
		body       string
	}{
		{[]string{"printf", "x"}, []string{"would be denied", "never", "not that"}, body("forbidden")},
		{[]string{"printf", "x"}, []string{"asked about by another rule", "strict"}, body("strict")},
		{[]string{"printf", "strict"}, []string{`approval \"strict\" doesn't permit it`}, body("x")},
		{[]string{"env"}, []string{"no approval block with edit_args"}, body("-0")},
		{[]string{"make", "-v"}, []string{"edit_args"}, body("-n")},
		{[]string{"printf", "x"}, []string{"a NUL"}, `{"args":["\u0000"]}`},
		{[]string{"printf", "x"}, []string{"as many"}, `{"args":["a"],"args_b64":[]}`},
		{[]string{"printf", "x"}, []string{"base64"}, `{"args":["a"],"args_b64":["*"]}`},
		{[]string{"printf", "x"}, []string{"at most 1024 words"}, body(make([]string, 1025)...)},
		{[]string{"printf", "x"}, []string{"32768 bytes"}, body(strings.Repeat("y", 32<<10))},
		{[]string{"printf", "x"}, []string{"made together with a change"}, `{"args":["y"],"grant":{"for":"30m"}}`},
		{[]string{"printf", "x"}, []string{"has changed"}, `{"args":["y"],"digest":"beef"}`},
	} {
		id, end := h.asked(row.argv[0], row.argv[1:]...)
		said := h.postSays("/api/queue/"+id+"/approve", row.body)
		for _, want := range row.says {
			if !strings.Contains(said, want) {
				t.Errorf("%q: %s, want %q", row.argv, said, want)
			}
		}
		h.waitPending(1)
		if said := h.postSays("/api/queue/"+id+"/deny", body("y")); !strings.Contains(said, "belong to an approval") {
			t.Errorf("a change with a denial: %s", said)
		}
		if code := h.post("/api/queue/"+id+"/deny", ""); code != http.StatusOK {
			t.Errorf("%q: HTTP %d", row.argv, code)
		}
		if r := <-end; r.code != 126 || r.stdout != "" {
			t.Errorf("%q: %+v", row.argv, r)
		}
		if rec := h.decided(id); rec.EditedBy != nil || rec.AskedArgs != nil {
			t.Errorf("%q: %+v", row.argv, rec)
		}
	}
}

// postSays posts and gives the whole answer.
func (h *host) postSays(path, body string) string {
	h.t.Helper()
	resp, err := h.http().Post("http://clawrden"+path, "application/json", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if _, err := fmt.Fprintf(&b, "HTTP %d ", resp.StatusCode); err != nil {
		h.t.Fatal(err)
	}
	text := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(text)
		b.Write(text[:n])
		if err != nil {
			return b.String()
		}
	}
}

// A change counts for rate conditions once, as the command that it is by now.
func TestChangedCommandsAreCounted(t *testing.T) {
	h := editHost(t)
	for i, want := range []string{"HTTP 200", "would be denied"} {
		id, end := h.asked("printf", "x")
		if said := h.postSays("/api/queue/"+id+"/approve", body("rare")); !strings.Contains(said, want) {
			t.Errorf("%d: %s", i, said)
		}
		if want != "HTTP 200" {
			h.post("/api/queue/"+id+"/deny", "")
		}
		<-end
	}
}

// A script that the agent can write is run from a sealed copy by its interpreter; it too gets the arguments that a person
// wrote.
func TestChangedArgumentsOfAScript(t *testing.T) {
	h := editHost(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "myscript"), []byte("#!/bin/sh -u\nprintf '%s|' \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	done := make(chan result, 1)
	c := h.command("myscript", "a", "b")
	c.Env = append(c.Env, "PATH="+h.shims+":"+dir+":/usr/bin:/bin")
	for i, e := range c.Env[:len(c.Env)-1] {
		if strings.HasPrefix(e, "PATH=") {
			c.Env[i] = "X_" + e
		}
	}
	go func() { done <- finish(t, c) }()
	id := h.waitPending(1)[0].ID
	if said := h.postSays("/api/queue/"+id+"/approve", body("c", "d e", "f")); !strings.Contains(said, "HTTP 200") {
		t.Fatal(said)
	}
	if r := <-done; r.code != 0 || r.stdout != "c|d e|f|" {
		t.Errorf("%+v", r)
	}
}

// A shim of an older release can't be told to run other arguments; then nothing is changed.
func TestOldShimsKeepTheirArguments(t *testing.T) {
	h := editHost(t)
	for version := byte(protocol.MinVersion); version < protocol.VersionArgv; version++ {
		conn := h.dial()
		b := protocol.AppendRequest(nil, &protocol.Request{Tool: "printf", Argv: []string{"printf", "x"}, Env: []string{"PATH=/usr/bin:/bin"}})
		if version == 1 {
			b = version1("printf", "x")
		}
		b[4] = version
		if _, err := conn.Write(b); err != nil {
			t.Fatal(err)
		}
		id := h.waitPending(1)[0].ID
		if said := h.postSays("/api/queue/"+id+"/approve", body("y")); !strings.Contains(said, "older release") {
			t.Errorf("version %d: %s", version, said)
		}
		h.waitPending(1)
		if code := h.post("/api/queue/"+id+"/deny", ""); code != http.StatusOK {
			t.Errorf("HTTP %d", code)
		}
		_ = conn.Close()
		h.waitPending(0)
	}
}

// version1 is a request as the first version wrote it: without the tool's name.
func version1(argv ...string) []byte {
	b := protocol.AppendRequest(nil, &protocol.Request{Tool: "t", Argv: argv, Env: []string{"PATH=/usr/bin:/bin"}})
	const fixed = protocol.HeaderLen + 12
	b = append(b[:fixed:fixed], b[fixed+2:]...)
	n := len(b) - protocol.HeaderLen
	b[8], b[9] = byte(n), byte(n>>8)
	return b
}

// In the plain mode the command runs with the changed arguments too, after a line that says so.
func TestChangeInPlainMode(t *testing.T) {
	h := newHost(t, hostOptions{policy: strings.Replace(editPolicy, "approval = approval.open", "approval = approval.open\n  executor = executor.local", 1)})
	lines := make(chan []string, 1)
	conn := h.dial()
	defer conn.Close()
	if _, err := conn.Write([]byte(`{"command":"printf","args":["asked"],"cwd":"/","env":["PATH=/usr/bin:/bin"]}` + "\n")); err != nil {
		t.Fatal(err)
	}
	go func() {
		var all []byte
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			all = append(all, buf[:n]...)
			if err != nil {
				break
			}
		}
		lines <- strings.Split(strings.TrimSpace(string(all)), "\n")
	}()
	id := h.waitPending(1)[0].ID
	if said := h.postSays("/api/queue/"+id+"/approve", body("changed")); !strings.Contains(said, "HTTP 200") {
		t.Fatal(said)
	}
	got := <-lines
	if len(got) != 4 || !strings.Contains(got[0], `"waiting"`) || !strings.Contains(got[1], `"note"`) || !strings.Contains(got[1], "printf changed") ||
		!strings.Contains(got[2], `"data":"changed"`) || !strings.Contains(got[3], `"exit_code":0`) {
		t.Errorf("%q", got)
	}
}

// The bus takes changed arguments as text and as bytes.
func TestChangeOnTheBus(t *testing.T) {
	h, b := busHost(t)
	h.setPolicy(strings.Replace(decidePolicy, "action   = \"ask\"", "action   = \"ask\"\n  approval = approval.open", 1) + "approval \"open\" { edit_args = true }\n")
	if _, err := b.call(0, nil, "Reload", "a{sv}", "0"); err != nil {
		t.Fatal(err)
	}
	for _, option := range [][]string{
		{"as", "2", "-s", "--version"},
		{"aay", "2", "2", "45", "115", "9", "45", "45", "118", "101", "114", "115", "105", "111", "110"},
	} {
		done := make(chan result, 1)
		c := as(h.command("make", "-n", "nothing"), busAgent)
		go func() { done <- finish(t, c) }()
		id := h.waitPending(1)[0].ID
		if _, err := b.call(busPerson, inGroup, "Approve", "sa{sv}", id, "1", "args", "s", "x"); err == nil || !strings.Contains(err.Error(), "list of words") {
			t.Error(err)
		}
		if _, err := b.call(busPerson, inGroup, "Approve", append([]string{"sa{sv}", id, "1", "args"}, option...)...); err != nil {
			t.Error(err)
		}
		if r := <-done; r.code != 0 || !strings.Contains(r.stdout, "Make") || !strings.Contains(r.stderr, "make -s --version") {
			t.Errorf("%+v", r)
		}
		if rec := h.decided(id); rec.EditedBy == nil || rec.EditedBy.UID != busPerson || rec.EditedBy.Door != "dbus" {
			t.Errorf("%+v", rec.EditedBy)
		}
	}
}

// The command line, on a real daemon.
func TestChangeByCommand(t *testing.T) {
	h := editHost(t)
	id, end := h.asked("printf", "x")
	c := exec.Command(filepath.Join(bin, "clawrden"), "approve", id[:3], "--args", "--", "%s", "ja\xff")
	c.Env = append(os.Environ(), "CLAWRDEN_CONTROL="+h.control)
	if r := finish(t, c); r.code != 0 || !strings.Contains(r.stderr, "runs as: printf %s") {
		t.Errorf("%+v", r)
	}
	if r := <-end; r.stdout != "ja\xff" {
		t.Errorf("%+v", r)
	}
	if rec := h.decided(id); rec.ArgsB64 == nil || rec.ArgsB64[1] != base64.StdEncoding.EncodeToString([]byte("ja\xff")) {
		t.Errorf("%+v", rec)
	}
}
