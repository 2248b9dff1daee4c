package tests

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/protocol"
)

// A program of the agent's own that speaks to the daemon as the shim does, in a session: what it is told to run it may run as well
// as the shim, and gains nothing else. This test program plays it.
func init() {
	if filepath.Base(os.Args[0]) == "rogue" {
		fmt.Fprintln(os.Stderr, "rogue:", rogue(os.Args[1:]))
		os.Exit(99)
	}
}

// rogue has a command decided and then execs: that command, or another.
func rogue(args []string) error {
	const marker = "ran-once"
	variant, argv, env := args[0], []string{"rogue", "again"}, os.Environ()
	if variant == "daemon" {
		return rogueDaemon()
	}
	if variant == "again" { // it was run as the errand, and tries the same once more
		if _, err := os.Stat(marker); err == nil {
			fmt.Println("ran twice")
			os.Exit(0)
		}
		if err := os.WriteFile(marker, nil, 0o644); err != nil {
			return err
		}
		return syscall.Exec(os.Getenv("ROGUE"), os.Args, env)
	}
	tool := "rogue"
	if variant != "twice" {
		tool, argv = "head", []string{"head", "-c", "4", "/etc/passwd"}
	}
	path, err := decided(tool, argv, env)
	if err != nil {
		return err
	}
	switch variant {
	case "argv":
		argv[2] = "5"
	case "file":
		path = "/usr/bin/tail"
	case "env":
		env = append(env, "MORE=1")
	case "cwd":
		if err := os.Chdir("/"); err != nil {
			return err
		}
	case "child":
		p, err := os.StartProcess(path, argv, &os.ProcAttr{Env: env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
		if err != nil {
			return err
		}
		s, err := p.Wait()
		if err != nil {
			return err
		}
		os.Exit(s.ExitCode())
	}
	return syscall.Exec(path, argv, env)
}

// rogueDaemon has a command become the shim, plays the daemon that this comes to, and tells it to run something else.
func rogueDaemon() error {
	const at = "rogue.sock"
	l, err := net.Listen("unix", at)
	if err != nil {
		return err
	}
	c := exec.Command("/usr/bin/wc")
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), "CLAWRDEN_SOCKET="+at), os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		return err
	}
	const tool = "/usr/bin/cat" // which the policy would let it run as any other process
	var st unix.Stat_t
	if err := unix.Stat(tool, &st); err != nil {
		return err
	}
	if _, err := conn.Write(protocol.AppendExec(nil, &protocol.Exec{Path: tool, Dev: st.Dev, Ino: st.Ino})); err != nil {
		return err
	}
	_ = c.Wait()
	os.Exit(c.ProcessState.ExitCode())
	return nil
}

// TestRogueDaemon lets a process that was to run elsewhere run nothing in place, whoever tells it to.
func TestRogueDaemon(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: awayPolicy + "rule \"itself\" {\n  commands = [\"rogue\"]\n  action = \"allow\"\n}\n", args: []string{"--dev"}})
	program := installRogue(t, g)
	c := g.agent(program, "daemon")
	c.Dir = openDir(t)
	r := finish(t, c)
	if r.code != 126 || !strings.Contains(r.stderr, "clawrden: cat: not run\nclawrden: it was to become the shim and be run elsewhere, as request ") {
		t.Errorf("%+v", r)
	}
	if decided, finished := g.told("wc"); len(decided) != 1 || len(finished) != 1 || !strings.HasSuffix(finished[0], "before the shim had taken it up") {
		t.Errorf("%q %q", decided, finished)
	}
}

// installRogue puts this program where the agent can run it.
func installRogue(t *testing.T, g *guarded) string {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(g.dir, "rogue")
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	return program
}

// openDir is a directory that everybody may use.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// decided asks the daemon as a shim does, and gives the path that it may run.
func decided(tool string, argv, env []string) (string, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: os.Getenv("CLAWRDEN_SOCKET")}); err != nil {
		return "", err
	}
	cwd, err := os.Open(".")
	if err != nil {
		return "", err
	}
	defer cwd.Close()
	frame := protocol.AppendRequest(nil, &protocol.Request{Tool: tool, Argv: argv, Env: env, Descriptors: protocol.HasCwd})
	if err := unix.Sendmsg(fd, frame, unix.UnixRights(int(cwd.Fd())), nil, 0); err != nil {
		return "", err
	}
	in := bufio.NewReader(os.NewFile(uintptr(fd), "daemon"))
	for {
		head := make([]byte, protocol.HeaderLen)
		if _, err := io.ReadFull(in, head); err != nil {
			return "", err
		}
		h, err := protocol.ParseHeader(head)
		if err != nil {
			return "", err
		}
		payload := make([]byte, h.Length)
		if _, err := io.ReadFull(in, payload); err != nil {
			return "", err
		}
		if h.Type != protocol.TypeExec {
			continue
		}
		x, err := protocol.ParseExec(payload)
		if err != nil {
			return "", err
		}
		if x.Mode != protocol.ExecPath || len(x.Words) > 0 {
			return "", fmt.Errorf("told to run %+v", x)
		}
		return x.Path, nil
	}
}

const roguePolicy = `
policy { default = "ask" }
rule "itself" {
  commands = ["rogue"]
  args     = ["{same,argv,file,env,cwd,child,twice}"]
  action   = "allow"
}
`

// TestRogueShim has each way to make more of a decided request than was decided end before a person.
func TestRogueShim(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: roguePolicy})
	program := installRogue(t, g)
	for _, row := range []struct {
		variant, out string
		asks         int
	}{
		{"same", "root", 1},
		{"argv", "", 2},
		{"file", "", 2},
		{"env", "", 2},
		{"cwd", "", 2},
		{"child", "", 2},
		{"twice", "", 2},
	} {
		t.Run(row.variant, func(t *testing.T) {
			c := g.agent(program, row.variant)
			c.Dir = openDir(t)
			c.Env = append(c.Env, "CLAWRDEN_SOCKET="+g.socket, "PATH="+g.dir+":/usr/bin:/bin", "ROGUE="+program)
			done := make(chan result)
			go func() { done <- finish(t, c) }()
			first := g.waitPending(1)[0]
			if code := g.post("/api/queue/"+first.ID+"/approve", "{}"); code != 200 {
				t.Fatal(code)
			}
			asks, r := g.denyNext(done, first.ID)
			if r.stdout != row.out || asks != row.asks || (asks == 2) != (r.code == 126) {
				t.Errorf("%d asks, %+v", asks, r)
			}
		})
	}
}
