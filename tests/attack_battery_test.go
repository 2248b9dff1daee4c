package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/battery"
	"github.com/clawrden/clawrden/internal/testutil"
)

// batteryPolicy allows what the battery's ways lead through, and denies where they lead to.
func batteryPolicy(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("attack/policy.hcl")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tried runs the battery under words that start a command, and gives its results by way.
func tried(t *testing.T, c *exec.Cmd) map[string]string {
	t.Helper()
	r := finish(t, c)
	var list []battery.Result
	if err := json.Unmarshal([]byte(r.stdout), &list); err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	ran := battery.Count(list, battery.Ran)
	if want := map[bool]int{true: 1}[ran > 0]; r.code != want {
		t.Errorf("%d ways ran and the exit status is %d", ran, r.code)
	}
	if len(list) != len(battery.Ways()) {
		t.Errorf("%d results for %d ways", len(list), len(battery.Ways()))
	}
	byWay := map[string]string{}
	for _, r := range list {
		byWay[r.Way] = r.Result
	}
	return byWay
}

// count is how many ways came to a result.
func count(byWay map[string]string, result string) (n int) {
	for _, r := range byWay {
		if r == result {
			n++
		}
	}
	return n
}

// noneRan compares a guarded battery with the bare one.
func noneRan(t *testing.T, bare, guarded map[string]string) {
	t.Helper()
	t.Logf("bare: %d ran, %d denied; guarded: %d ran, %d denied", count(bare, battery.Ran), count(bare, battery.Denied), count(guarded, battery.Ran), count(guarded, battery.Denied))
	for _, w := range battery.Ways() {
		switch {
		case guarded[w] == battery.Ran:
			t.Errorf("%s: ran", w)
		case guarded[w] == battery.NotApplicable && bare[w] == battery.Ran:
			t.Errorf("%s: wasn't tried", w)
		}
	}
}

// batteryArgs is the battery by the words that start a command, with programs in a directory.
func batteryArgs(bin, prefix string) []string {
	return []string{filepath.Join(bin, "clawrden"), "doctor", "--battery", "-o", "json", "--prefix", prefix}
}

// fewest is how many ways have to lead to the marker where there is no guard, and to be denied by one: else little was tried.
const fewest = 60

// TestBattery tries all ways round the guard on the host, as an ordinary user, with and without it.
func TestBattery(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: batteryPolicy(t)})
	dir := filepath.Join(g.dir, "work")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	asUser := func(argv ...string) *exec.Cmd {
		c := g.agent()
		c.Path, c.Args, c.Dir = argv[0], argv, dir
		return c
	}
	// Without a guard by the way in that needs no installation, as another guard would be tried.
	attack := filepath.Join(g.dir, "attack")
	if out, err := exec.Command("go", "build", "-o", attack, "./attack").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	bare := tried(t, asUser(attack, "-bin", bin, "-prefix", "env OTHER=guard", "-json"))
	if n := count(bare, battery.Ran); n < fewest {
		t.Errorf("without a guard only %d ways ran: %v", n, bare)
	}
	guarded := tried(t, asUser(batteryArgs(bin, strings.Join([]string{filepath.Join(bin, "clawrden-launch"), "init", "--guard", g.sock, "--"}, " "))...))
	noneRan(t, bare, guarded)
	if n := count(guarded, battery.Denied); n < fewest {
		t.Errorf("under guard only %d ways were tried: %v", n, guarded)
	}
}

// TestBatteryInDocker tries them in a container of the engine's defaults, with the host's programs in it: as an ordinary user without
// any capability.
func TestBatteryInDocker(t *testing.T) {
	d := testutil.Docker(t)
	d.Image(t, "battery:1", nil)
	g := newGuarded(t, hostOptions{policy: batteryPolicy(t)})
	work := filepath.Join(g.dir, "work")
	if err := os.Mkdir(work, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(work, 0o777); err != nil {
		t.Fatal(err)
	}
	inside := func(argv ...string) *exec.Cmd { return g.inContainer(d, "battery:1", work, argv...) }
	const launcher = "/clawrden/clawrden-launch init --guard /run/clawrden/agent/guard.sock --"
	bare := tried(t, inside(batteryArgs("/clawrden", "")...))
	if n := count(bare, battery.Ran); n < fewest {
		t.Errorf("without a guard only %d ways ran: %v", n, bare)
	}
	guarded := tried(t, inside(batteryArgs("/clawrden", launcher)...))
	noneRan(t, bare, guarded)
	if n := count(guarded, battery.Denied); n < fewest {
		t.Errorf("under guard only %d ways were tried: %v", n, guarded)
	}
}
