package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

// waysPolicy records commands that end in many ways.
const waysPolicy = `
policy {
  default = "allow"
  opaque  = "allow"
}
rule "recorded" {
  commands  = ["sh", "own"]
  action    = "allow"
  opaque    = "allow"
  recording = "output"
}
rule "slow" {
  commands  = ["bash"]
  action    = "allow"
  opaque    = "allow"
  recording = "output"
  limits { timeout = "1s" }
}
`

// TestRecordedEnds has recorded commands be ended by others: what they had said is there, for the caller and in the recording.
func TestRecordedEnds(t *testing.T) {
	for _, way := range bothExits {
		h := newHost(t, hostOptions{policy: waysPolicy, tools: []string{"sh", "bash"}, config: "mirror { exit_status = \"" + way + "\" }\n"})
		t.Run(way+"/its time is over", func(t *testing.T) {
			r := finish(t, h.command("bash", "-c", "trap '' TERM; echo so far; while :; do /bin/sleep 1; done"))
			if r.code != 124 || r.stdout != "so far\n" {
				t.Errorf("%+v", r)
			}
			if rec := h.ended("bash"); !rec.TimedOut || rec.Recording == nil || rec.Recording.Lost {
				t.Errorf("recorded as %+v", rec)
			}
		})
		t.Run(way+"/killed", func(t *testing.T) {
			c := h.command("sh", "-c", "echo so far; exec /bin/sleep 1000")
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 7)
			if _, err := out.Read(b); string(b) != "so far\n" || err != nil {
				t.Errorf("%q, %v", b, err)
			}
			if status := h.post("/api/kill", `{"reason":"test"}`); status != 200 {
				t.Fatal(status)
			}
			_ = c.Wait()
			if rec := h.ended("sh"); rec.Recording == nil {
				t.Errorf("recorded as %+v", rec)
			}
			h.post("/api/unlock", "{}")
		})
	}
}

// TestRecordedOwn records a tool of the agent's own, which runs from a sealed copy.
func TestRecordedOwn(t *testing.T) {
	h := newHost(t, hostOptions{policy: waysPolicy, tools: []string{"own"}})
	dir := filepath.Join(h.dir, "own-tools")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "own"), []byte("#!/bin/sh\necho \"$1\"; echo e >&2; exit 7\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	c := h.command("own", "a b")
	for i, e := range c.Env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			c.Env[i] = "PATH=" + h.shims + ":" + dir + ":" + path
		}
	}
	if r := finish(t, c); r.code != 7 || r.stdout != "a b\n" || r.stderr != "e\n" {
		t.Errorf("%+v", r)
	}
	if rec := h.ended("own"); rec.Recording == nil || rec.Output == nil || *rec.Output != 6 {
		t.Errorf("recorded as %+v", rec)
	}
}

// A shim of an older release can't be told that what it runs is recorded, so it isn't let run.
func TestOldShimsAreNotRecorded(t *testing.T) {
	h := newHost(t, hostOptions{policy: waysPolicy, tools: []string{"sh"}})
	conn := h.dial()
	defer conn.Close()
	b := protocol.AppendRequest(nil, &protocol.Request{Tool: "sh", Argv: []string{"sh", "-c", ":"}, Env: []string{"PATH=/usr/bin:/bin"}})
	b[4] = protocol.VersionStdio - 1
	if _, err := conn.Write(b); err != nil {
		t.Fatal(err)
	}
	if typ, payload := readFrame(t, conn); typ != protocol.TypeRefuse || !containsAll(string(payload), "recorded", "too old") {
		t.Errorf("frame %d, %q", typ, payload)
	}
}

// TestGuardedRecorded records what the guard holds: its process becomes the shim.
func TestGuardedRecorded(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: awayPolicy + `
rule "recorded" {
  commands  = ["od"]
  action    = "allow"
  recording = "output"
}
`, args: []string{"--dev"}})
	r := finish(t, g.shimmed(`printf ab | od -An -c; echo $?; cd /usr/bin; printf ab | ./od -An -tx1`))
	if r.stdout != "   a   b\n0\n 61 62\n" || r.stderr != "" {
		t.Errorf("%+v", r)
	}
	recorded := 0
	for _, rec := range g.waitRecords(func(rs []clawrden.Record) bool {
		n := 0
		for _, r := range rs {
			if r.Event == clawrden.EventFinished && r.Command == "od" {
				n++
			}
		}
		return n == 2
	}) {
		if rec.Event == clawrden.EventFinished && rec.Command == "od" && rec.Recording != nil && !rec.Recording.Lost {
			recorded++
		}
	}
	if recorded != 2 {
		t.Errorf("%d of 2 were recorded", recorded)
	}
}
