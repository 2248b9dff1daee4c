package tests

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const recordingPolicy = `
policy { default = "deny" }
rule "recorded" {
  commands  = ["sh"]
  action    = "allow"
  opaque    = "allow"
  executor  = executor.local
  recording = "all"
}
rule "bounded" {
  commands = ["head"]
  action   = "allow"
  executor = executor.local
  limits { output = "64KiB" }
}
rule "plain" {
  commands = ["cat"]
  action   = "allow"
  executor = executor.local
}
`

func recordingHost(t *testing.T) *host {
	return newHost(t, hostOptions{policy: recordingPolicy, tools: []string{"sh", "head", "cat"}})
}

// finished waits for the last record of the last command.
func (h *host) ended(tool string) (found clawrden.Record) {
	h.t.Helper()
	h.waitRecords(func(rs []clawrden.Record) bool {
		for _, r := range rs {
			if r.Event == clawrden.EventFinished && r.Command == tool {
				found = r
			}
		}
		return found.ID != ""
	})
	return found
}

// TestRecording records a command's output and input, shows it again, and notices when it was changed.
func TestRecording(t *testing.T) {
	h := recordingHost(t)
	script := filepath.Join(h.dir, "job.sh")
	if err := os.WriteFile(script, []byte(`read x; printf "got $x\n\377"; echo bad >&2; exit 3`), 0o644); err != nil {
		t.Fatal(err)
	}
	c := h.command("sh", script)
	c.Stdin = strings.NewReader("asked\n")
	r := finish(t, c)
	if r.code != 3 || r.stdout != "got asked\n\xff" || r.stderr != "bad\n" {
		t.Errorf("%+v", r)
	}
	rec := h.ended("sh")
	if rec.Recording == nil || rec.Recording.Cut || rec.Recording.Lost || rec.Output == nil || *rec.Output != 15 {
		t.Fatalf("recorded as %+v, output %v", rec.Recording, rec.Output)
	}
	if r := finish(h.t, h.cli("replay", rec.ID)); r.code != 0 || !strings.Contains(r.stdout, "got asked\n\xff") || !strings.Contains(r.stdout, "bad\n") {
		t.Errorf("replay: %+v", r)
	}
	for _, version := range []string{"2", "3"} {
		h.asciicast(version, rec.ID)
	}
	c = exec.Command("curl", "-s", "--unix-socket", h.control, "http://c/api/history/"+rec.ID+"/recording?as=asciicast-v2")
	if r := finish(h.t, c); r.stdout != finish(h.t, h.cli("replay", "--as", "asciicast-v2", rec.ID)).stdout || r.stdout == "" {
		t.Errorf("over HTTP the asciicast is %q", r.stdout)
	}

	file := filepath.Join(h.dir, "state/recordings", rec.ID+".jsonl")
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(b, `[1,"o","aGk="]`+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := finish(h.t, h.cli("replay", rec.ID)); r.code != 1 || r.stdout != "" || !strings.Contains(r.stderr, "isn't what was recorded") {
		t.Errorf("replay of what was changed: %+v", r)
	}
	if r := finish(h.t, h.cli("replay", "--unverified", rec.ID)); r.code != 0 || !strings.HasSuffix(r.stdout, "hi") {
		t.Errorf("replay of what was changed all the same: %+v", r)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if r := finish(h.t, h.cli("replay", rec.ID)); r.code != 3 || !strings.Contains(r.stderr, "no recording") {
		t.Errorf("replay of what was removed: %+v", r)
	}
}

// asciicast exports a recording, and has asciinema show it where there is one.
func (h *host) asciicast(version, id string) {
	h.t.Helper()
	r := finish(h.t, h.cli("replay", "--as", "asciicast-v"+version, id))
	if r.code != 0 {
		h.t.Fatalf("%+v", r)
	}
	head, _, _ := strings.Cut(r.stdout, "\n")
	var got struct {
		Version       json.Number
		Width, Height int
		Term          struct{ Cols, Rows int }
	}
	if err := json.Unmarshal([]byte(head), &got); err != nil || got.Version.String() != version || got.Width+got.Term.Cols != 80 || got.Height+got.Term.Rows != 24 {
		h.t.Errorf("asciicast %s begins with %s: %v", version, head, err)
	}
	asciinema, err := exec.LookPath("asciinema")
	if err != nil || version != "2" { // Debian's knows no later one
		return
	}
	file := filepath.Join(h.dir, "session.cast")
	if err := os.WriteFile(file, []byte(r.stdout), 0o644); err != nil {
		h.t.Fatal(err)
	}
	c := exec.Command("script", "-qec", asciinema+" cat "+file, "/dev/null") // it wants a terminal
	c.Env = append(os.Environ(), "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	if r := finish(h.t, c); r.code != 0 || !strings.Contains(r.stdout, "got asked\r") || !strings.Contains(r.stdout, "\ufffd") || !strings.Contains(r.stdout, "bad\r") {
		h.t.Errorf("asciinema shows %+v", r)
	}
}

// TestOutputLimit ends a command that has more output than it may.
func TestOutputLimit(t *testing.T) {
	h := recordingHost(t)
	r := finish(t, h.command("head", "-c", "1000000", "/dev/zero"))
	if r.code != 126 || len(r.stdout) != 64<<10 || !strings.Contains(r.stderr, "limits.output") || !strings.Contains(r.stderr, `rule "bounded"`) {
		t.Errorf("code %d, %d bytes, %s", r.code, len(r.stdout), r.stderr)
	}
	if rec := h.ended("head"); !rec.Overflowed || rec.Recording != nil || rec.Output == nil || *rec.Output != 64<<10 {
		t.Errorf("recorded as %+v", rec)
	}
	if r := finish(t, h.command("head", "-c", "1000", "/dev/zero")); r.code != 0 || len(r.stdout) != 1000 {
		t.Errorf("below the limit: %+v", r)
	}
}

// TestUnrecorded has a command whose rule wants nothing of its output keep its caller's own descriptors.
func TestUnrecorded(t *testing.T) {
	h := recordingHost(t)
	c := h.command("cat", "/proc/self/fdinfo/1")
	var out bytes.Buffer
	c.Stdout = &out
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	if rec := h.ended("cat"); rec.Output != nil || rec.Recording != nil {
		t.Errorf("recorded as %+v", rec)
	}
	if _, err := os.Stat(filepath.Join(h.dir, "state/recordings", h.ended("cat").ID+".jsonl")); err == nil {
		t.Error("there is a recording")
	}
}
