package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
)

const guardPolicy = `
policy { default = "deny" }
rule "shells" {
  commands = ["bash", "sh", "dash", "env", "python3", "python3.*"]
  action   = "allow"
  opaque   = "allow"
}
rule "fine" {
  commands = ["ls", "cat", "echo", "true", "sleep", "chmod", "fine.sh", "cp", "rm"]
  action   = "allow"
}
rule "shown" {
  commands = ["head"]
  action   = "ask"
}
rule "not this" {
  commands = ["id"]
  action   = "deny"
  reason   = "Ask somebody else who you are."
}
`

// guarded is a host with a guard beside its daemon.
type guarded struct {
	*host
	guard *exec.Cmd
	sock  string
}

func newGuarded(t *testing.T, o hostOptions) *guarded {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a guard holds other users' processes, so it takes root")
	}
	if o.args == nil {
		o.args = []string{} // without --dev: root's daemon, somebody else's agent
	}
	g := &guarded{host: newHost(t, o)}
	g.sock = filepath.Join(g.dir, "run/guard.sock")
	g.startGuard()
	t.Cleanup(func() { _ = g.guard.Process.Kill(); _ = g.guard.Wait() })
	return g
}

func (g *guarded) startGuard() {
	g.t.Helper()
	g.guard = exec.Command(filepath.Join(bin, "clawrdend"), "guard", "--socket", g.sock, "--judge", filepath.Join(g.dir, "run/judge.sock"),
		"--launcher", filepath.Join(bin, "clawrden-launch"))
	g.guard.Stdout, g.guard.Stderr = g.log, g.log
	if err := g.guard.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.awaitGuard()
}

// awaitGuard waits until the guard listens, and lets everybody in.
func (g *guarded) awaitGuard() {
	g.t.Helper()
	g.waitFor(func() bool { return os.Chmod(g.sock, 0o666) == nil && listening(g.sock) })
}

// listening reports whether somebody listens at a Unix socket. Its file is there a moment before.
func listening(path string) bool {
	const accepts = "00010000" // __SO_ACCEPTCON
	b, _ := os.ReadFile("/proc/net/unix")
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 8 && f[7] == path && f[3] == accepts {
			return true
		}
	}
	return false
}

// agent is a command in a session of its own, as an ordinary user.
func (g *guarded) agent(argv ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(bin, "clawrden-launch"), append([]string{"init", "--guard", g.sock, "--"}, argv...)...)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 54321, Gid: 54321}}
	c.Dir = g.dir
	c.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + g.dir}
	return c
}

// TestGuarded runs an agent whose every exec is judged, by whatever path.
func TestGuarded(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	denied := `clawrden: id: denied by rule "not this" (` + filepath.Join(g.dir, "policy/test.hcl") + ":"
	for _, row := range []struct{ name, script, out, err string }{
		{"allowed", `/bin/echo a; ls /etc/passwd`, "a\n/etc/passwd\n", ""},
		{"denied", `id; echo $?`, "126\n", denied},
		{"by its path", `/usr/bin/id; /usr/bin/../bin/./id; cd /usr/bin; ./id; echo $?`, "126\n", denied},
		{"by another name", `exec -a ls id`, "", denied},
		{"in a shell in a shell", `bash -c "sh -c 'id; exit'"; echo $?`, "126\n", ""},
		{"by a program", `python3 -c 'import subprocess; print(subprocess.run(["id"]).returncode)'`, "126\n", denied},
		{"a name that nobody has spoken of", `stat / ; echo $?`, "126\n", "clawrden: stat /: denied by the policy"},
		{"a script", `printf '#!/bin/sh\necho ran\n' >fine.sh; printf '#!/bin/sh\necho ran\n' >other.sh; chmod +x fine.sh other.sh; ./fine.sh; ./other.sh; echo $?`, "ran\n126\n", "clawrden: other.sh: denied by the policy"},
		{"a copy", `cp /usr/bin/id ls; ./ls; echo $?`, "126\n", "clawrden: ls: denied by the policy"}, // the name is the agent's
		{"a file that is gone", `cp /usr/bin/id ls; exec 5<ls; rm ls; /proc/self/fd/5; echo $?`, "126\n", "clawrden: 'ls (deleted)': denied by rule \"exe_any\""},
		{"the program loader", `/lib*/ld-linux-*.so.* /bin/echo; echo $?`, "126\n", "clawrden: ld-linux-"},
		{"an argument list beyond what anybody reads", `ulimit -s 65536; x=$(printf %0100000d 7); y=($x $x $x $x $x $x $x $x); /bin/echo ${y[@]} ${y[@]} ${y[@]} >/dev/null; echo $?`, "126\n", "clawrden: echo "},
		{"no such thing", `nothing; echo $?`, "127\n", "agent.sh: line 1: nothing: command not found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := &guarded{host: &host{}, sock: g.sock}
			*g.host = host{t: t, dir: t.TempDir()}
			if err := os.Chmod(g.dir, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Dir(g.dir), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(g.dir, "agent.sh"), []byte(row.script), 0o644); err != nil {
				t.Fatal(err)
			}
			r := finish(t, g.agent("bash", "agent.sh"))
			if r.stdout != row.out || !strings.HasPrefix(r.stderr, row.err) {
				t.Errorf("%+v\nwant %q %q", r, row.out, row.err)
			}
		})
	}
	for _, r := range g.records() {
		if r.Way == clawrden.WayGuard && r.Decision.Runs() && r.Boundary != clawrden.BoundaryGuard {
			t.Errorf("%+v", r)
		}
	}
}

// TestGuardedAsk holds an exec for a person.
func TestGuardedAsk(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	for _, verb := range []string{"approve", "deny"} {
		c := g.agent("bash", "-c", "head -c 4 /etc/passwd; echo $?")
		done := make(chan result)
		go func() { done <- finish(t, c) }()
		p := g.waitPending(1)[0]
		if p.Command != "head" || p.Identity.UID != 54321 {
			t.Errorf("%+v", p)
		}
		if code := g.post("/api/queue/"+p.ID+"/"+verb, "{}"); code != 200 {
			t.Errorf("%s: %d", verb, code)
		}
		r := <-done
		if want := map[string]string{"approve": "root0\n", "deny": "126\n"}[verb]; r.stdout != want {
			t.Errorf("%s: %+v", verb, r)
		}
		g.waitPending(0)
	}
}
