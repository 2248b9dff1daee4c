package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/battery"
	"github.com/clawrden/clawrden/internal/testutil"
)

// batteryPolicy allows what the battery's ways lead through, and denies where they lead to. What it allows it allows by name alone:
// what a name can't hide has to come to light by itself.
const batteryPolicy = `
policy { default = "deny" }
rule "the battery" {
  commands = ["clawrden", "true"]
  action   = "allow"
  opaque   = "allow"
}
rule "what starts other programs" {
  commands = [
    "sh", "dash", "bash", "env", "nice", "timeout", "nohup", "setsid", "xargs", "find", "tar", "awk", "gawk", "mawk", "sed", "vim", "vim.*", "ex", "git", "git-*",
    "python3", "python3.*", "perl", "perl5*", "ruby", "ruby*", "node", "make", "script", "gdb", "strace", "ssh", "rsync", "cp",
  ]
  action = "allow"
  opaque = "allow"
}
rule "not this" {
  commands = ["id"]
  action   = "deny"
}
`

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
	g := newGuarded(t, hostOptions{policy: batteryPolicy})
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
	bare := tried(t, asUser(batteryArgs(bin, "")...))
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
// any capability, and once more with 2,000 trials of races.
func TestBatteryInDocker(t *testing.T) {
	d := testutil.Docker(t)
	d.Image(t, "battery:1", nil)
	g := newGuarded(t, hostOptions{policy: batteryPolicy})
	work := filepath.Join(g.dir, "work")
	if err := os.Mkdir(work, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(work, 0o777); err != nil {
		t.Fatal(err)
	}
	inside := func(argv ...string) *exec.Cmd {
		args := []string{
			"run", "--rm", "-i", "--network", "none", "--user", "54321:54321", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only",
			"-e", "PATH=/usr/bin:/bin", "-e", "HOME=/work", "-w", "/work", "-v", work + ":/work", "-v", bin + ":/clawrden:ro", "-v", filepath.Dir(g.sock) + ":/run/clawrden/agent",
		}
		for _, dir := range []string{"/usr", "/bin", "/lib", "/lib64", "/etc"} {
			if _, err := os.Stat(dir); err == nil {
				args = append(args, "-v", dir+":"+dir+":ro")
			}
		}
		c := exec.Command("docker", append(append(args, "battery:1"), argv...)...)
		c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+d.Socket, "DOCKER_CONTEXT=")
		return c
	}
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
	for _, kind := range []string{"path", "link"} {
		for _, how := range []string{"thread", "process"} {
			argv := append(strings.Fields(launcher), "/clawrden/clawrden", battery.Word, "part", "race", kind, how, strconv.Itoa(raceTrials()), "/usr/bin/true", "/usr/bin/true", "/usr/bin/id")
			r := finish(t, inside(argv...))
			if r.code != 0 || strings.Contains(r.stdout, "uid=") || !strings.Contains(r.stderr, "clawrden: id") {
				t.Errorf("a race for the %s by a %s: status %d, %d ran, %d denied\n%.500s", kind, how, r.code, strings.Count(r.stdout, "uid="), strings.Count(r.stderr, "clawrden: id"), r.stderr)
			}
			_ = os.Remove(filepath.Join(work, "flipped"))
		}
	}
}

// raceTrials of each race: 2,000 together in the short run.
func raceTrials() int {
	if os.Getenv("CLAWRDEN_SOAK") != "" {
		return 25_000
	}
	return 500
}
