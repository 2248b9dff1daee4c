package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
)

const guardedGhosts = `
policy { default = "deny" }
rule "shells" {
  commands = ["bash", "sh", "busybox", "mkfifo"]
  action   = "allow"
  opaque   = "allow"
}
rule "in a box" {
  commands = ["cat", "wc", "expr"]
  action   = "allow"
  executor = executor.box
}
rule "in a box, if a person says so" {
  commands = ["tail"]
  action   = "ask"
  executor = executor.box
}
executor "box" {
  kind  = "ghost"
  image = "tools:1"
}
`

// newGuardedGhosts is a guard whose daemon has ghosts of an image, and a directory of the agent's that they see.
func newGuardedGhosts(t *testing.T) (c *contained, dir string) {
	t.Helper()
	d := testutil.Docker(t)
	d.Image(t, "agent:1", nil)
	d.Image(t, "tools:1", map[string][]byte{"opt/mark": []byte("in the image\n")})
	g := newGuarded(t, hostOptions{policy: guardedGhosts, config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n"})
	dir, err := os.MkdirTemp("/srv", "clawrden-test-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return &contained{g, d}, dir
}

// heldGhosts is what an agent does with commands that the policy takes to a ghost: their output, status, input, files and death by a signal.
const heldGhosts = `exec 2>/dev/null; /bin/../bin/./cat /opt/mark; printf abc | /bin/wc -c; /bin/expr 1 = 2; echo $?
echo text >made; /bin/cat made; /bin/cat /nothing 2>err; echo $?; /bin/wc -l <err
/bin/mkfifo pipe; exec 3<>pipe; /bin/cat /opt/mark - <&3 >out & until [ -s out ] || ! kill -0 $!; do :; done; kill $!; wait $!; echo $?
exec /bin/cat out
`

const heldGhostsSay = "in the image\n3\n0\n1\ntext\n1\n1\n143\nin the image\n"

// heldGhostsRecords are their records: each is judged and recorded once.
var heldGhostsRecords = []string{
	"cat /opt/mark: 0", "wc -c: 0", "expr 1 = 2: 1", "cat made: 0", "cat /nothing: 1", "wc -l: 0", "cat /opt/mark -: SIGTERM", "cat out: 0",
}

// checkGhosts compares the records of all that went to ghosts.
func (c *contained) checkGhosts(want []string) {
	c.t.Helper()
	var got []string
	c.waitFor(func() bool {
		got = nil
		at := map[string]int{}
		for _, r := range c.records() {
			if r.Executor != "ghost" {
				continue
			}
			switch r.Event {
			case clawrden.EventDecided:
				at[r.ID] = len(got)
				got = append(got, strings.Join(append([]string{r.Command}, r.Args...), " ")+":")
				if r.Way != clawrden.WayGuard || r.Session == "" || r.Boundary != clawrden.BoundaryContainer {
					c.t.Errorf("%+v", r)
				}
			case clawrden.EventFinished:
				if r.ExitCode != nil {
					got[at[r.ID]] += fmt.Sprint(" ", *r.ExitCode)
				} else {
					got[at[r.ID]] += " " + r.Signal
				}
			}
		}
		return !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, ":") })
	})
	slices.Sort(got)
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		c.t.Errorf("%q\nwant %q", got, want)
	}
}

// TestGuardedGhost brings what a session on the host starts to a ghost, whatever path it is called by.
func TestGuardedGhost(t *testing.T) {
	c, dir := newGuardedGhosts(t)
	a := c.shimmed(heldGhosts)
	a.Dir = dir
	if r := finish(t, a); r.stdout != heldGhostsSay || r.code != 0 {
		t.Errorf("%+v", r)
	}
	c.checkGhosts(heldGhostsRecords)
	for verb, want := range map[string]string{"approve": "oot\n0\n", "deny": "126\n"} {
		a := c.shimmed("/bin/tail -c 4 <file; echo $?")
		a.Dir = dir
		if err := os.WriteFile(filepath.Join(dir, "file"), []byte("root\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		done := make(chan result)
		go func() { done <- finish(t, a) }()
		c.post("/api/queue/"+c.waitPending(1)[0].ID+"/"+verb, "{}")
		if r := <-done; r.stdout != want {
			t.Errorf("%s: %+v", verb, r)
		}
		c.waitPending(0)
	}
	if decided, finished := c.told("tail"); len(decided) != 2 || len(finished) != 1 {
		t.Errorf("%q %q", decided, finished)
	}
}

// TestGuardedContainerGhost does so from a container; its root, and one that hasn't the shim, are told why not.
func TestGuardedContainerGhost(t *testing.T) {
	c, dir := newGuardedGhosts(t)
	run := func(options []string, script string) string {
		t.Helper()
		out, err := c.docker.CLI(append([]string{"run", "--rm", "--network=none"}, c.args(append([]string{"-v", dir + ":/work", "-w", "/work"}, options...), script)...)...)
		if err != nil {
			t.Errorf("%v", err)
		}
		return out + "\n"
	}
	user := []string{"--user", "1000:1000"}
	if got := run(user, heldGhosts); got != heldGhostsSay {
		t.Errorf("%s", got)
	}
	c.checkGhosts(heldGhostsRecords)
	for _, row := range []struct {
		name       string
		options    []string
		want, code string
	}{
		{"root", nil, "a ghost doesn't inherit", "\n125\n"},
		{"no shim", append(user, "-v", "/dev/null:"+filepath.Join(bin, "clawrden-shim")+":ro"), "the shim that would take it there can't be reached", "\n126\n"},
	} {
		if got := run(row.options, "/bin/cat /opt/mark; echo $?"); !strings.Contains(got, row.want) || strings.Contains(got, "in the image") || !strings.Contains("\n"+got, row.code) { // the engine's client mixes the two streams
			t.Errorf("%s: %s", row.name, got)
		}
	}
}
