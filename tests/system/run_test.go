package system

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// sessionRules let agents of these tests do what they do.
const sessionRules = `
rule "agents" {
  commands = ["cat", "ls", "touch", "stty", "tty", "kill", "mkdir", "true", "test", "sleep", "id", "readlink", "grep", "pwd", "setsid"]
  action   = "allow"
  opaque   = "allow"
}
`

// runner makes a system where ann, who may decide, may start agents, too.
func (m *machine) runner(t *testing.T) {
	t.Helper()
	m.write(t, "/etc/clawrden/policy.d/zz-session.hcl", sessionRules)
	m.enable(t)
	m.must(t, "sh", "-ec", "rm -rf /home/ann/work /tmp/annwork; mkdir -p /home/ann/work /tmp/annwork; chown ann: /home/ann/work /tmp/annwork; echo alias >/home/ann/.bashrc; chown ann: /home/ann/.bashrc")
}

// run is `clawrden run` by ann, in a directory.
func (m *machine) session(dir string, args ...string) *exec.Cmd {
	return m.command(append([]string{"setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "env", "-C", dir, "HOME=/home/ann", "A=b", "clawrden", "run"}, args...)...)
}

// talker is an agent that runs a line of shell for each that it is sent. It ends with the test.
type talker struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Scanner
}

// talker is one of ann's in a session on the machine.
func (m *machine) talker(t *testing.T, name string) *talker {
	t.Helper()
	return talk(t, m.session("/home/ann/work", append([]string{"--name", name}, m.talking(t)...)...))
}

// talking is a talker's command.
func (m *machine) talking(t *testing.T) []string {
	t.Helper()
	return m.script(t, `while read -r l; do eval "$l"; done`)
}

// talk starts one.
func talk(t *testing.T, c *exec.Cmd) *talker {
	t.Helper()
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = c.Wait() })
	return &talker{t, in, bufio.NewScanner(out)}
}

func (k *talker) say(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.in, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

func (k *talker) hear(want string) {
	k.t.Helper()
	if k.out.Scan(); k.out.Text() != want {
		k.t.Fatalf("%q, want %q", k.out.Text(), want)
	}
}

// script puts what an agent does into a file: a policy reads the text of sh -c, and these tests are of the layout.
func (m *machine) script(t *testing.T, text string) []string {
	t.Helper()
	m.write(t, "/srv/agent.sh", text+"\n")
	return []string{"--", "sh", "/srv/agent.sh"}
}

// An agent on pipes: it is ann, in her directory, with her environment and files, and ends as it ends.
func TestRun(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		for _, dir := range []string{"/home/ann/work", "/tmp/annwork"} {
			c := m.session(dir, append([]string{"--name", "first"}, m.script(t, `id -un; pwd; echo "$A"; cat; touch made; echo err >&2; exit 7`)...)...)
			c.Stdin = strings.NewReader("input\n")
			r := finish(c)
			if want := "ann\n" + dir + "\nb\ninput\n"; r.stdout != want || r.stderr != "err\n" || r.code != 7 {
				t.Errorf("%s: %v\nwant %q", dir, r, want)
			}
			m.must(t, "test", "-e", dir+"/made")
		}
		e := m.last(t)
		if e.Boundary != clawrden.BoundaryGuard || e.Identity.Unit != "clawrden-session-first.service" {
			t.Errorf("%+v", e)
		}
		if r := finish(m.session("/home/ann/work", m.script(t, "kill -TERM $$")...)); r.code != 128+15 && r.code != -1 {
			t.Errorf("killed: %v", r)
		}
		if r := finish(m.session("/home/ann/work", "--", "uname")); r.code != 126 || !strings.Contains(r.stderr, "not on this host") {
			t.Errorf("denied: %v", r)
		}
		if r := finish(m.session("/home/ann/work", "--", "no-such-thing")); r.code != 127 {
			t.Errorf("no such agent: %v", r)
		}
		eventually(t, "no session is left", func() bool {
			var s clawrden.Status
			return json.Unmarshal([]byte(m.must(t, "clawrden", "status", "-o", "json")), &s) == nil && len(s.Sessions) == 0
		})
	})
}

