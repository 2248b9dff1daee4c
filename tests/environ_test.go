package tests

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/protocol"
)

const environPolicy = `
policy { default = "deny" }
rule "env" {
  commands = ["env"]
  action   = "allow"
  opaque   = "allow"
}
rule "sh" {
  commands = ["sh", "echo"]
  action   = "allow"
  opaque   = "allow"
  pass_env = ["BASH_ENV", "LD_LIBRARY_PATH"]
}
environment {
  strip = ["MY_SECRET"]
  set   = { "GIT_CONFIG_NOSYSTEM" = ["1"] }
}
`

// What is dangerous by itself doesn't reach a command, by whatever way it runs, and the record names it.
func TestEnvironIsScrubbed(t *testing.T) {
	for _, way := range []string{"kernel", "shim", "local"} {
		t.Run(way, func(t *testing.T) {
			o := hostOptions{policy: environPolicy, tools: []string{"env", "sh"}}
			if way == "local" {
				o.policy = strings.ReplaceAll(o.policy, "opaque   = \"allow\"", "opaque   = \"allow\"\n  executor = executor.local")
			} else {
				o.config = "mirror { exit_status = \"" + way + "\" }\n"
			}
			h := newHost(t, o)
			bad := []string{"LD_LIBRARY_PATH=/nowhere", "BASH_ENV=/nowhere", "MY_SECRET=x", "GIT_CONFIG_NOSYSTEM=0", "FINE=1"}
			c := h.command("env")
			c.Env = append(h.env(), bad...)
			r := finish(t, c)
			want := append(h.env(), "FINE=1", "GIT_CONFIG_NOSYSTEM=1")
			got := strings.Split(strings.TrimSpace(r.stdout), "\n")
			slices.Sort(got)
			slices.Sort(want)
			if r.code != 0 || !slices.Equal(got, want) {
				t.Errorf("%+v, want %q", r, want)
			}
			c = h.command("sh", "-c", "echo $LD_LIBRARY_PATH,$BASH_ENV,$MY_SECRET,$GIT_CONFIG_NOSYSTEM")
			c.Env = append(h.env(), bad...)
			if r := finish(t, c); r.stdout != "/nowhere,/nowhere,,1\n" {
				t.Errorf("with pass_env: %+v", r)
			}
			h.waitRecords(func(rs []clawrden.Record) bool {
				return slices.ContainsFunc(rs, func(r clawrden.Record) bool {
					return r.Event == clawrden.EventDecided && r.Command == "env" && slices.Equal(r.EnvRemoved, []string{"LD_LIBRARY_PATH", "BASH_ENV", "MY_SECRET"}) &&
						slices.Equal(r.EnvSet, []string{"GIT_CONFIG_NOSYSTEM"}) && slices.Contains(r.EnvNames, "MY_SECRET")
				})
			})
		})
	}
}

// A shim of an older release can't leave variables out, so what it would run with them isn't run.
func TestOldShimsAreNotScrubbed(t *testing.T) {
	h := newHost(t, hostOptions{policy: "policy { default = \"allow\" }\n", tools: []string{"printf"}})
	for version := byte(2); version <= protocol.Version; version++ {
		conn := h.dial()
		b := protocol.AppendRequest(nil, &protocol.Request{Tool: "printf", Argv: []string{"printf", "x"}, Env: []string{"PATH=/usr/bin:/bin", "LD_PRELOAD=x"}})
		b[4] = version
		if _, err := conn.Write(b); err != nil {
			t.Fatal(err)
		}
		typ, payload := readFrame(t, conn)
		switch {
		case version >= protocol.VersionArgv:
			e, err := protocol.ParseExec(payload)
			if typ != protocol.TypeExec || err != nil || e.Env == nil || e.Env.Dropped(0) || !e.Env.Dropped(1) {
				t.Errorf("version %d: frame %d, %+v, %v", version, typ, e, err)
			}
		case typ != protocol.TypeRefuse || !containsAll(string(payload), "LD_PRELOAD", "too old", "protocol version 2"):
			t.Errorf("version %d: frame %d, %q", version, typ, payload)
		}
		_ = conn.Close()
	}
}

// readFrame reads one frame of the daemon's.
func readFrame(t *testing.T, conn io.Reader) (protocol.Type, []byte) {
	t.Helper()
	b := make([]byte, protocol.HeaderLen)
	if _, err := io.ReadFull(conn, b); err != nil {
		t.Fatal(err)
	}
	head, err := protocol.ParseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, head.Length)
	if _, err := io.ReadFull(conn, payload); err != nil {
		t.Fatal(err)
	}
	return head.Type, payload
}
