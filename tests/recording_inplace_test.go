package tests

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

// recordedPolicy has everything allowed and recorded, where its caller stands.
const recordedPolicy = `
policy {
  default = "allow"
  opaque  = "allow"
}
rule "recorded" {
  commands  = ["seq", "sh", "cat"]
  action    = "allow"
  opaque    = "allow"
  recording = "output"
}
rule "input" {
  commands  = ["tr"]
  action    = "allow"
  recording = "all"
}
rule "bounded" {
  commands = ["head"]
  action   = "allow"
  limits { output = "64KiB" }
}
`

// recordedRows are run directly and recorded, and leave the same.
var recordedRows = []fidelityRow{
	{name: "output and errors", script: `sh -c 'echo out; echo err >&2; exit 3'; echo $?`},
	{name: "all of it is there at the end", script: `seq 200000 >big; /usr/bin/cksum <big`},
	{name: "one file for both", script: `sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo $i >&2; done' >both 2>&1; /usr/bin/cksum <both`},
	{name: "nobody reads", script: `seq 10000000 | (read x; echo $x); echo ${PIPESTATUS[0]}`},
	{name: "closed", script: `seq 3 >&- 2>err; echo $?; sh -c 'echo x' 2>&-`},
	{name: "a signal", script: `{ sh -c 'ulimit -c 0; echo x; kill -9 $$'; } 2>/dev/null; echo $?`},
	{name: "stdin stays the caller's", script: `printf 'a\nb\n' >in; (cat; /usr/bin/cat) <in`},
	{name: "recorded input", script: `printf 'a\nb\n' | tr ab cd`},
	{name: "the pipe opened anew", script: `sh -c 'echo out >/dev/stdout; echo err >/dev/stderr' 2>&1 | /usr/bin/cat`},
	{name: "what is left behind", script: `mkfifo gate; sh -c '(read x <gate; echo later) & echo now' | (read a; echo "$a"; echo >gate; /usr/bin/cat)`},
	{name: "a script", script: `printf '#!/bin/sh\necho "$1"\n' >job; chmod +x job; sh ./job x`},
}

// TestRecordedInPlace runs commands directly and recorded, by both ways of knowing the end.
func TestRecordedInPlace(t *testing.T) {
	standsUnder(t, recordedPolicy, []string{"seq", "sh", "cat", "tr", "head"}, func(t *testing.T, s *stand) {
		for _, row := range recordedRows {
			t.Run(row.name, func(t *testing.T) { s.of(t).compare(row) })
		}
		t.Run("what is kept", func(t *testing.T) {
			at := s.of(t)
			r := at.run(true, `sh -c 'printf "kept\n"; echo bad >&2; exit 4'`)
			var rec clawrden.Record
			at.waitRecords(func(rs []clawrden.Record) bool { // those before it ended otherwise
				for _, r := range rs {
					if r.Event == clawrden.EventFinished && r.Command == "sh" && r.ExitCode != nil && *r.ExitCode == 4 {
						rec = r
					}
				}
				return rec.ID != ""
			})
			if r.code != 4 || rec.Recording == nil || rec.Recording.Lost || rec.Output == nil || *rec.Output != 9 {
				t.Fatalf("code %d, recorded as %+v, output %v", r.code, rec.Recording, rec.Output)
			}
			if r := finish(t, at.cli("replay", rec.ID)); r.code != 0 || !strings.Contains(r.stdout, "kept\n") || !strings.Contains(r.stdout, "bad\n") {
				t.Errorf("replay: %+v", r)
			}
		})
		t.Run("too much", func(t *testing.T) {
			at := s.of(t)
			r := at.run(true, `head -c 1000000 /dev/zero`)
			if r.code != 126 || len(r.stdout) != 64<<10 || !strings.Contains(r.stderr, "limits.output") {
				t.Errorf("code %d, %d bytes, %s", r.code, len(r.stdout), r.stderr)
			}
			if rec := at.ended("head"); !rec.Overflowed {
				t.Errorf("recorded as %+v", rec)
			}
		})
	})
}

// TestRecordedTerminal types into a shell on a terminal, whose recorded commands show the same as direct ones, but for which
// terminal the probe finds: the first row.
func TestRecordedTerminal(t *testing.T) {
	everything := "policy {\n  default = \"allow\"\n  opaque  = \"allow\"\n}\nrule \"recorded\" {\n  commands  = [\"*\"]\n  action    = \"allow\"\n  opaque    = \"allow\"\n  recording = \"output\"\n}\n"
	standsUnder(t, everything, fidelityTools, func(t *testing.T, s *stand) { compareTerminals(t, s, terminalRows[1:]) })
}

// TestRecordedOverRestart has the daemon end while a recorded command runs, which goes on.
func TestRecordedOverRestart(t *testing.T) {
	h := newHost(t, hostOptions{policy: recordedPolicy, tools: []string{"sh"}})
	gate := filepath.Join(h.dir, "gate")
	if err := syscall.Mkfifo(gate, 0o666); err != nil {
		t.Fatal(err)
	}
	c := h.command("sh", "-c", "echo now; read x <"+gate+"; echo later")
	out := filepath.Join(h.dir, "out")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c.Stdout = f
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(gate, os.O_WRONLY, 0) // it has begun to read
	if err != nil {
		t.Fatal(err)
	}
	h.kill(syscall.SIGKILL)
	h.start()
	_ = w.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	rec := h.ended("sh")
	if b, err := os.ReadFile(out); string(b) != "now\nlater\n" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if rec.Recording == nil || rec.Decision != clawrden.OutcomeAllow {
		t.Errorf("recorded as %+v", rec)
	}
}
