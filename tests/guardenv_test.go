package tests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// A script behind "#!/usr/bin/env NAME" is two execs by one process. This test program plays an env that is up to something between the two.
func init() {
	if name := filepath.Base(os.Args[0]); name == "env" || name == "crooked" {
		fmt.Fprintln(os.Stderr, name+":", crookedEnv(os.Args))
		os.Exit(99)
	}
}

// crookedEnv is called as env NAME SCRIPT VARIANT, and becomes what env would, or something else.
func crookedEnv(words []string) error {
	interpreter, argv, env := "/usr/bin/"+words[1], words[1:], os.Environ()
	if filepath.Base(words[0]) == "crooked" {
		return syscall.Exec(interpreter, argv, env)
	}
	switch words[3] {
	case "argv":
		argv = append(argv, "more")
	case "environment":
		env = append(env, "MORE=1")
	case "directory":
		if err := os.Chdir("/"); err != nil {
			return err
		}
	case "link":
		if err := errors.Join(os.Remove("link"), os.Symlink("/usr", "link")); err != nil {
			return err
		}
	case "interpreter":
		interpreter = filepath.Join(filepath.Dir(words[0]), "other", words[1])
	case "between":
		return syscall.Exec(filepath.Join(filepath.Dir(words[0]), "crooked"), append([]string{"crooked"}, argv...), env)
	case "child":
		c := &exec.Cmd{Path: interpreter, Args: argv, Env: env, Stdout: os.Stdout, Stderr: os.Stderr}
		_ = c.Run()
		os.Exit(c.ProcessState.ExitCode())
	case "replaced", "edited": // for as long as the test takes
		if _, err := os.ReadFile("pipe"); err != nil {
			return err
		}
	}
	return syscall.Exec(interpreter, argv, env)
}

const envPolicy = `
policy { default = "deny" }
rule "between" {
  commands = ["crooked"]
  action   = "allow"
}
rule "scripts" {
  commands = ["*.sh"]
  action   = "ask"
}
`

const envScript = "#!%s bash\n[ $1 = twice ] && [ ! -e ran ] && : >ran && exec \"$0\" \"$@\"\necho ran in \"$PWD\"; exit 7\n"

// placeScripts puts scripts where the agent can't write, one for each env.
func (g *guarded) placeScripts() {
	g.t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		g.t.Fatal(err)
	}
	shell, err := os.ReadFile("/usr/bin/bash")
	if err != nil {
		g.t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(g.dir, "other"), 0o755); err != nil {
		g.t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"env": self, "crooked": self, "other/bash": shell,
		"fine.sh": fmt.Appendf(nil, envScript, "/usr/bin/env"), "crooked.sh": fmt.Appendf(nil, envScript, g.dir+"/env"),
	} {
		if err := os.WriteFile(filepath.Join(g.dir, name), content, 0o755); err != nil {
			g.t.Fatal(err)
		}
	}
}

// TestGuardedEnv has a person asked once about a script that env finds the interpreter of, and again about anything else that the same
// process becomes.
func TestGuardedEnv(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: envPolicy})
	g.placeScripts()
	for _, row := range []struct {
		variant, script string
		asks            int
		meanwhile       func(script string) error
	}{
		{"same", "fine.sh", 1, nil},
		{"twice", "fine.sh", 2, nil},
		{"same", "crooked.sh", 1, nil},
		{"argv", "crooked.sh", 2, nil},
		{"environment", "crooked.sh", 2, nil},
		{"directory", "crooked.sh", 2, nil},
		{"link", "crooked.sh", 2, nil},
		{"interpreter", "crooked.sh", 2, nil},
		{"between", "crooked.sh", 2, nil},
		{"child", "crooked.sh", 2, nil},
		{"edited", "crooked.sh", 2, func(script string) error {
			return os.WriteFile(script, fmt.Appendf(nil, "#!%s bash\necho edited\n", g.dir+"/env"), 0o755)
		}},
		{"replaced", "crooked.sh", 2, func(script string) error {
			err := os.WriteFile(script+".new", fmt.Appendf(nil, envScript, g.dir+"/env"), 0o755)
			if err != nil {
				return err
			}
			return os.Rename(script+".new", script)
		}},
	} {
		t.Run(row.script+", "+row.variant, func(t *testing.T) {
			g := &guarded{host: g.in(t), sock: g.sock}
			c := g.agent(filepath.Join(g.dir, row.script), row.variant)
			c.Dir = openDir(t)
			pipe := filepath.Join(c.Dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("/etc", filepath.Join(c.Dir, "link")); err != nil {
				t.Fatal(err)
			}
			before := len(g.records())
			done := make(chan result, 1)
			go func() { done <- finish(t, c) }()
			first := g.waitPending(1)[0]
			g.post("/api/queue/"+first.ID+"/approve", "{}")
			if row.meanwhile != nil {
				w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				if err := row.meanwhile(filepath.Join(g.dir, row.script)); err != nil {
					t.Error(err)
				}
				_ = w.Close()
			}
			asks, r := g.denyNext(done, first.ID)
			if asks != row.asks || asks == 1 && (r.code != 7 || r.stdout != "ran in "+c.Dir+"\n") || asks == 2 && (r.code != 126 || r.stdout != "") {
				t.Errorf("%d asks, %+v", asks, r)
			}
			g.waitAsked(before, row.asks)
		})
	}
}

// denyNext denies what is asked besides the first, if anything is before the agent ends.
func (g *guarded) denyNext(done <-chan result, first string) (asks int, r result) {
	for asks = 1; ; {
		select {
		case r = <-done:
			return asks, r
		default:
		}
		var q []clawrden.Pending
		if g.get("/api/queue", &q); len(q) == 1 && q[0].ID != first {
			g.post("/api/queue/"+q[0].ID+"/deny", "{}")
			return asks + 1, <-done
		}
		<-time.After(2 * time.Millisecond)
	}
}

// waitAsked waits until the records from one on tell of so many asked commands, and the end of those that ran.
func (g *guarded) waitAsked(from, asks int) {
	g.t.Helper()
	g.waitFor(func() bool {
		asked, ran, ended, code := 0, 0, 0, 0
		for _, r := range g.records()[from:] {
			switch {
			case !strings.HasSuffix(r.Command, ".sh"):
			case r.Event == clawrden.EventDecided:
				asked++
				if r.Decision.Runs() {
					ran++
				}
			case r.Event == clawrden.EventFinished:
				ended++
				if r.ExitCode != nil {
					code = *r.ExitCode
				}
			}
		}
		return asked == asks && ran == 1 && ended == ran && (asks > 1 || code == 7 || code == 0) // a kernel before 6.15 doesn't tell
	})
}