// What a session can't reach, and can't write.
func TestRunLayout(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		m.must(t, "sh", "-c", "touch /tmp/others; mkdir -p /home/ann/.cache /home/ann/.ssh; chown ann: /home/ann/.cache /home/ann/.ssh")
		for _, row := range []struct {
			script string
			ok     bool
		}{
			{"[ -S /run/clawrden/agent/shim.sock ]", true},
			{"[ -e /run/clawrden/control.sock ]", false},
			{"[ -e /run/clawrden/judge.sock ]", false},
			{"[ -e /run/dbus/system_bus_socket ]", false},
			{"[ -e /run/systemd/private ]", false},
			{"[ -e /tmp/others ]", false},
			{": >/tmp/own", true},
			{": >>/home/ann/.bashrc", false},
			{": >/home/ann/.profile2", false},
			{": >/home/ann/.ssh/authorized_keys", false},
			{": >/home/ann/.cache/x", true},
			{"echo 0 >/proc/self/oom_score_adj", false},
			{"while read -r a b; do [ \"$a $b\" != 'NoNewPrivs: 1' ] || exit 0; done </proc/self/status; exit 1", true},
			{"while read -r a b; do [ \"$a $b\" != 'CapEff: 0000000000000000' ] || exit 0; done </proc/self/status; exit 1", true},
			{"clawrden run -- true", false},
			{"kill -0 1", false},
		} {
			if r := finish(m.session("/home/ann/work", m.script(t, row.script)...)); (r.code == 0) != row.ok {
				t.Errorf("%s: %v", row.script, r)
			}
		}
		for args, want := range map[string]string{
			"/home/ann":           "start-up files",
			"/":                   "everything",
			"/tmp":                "of its own",
			"/home/ann/work|root": "only root",
			"/home/ann/work|bob":  "only root",
			"/home/ann/work|zoe":  "zoe",
		} {
			dir, user, _ := strings.Cut(args, "|")
			words := []string{"--", "true"}
			if user != "" {
				words = append([]string{"--user", user}, words...)
			}
			if r := finish(m.session(dir, words...)); r.code != 125 || !strings.Contains(r.stderr, want) {
				t.Errorf("%s: %v", args, r)
			}
		}
		if r := finish(m.session("/home/ann/work", "--profile", "nothing", "--", "true")); r.code != 125 || !strings.Contains(r.stderr, "no profile") {
			t.Errorf("an unknown profile: %v", r)
		}
		if r := m.run("env", "-C", "/srv", "clawrden", "run", "--", "true"); r.code != 125 || !strings.Contains(r.stderr, "doesn't run as root") {
			t.Errorf("as root: %v", r)
		}
		m.must(t, "mkdir", "-p", "/srv/bob")
		if r := m.run("env", "-C", "/srv/bob", "clawrden", "run", "--user", "bob", "--", "sh", "-c", "id -un; echo $HOME; true"); r.stdout != "bob\n/home/bob\n" {
			t.Errorf("root for bob: %v", r)
		}
		if r := finish(m.as("bob", "clawrden", "run", "--", "true")); r.code != 125 {
			t.Errorf("who may not: %v", r)
		}
	})
}

// In a terminal the agent has one of its own, with the size and the job control of a shell's.
func TestRunTerminal(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		p := m.onTerminal(t, "env", "-C", "/home/ann/work", "HOME=/home/ann", "PS1=$ ", "setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "sh", "-i")
		p.expect("$ ")
		p.send("stty rows 31 cols 77; clawrden run -- sh -c 'stty size; tty; exit 3'; echo status=$?\n")
		p.expect("\r\n31 77\r\n/dev/pts/")
		p.expect("status=3")
		p.expect("$ ")
		p.send("clawrden run -- cat\n")
		m.agentRuns(t)
		p.send("a line\n")
		p.expect("a line\r\na line\r\n")
		p.send("\x03")
		p.expect("$ ")
		p.send("echo status=$?\n")
		p.expect("status=130")
		p.expect("$ ")
		p.send("exit\n")
	})
}

// agentRuns waits until a cat is the agent of a session, and has the terminal.
func (m *machine) agentRuns(t *testing.T) {
	t.Helper()
	eventually(t, "the agent runs", func() bool {
		return regexp.MustCompile(`\+ +cat\n`).MatchString(m.run("ps", "-eo", "stat,comm").stdout)
	})
}
