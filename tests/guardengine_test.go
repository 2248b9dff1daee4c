package tests

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

// ordinary is an agent that isn't its container's root.
var ordinary = []string{"--user", "1000:1000", "-w", "/tmp"}

// TestGuardedContainerEngine has the engine run what a rule says, for what is held and for a shim, in a session of its own: what is
// started there is judged, too.
func TestGuardedContainerEngine(t *testing.T) {
	c := newContained(t, testutil.Docker(t))
	const script = `exec 2>/dev/null; b=/bin/busybox
if [ "$1" ]; then $b id; echo $? "$1" $OTHER $MY_SECRET; $b echo inside; exit 7; fi
OTHER=2 MY_SECRET=3 $b ash /agent.sh "a b"; echo $?; /shims/uname`
	for _, sock := range []string{c.sock, c.socket} { // as an installation has them
		if err := errors.Join(os.Chown(sock, 0, 4242), os.Chmod(sock, 0o660)); err != nil {
			t.Fatal(err)
		}
	}
	options := append([]string{"--group-add", "4242", "-v", c.shims + ":/shims:ro", "-e", "PATH=/bin"}, ordinary...)
	out, err := c.docker.CLI(append([]string{"run", "--rm", "--network=none"}, c.args(options, script)...)...)
	for _, want := range []string{"126 a b 2\n", "inside\n7\nLinux"} {
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("%s, %v, want %q", out, err, want)
		}
	}
	var got, engine []string
	for _, r := range c.records() {
		if r.Event != clawrden.EventDecided {
			continue
		}
		if r.Executor == "docker" {
			engine = append(engine, "exec-"+r.ID)
		}
		if i := slices.Index(engine, r.Session); i >= 0 {
			r.Session = fmt.Sprintf("engine-%d", i+1)
		}
		got = append(got, fmt.Sprintf("%s: %s %s %s %s", strings.Join(append([]string{r.Command}, r.Args...), " "), r.Decision, r.Executor, r.Boundary, r.Session))
	}
	want := []string{
		"busybox sh /agent.sh: allow mirror guard session-1", "busybox ash /agent.sh a b: allow docker guard session-1",
		"busybox id: deny   engine-1", "busybox echo inside: allow mirror guard engine-1", "uname: allow docker guard session-1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// TestGuardedContainerEngineRefused has nothing run by the engine where it couldn't be put under this guard.
func TestGuardedContainerEngineRefused(t *testing.T) {
	c := newContained(t, testutil.Docker(t))
	const script = "/bin/busybox uname 2>&1; echo $?"
	for name, change := range map[string]func([]string) []string{
		"the launcher is elsewhere": func(args []string) []string {
			for i, w := range args {
				args[i] = strings.Replace(strings.Replace(w, ":"+bin+":ro", ":/clawrden:ro", 1), filepath.Join(bin, "clawrden-launch"), "/clawrden/clawrden-launch", 1)
			}
			return args
		},
		"the guard is elsewhere": func(args []string) []string {
			for i, w := range args {
				args[i] = strings.Replace(strings.Replace(w, ":/run/clawrden/agent:ro", ":/agents:ro", 1), "=/run/clawrden/agent/", "=/agents/", 1)
			}
			at := slices.Index(args, "init")
			return slices.Insert(args, at+1, "--guard", "/agents/guard.sock")
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := c.docker.CLI(append([]string{"run", "--rm", "--network=none"}, change(c.args(ordinary, script))...)...)
			if err != nil || !strings.HasSuffix(out, "126") || !strings.Contains(out, "comes under guard only by clawrden-launch") {
				t.Errorf("%s, %v", out, err)
			}
		})
	}
}
