package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

const viaDocker = `
policy {
  default = "deny"
}
executor "exec" {
  kind = "mirror"
  via  = "docker"
}
rule "all" {
  commands = ["*"]
  action   = "allow"
  opaque   = "allow"
  executor = executor.exec
}
`

// agent is a container's ordinary user.
var agent = []string{"-u", "1000:1000", "-w", "/tmp"}

// TestViaDocker: by the engine's exec a command is what it would be in place, as far as that interface goes.
func TestViaDocker(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"sh", "cat", "id", "echo", "pwd", "env"}, policy: viaDocker})
	id := h.container("-e", "FROM_IMAGE=1")
	sh := func(script string) []string { return []string{"-c", script} }
	for _, tt := range []struct {
		name    string
		options []string
		tool    string
		args    []string
		stdin   string
		want    result
	}{
		{"user and group", agent, "id", nil, "", result{stdout: "uid=1000 gid=1000 groups=1000\n"}},
		{"working directory", []string{"-u", "1000:1000", "-w", "/usr/local"}, "pwd", nil, "", result{stdout: "/usr/local\n"}},
		{"exit status", agent, "sh", sh("exit 42"), "", result{code: 42}},
		{"both streams", agent, "sh", sh("echo out; echo err >&2"), "", result{stdout: "out\n", stderr: "err\n"}},
		{"stdin to its end", append([]string{"-i"}, agent...), "cat", nil, "one\ntwo", result{stdout: "one\ntwo"}},
		{"no stdin", agent, "cat", nil, "", result{}},
		{"death by a signal", agent, "sh", sh("kill -9 $$"), "", result{code: 137}},
		{"environment", append([]string{"-e", "ONE=a b"}, agent...), "sh", sh(`echo "$ONE $FROM_IMAGE"`), "", result{stdout: "a b 1\n"}},
		{"what the caller hasn't", agent, "sh", sh(`unset FROM_IMAGE; /shims/sh -c 'echo "<$FROM_IMAGE>"'`), "", result{stdout: "<>\n"}},
	} {
		c := h.inside(id, tt.options, tt.tool, tt.args...)
		if tt.stdin != "" {
			c.Stdin = strings.NewReader(tt.stdin)
		}
		if r := finish(t, c); r != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, r, tt.want)
		}
	}
	for _, r := range h.records() {
		if r.Event == clawrden.EventFinished && (r.Executor != "docker" || r.Boundary != clawrden.BoundaryNone) {
			t.Errorf("%s %q by %s, boundary %s", r.Command, r.Args, r.Executor, r.Boundary)
		}
	}
	h.waitRunning(0)
}

// Bytes come through as they are.
func TestViaDockerBytes(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"cat"}, policy: viaDocker})
	all := make([]byte, 3<<20)
	for i := range all {
		all[i] = byte(i * i >> 7)
	}
	var out bytes.Buffer
	c := h.inside(h.container(), append([]string{"-i"}, agent...), "cat")
	c.Stdin, c.Stdout = bytes.NewReader(all), &out
	if r := finish(t, c); r.code != 0 || r.stderr != "" || !bytes.Equal(out.Bytes(), all) {
		t.Errorf("%d, %q, %d bytes", r.code, r.stderr, out.Len())
	}
}

// What can't be run that way is refused, with what to do.
func TestViaDockerRefuses(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"echo"}, policy: viaDocker})
	if r := finish(t, h.command("echo")); r.code != 125 || !strings.Contains(r.stderr, "no container that the engine confirms") {
		t.Errorf("on the host: %+v", r)
	}
	id := h.container()
	if r := finish(t, h.inside(id, nil, "echo")); r.code != 125 || !strings.Contains(r.stderr, "can be changed by its caller") {
		t.Errorf("as root of the container: %+v", r)
	}
	own := newCaged(t, hostOptions{tools: []string{"echo"}, policy: viaDocker, config: "mirror {\n  writable = \"path\"\n}\n"})
	if r := finish(t, own.inside(own.container(), nil, "echo", "so be it")); r.stdout != "so be it\n" {
		t.Errorf("as root where that is accepted: %+v", r)
	}
}

// Signals to the shim reach the command, and the command's end reaches the shim.
func TestViaDockerSignals(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"sh"}, policy: viaDocker})
	id := h.container()
	var out bytes.Buffer
	script := `trap 'echo got it; exit 7' TERM; /shims/sh -c "trap 'echo inner; exit 3' USR1; echo ready >&2; while :; do sleep 0.05; done" & inner=$!
while read line; do kill -USR1 $inner; break; done; wait $inner; echo $?`
	c := h.inside(id, append([]string{"-i"}, agent...), "sh", "-c", script)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	ready, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := ready.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	records := h.records() // the last command is the inner one
	h.catching(records[len(records)-1].Identity.PID)
	fmt.Fprintln(in, "now")
	_ = in.Close()
	if err := c.Wait(); err != nil || out.String() != "inner\n3\n" {
		t.Errorf("%v: %q", err, out.String())
	}
}

