package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/battery"
	"github.com/clawrden/clawrden/internal/testutil"
)

// racePolicy allows what the races start, and denies what they flip it to.
const racePolicy = `
policy { default = "deny" }
rule "the races" {
  commands = ["clawrden", "true", "echo", "env", "pwd"]
  action   = "allow"
  opaque   = "allow"
}
rule "another file" {
  commands = ["id"]
  action   = "deny"
}
rule "another word" {
  commands = ["echo"]
  args     = ["no-go"]
  action   = "deny"
}
rule "another environment" {
  commands = ["env"]
  env_any  = ["R=forbidden"]
  action   = "deny"
}
rule "another directory" {
  commands = ["pwd"]
  cwd      = ["/**/in/forbidden"]
  action   = "deny"
}
`

// guardRace is a race of the battery's: what is flipped, and what the forbidden one prints.
type guardRace struct {
	kind, how                          string
	program, allowed, forbidden, proof string
	share                              int
}

// guardRaces are all of them, for a working directory, with the trials of each: 2,000 together.
func guardRaces(work string) (races []guardRace) {
	for _, r := range []guardRace{
		{"path", "", "/usr/bin/true", "/usr/bin/true", "/usr/bin/id", "uid=", 270},
		{"link", "", "/usr/bin/true", "/usr/bin/true", "/usr/bin/id", "uid=", 270},
		{"argv", "", "/usr/bin/echo", "ok", "no-go", "no-go", 200},
		{"env", "", "/usr/bin/env", "R=ok", "R=forbidden", "R=forbidden", 200},
		{"cwd", "", "/usr/bin/pwd", filepath.Join(work, "ok"), filepath.Join(work, "in/forbidden"), "/forbidden", 120},
	} {
		for _, how := range []string{"thread", "process"} {
			if r.how = how; r.kind != "cwd" || how == "thread" { // no process can share a directory
				races = append(races, r)
			}
		}
	}
	return races
}

// raceWork is a working directory for races, which everybody may use.
func raceWork(t *testing.T, g *guarded) string {
	t.Helper()
	work := filepath.Join(g.dir, "work")
	for _, dir := range []string{work, filepath.Join(work, "ok"), filepath.Join(work, "in/forbidden")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(work, 0o777); err != nil {
		t.Fatal(err)
	}
	return work
}

// soak is how many times as much is tried in the long run.
func soak() int {
	if os.Getenv("CLAWRDEN_SOAK") != "" {
		return 50
	}
	return 1
}

// race runs one, and fails where the forbidden ran, or was never tried.
func (r *guardRace) race(t *testing.T, start func(argv ...string) *exec.Cmd, bin, work string) {
	t.Helper()
	n := r.share * soak()
	_ = os.Remove(filepath.Join(work, "flipped"))
	got := finish(t, start(filepath.Join(bin, "clawrden"), battery.Word, "part", "race", r.kind, r.how, strconv.Itoa(n), r.program, r.allowed, r.forbidden))
	ran, denied := strings.Count(got.stdout, r.proof), strings.Count(got.stderr, "denied by rule")
	t.Logf("%d trials, %d denied, %d forbidden ones ran", n, denied, ran)
	if got.code != 0 || ran > 0 || denied == 0 {
		t.Errorf("status %d\n%.500s", got.code, got.stderr)
	}
}

// TestGuardedRaces wins none of the races against the whole of it: guard, daemon and policy.
func TestGuardedRaces(t *testing.T) {
	g := newGuarded(t, hostOptions{policy: racePolicy})
	work := raceWork(t, g)
	for _, r := range guardRaces(work) {
		t.Run(r.kind+" by a "+r.how, func(t *testing.T) {
			r.race(t, func(argv ...string) *exec.Cmd {
				c := g.agent(argv...)
				c.Dir = work
				return c
			}, bin, work)
		})
	}
}

// TestGuardedRacesInDocker does so in a container of the engine's defaults.
func TestGuardedRacesInDocker(t *testing.T) {
	d := testutil.Docker(t)
	d.Image(t, "races:1", nil)
	g := newGuarded(t, hostOptions{policy: racePolicy})
	work := raceWork(t, g)
	for _, r := range guardRaces("/work") {
		t.Run(r.kind+" by a "+r.how, func(t *testing.T) {
			r.race(t, func(argv ...string) *exec.Cmd {
				return g.inContainer(d, "races:1", work, append([]string{"/clawrden/clawrden-launch", "init", "--guard", "/run/clawrden/agent/guard.sock", "--"}, argv...)...)
			}, "/clawrden", work)
		})
	}
}

// inContainer runs a command in a container of the engine's defaults, with the host's programs in it, as an ordinary user without any
// capability.
func (g *guarded) inContainer(d *testutil.Dockerd, image, work string, argv ...string) *exec.Cmd {
	args := []string{
		"run", "--rm", "-i", "--network", "none", "--user", "54321:54321", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only",
		"-e", "PATH=/usr/bin:/bin", "-e", "HOME=/work", "-w", "/work", "-v", work + ":/work", "-v", bin + ":/clawrden:ro", "-v", filepath.Dir(g.sock) + ":/run/clawrden/agent",
	}
	for _, dir := range []string{"/usr", "/bin", "/lib", "/lib64", "/etc"} {
		if _, err := os.Stat(dir); err == nil {
			args = append(args, "-v", dir+":"+dir+":ro")
		}
	}
	c := exec.Command("docker", append(append(args, image), argv...)...)
	c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+d.Socket, "DOCKER_CONTEXT=")
	return c
}