// A reader that goes away ends the writer, as a pipe would.
func TestViaDockerBrokenPipe(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"yes"}, policy: viaDocker})
	if r := finish(t, h.inside(h.container(), agent, "..", "..")); r.code == 0 {
		t.Fatalf("%+v", r)
	}
	c := h.inside(h.container(), agent, "../bin/sh", "-c", "/shims/yes | head -n 1")
	if r := finish(t, c); r.stdout != "y\n" {
		t.Errorf("%+v", r)
	}
	h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Event == clawrden.EventFinished })
}

// A caller that is killed takes its command along, and so does the kill switch.
func TestViaDockerKilled(t *testing.T) {
	h := newCaged(t, hostOptions{tools: []string{"sleep"}, policy: viaDocker})
	id := h.container()
	for _, row := range []struct {
		name string
		end  func(shim int)
	}{
		{"the caller", func(shim int) { _ = syscall.Kill(shim, syscall.SIGKILL) }},
		{"the switch", func(int) { h.post("/api/kill", "{}") }},
	} {
		h.post("/api/unlock", "{}") // what the switch has locked before
		n := len(h.records())
		c := h.inside(id, agent, "sleep", "1000")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		rs := h.waitRecords(func(rs []clawrden.Record) bool { return len(rs) > n && rs[len(rs)-1].Event == clawrden.EventDecided })
		h.waitProcess(id, "/bin/sleep 1000")
		row.end(rs[len(rs)-1].Identity.PID)
		_ = c.Wait()
		h.waitRecords(func(rs []clawrden.Record) bool {
			for _, r := range rs[n:] {
				if r.Event == clawrden.EventFinished {
					return true
				}
			}
			return false
		})
		if out, _ := h.docker.CLI("exec", id, "ps", "-o", "args"); strings.Contains(out+"\n", "/bin/sleep 1000\n") {
			t.Errorf("%s: it runs on:\n%s", row.name, out)
		}
	}
}

// An engine that is restarted in the middle takes its containers along: how the command ended is on record as far as anybody knows it,
// nothing is left, and with a container again the next one runs.
func TestViaDockerEngineRestarts(t *testing.T) {
	d := testutil.OwnDocker(t, "")
	d.Image(t, "agent:1", nil)
	h := &caged{newHost(t, hostOptions{tools: []string{"sleep", "echo"}, policy: viaDocker, args: []string{}, config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n"}), d}
	id := h.container()
	c := h.inside(id, agent, "sleep", "1000")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	h.waitProcess(id, "/bin/sleep 1000")
	d.Stop()
	_ = c.Wait()
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	rs := h.waitRecords(func(rs []clawrden.Record) bool { return rs[len(rs)-1].Event == clawrden.EventFinished })
	if r := rs[len(rs)-1]; r.ExitCode != nil && *r.ExitCode == 0 || r.ExitSource == clawrden.ExitShim {
		t.Errorf("recorded as %+v", r)
	}
	h.waitRunning(0)
	if r := finish(t, h.inside(h.container(), agent, "echo", "again")); r.stdout != "again\n" {
		t.Errorf("afterwards: %+v", r)
	}
}

// waitProcess returns when a process with the command line runs in the container.
func (c *caged) waitProcess(id, line string) {
	c.t.Helper()
	if !comes(func() bool {
		out, err := c.docker.CLI("exec", id, "ps", "-o", "args")
		if err != nil {
			c.t.Fatal(err)
		}
		return strings.Contains(out+"\n", "\n"+line+"\n")
	}) {
		c.t.Fatalf("%s never ran", line)
	}
}

// A caller on a terminal gives its command one, of the same size, and has its own back as it was.
func TestViaDockerTerminal(t *testing.T) {
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("script is not installed")
	}
	h := newCaged(t, hostOptions{tools: []string{"sh"}, policy: viaDocker})
	id := h.container()
	inner := `stty rows 33 cols 77; /shims/sh -c '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all three; i=0; while [ "$(stty size 2>/dev/null)" != "33 77" ] && [ $i -lt 2000 ]; do i=$((i+1)); sleep 0.05; done; stty size'; stty -a | grep -c -w icanon`
	line := "docker exec -it -u 1000:1000 -w /tmp -e PATH=/shims:/bin -e CLAWRDEN_SOCKET=/run/clawrden/agent/shim.sock " + id + " /bin/sh -c \"$INNER\""
	c := exec.Command("script", "-qec", line, "/dev/null")
	c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+h.docker.Socket, "DOCKER_CONTEXT=", "SHELL=/bin/sh", "INNER="+inner)
	in, err := c.StdinPipe() // open: the end of it would be typed as the end of input
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	if r := finish(t, c); r.code != 0 || r.stdout != "all three\r\n33 77\r\n1\r\n" {
		t.Errorf("%+v", r)
	}
}
