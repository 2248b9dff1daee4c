package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// alone is `clawrden run --dev` by a user, in a directory of theirs, on a host without systemd.
func (g *guarded) alone(uid uint32, script string) *exec.Cmd {
	g.t.Helper()
	dir := filepath.Join(g.dir, "own")
	for path, text := range map[string]string{"own/agent.sh": script} {
		path = filepath.Join(g.dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			g.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			g.t.Fatal(err)
		}
		for _, path := range []string{path, filepath.Dir(path)} {
			if err := os.Chown(path, int(uid), int(uid)); err != nil {
				g.t.Fatal(err)
			}
		}
	}
	c := exec.Command(filepath.Join(bin, "clawrden"), "run", "--dev", "--name", "alone", "--guard", g.sock, "--launcher", filepath.Join(bin, "clawrden-launch"), "--", "bash", "agent.sh")
	if _, err := os.Stat("/run/systemd/system"); err == nil { // for this command there is none
		c = exec.Command("unshare", append([]string{
			"-m", "sh", "-c", `mount -t tmpfs none /run/systemd && exec setpriv --reuid "$0" --regid "$0" --clear-groups -- "$@"`, strconv.Itoa(int(uid)),
		}, c.Args...)...)
	} else {
		c = asUser(c, uid)
	}
	c.Env, c.Dir = []string{"PATH=/usr/bin:/bin:/usr/sbin", "HOME=" + g.dir}, dir
	return c
}

// judgesAlone checks what such a session has and what it lacks.
func (g *guarded) judgesAlone(uid uint32) {
	g.t.Helper()
	r := finish(g.t, g.alone(uid, "echo a >made; echo b >"+g.elsewhere(uid)+" || echo kept; /usr/bin/id; echo $?; /bin/cat made; kill -0 $PPID || echo apart"))
	want := "kept\n126\na\napart\n"
	if strings.Contains(r.stderr, "abstract Unix sockets of processes outside") { // an older kernel, and it was said
		want = strings.TrimSuffix(want, "apart\n")
	}
	if r.stdout != want || r.code != 0 {
		g.t.Errorf("%+v", r)
	}
	for _, want := range []string{"no boundary", "sockets of other programs", `clawrden: id: denied by rule "not this"`} {
		if !strings.Contains(r.stderr, want) {
			g.t.Errorf("it doesn't say %q: %s", want, r.stderr)
		}
	}
	begun := false
	for _, rec := range g.records() {
		if rec.Event == clawrden.EventSession {
			begun = strings.Contains(rec.Reason, "it is no boundary: ") && strings.Contains(rec.Reason, "clawrden run --dev")
		}
		if rec.Session == "alone" && rec.Boundary == clawrden.BoundaryGuard {
			g.t.Errorf("%+v", rec)
		}
	}
	if !begun {
		g.t.Error("what it lacks isn't on record")
	}
}

// elsewhere is a file that the user could write, if it weren't for the session: temporary directories don't count.
func (g *guarded) elsewhere(uid uint32) string {
	g.t.Helper()
	if os.Geteuid() != 0 {
		return "/nothing" // nowhere that can be relied on
	}
	dir, err := os.MkdirTemp("/var/lib", "clawrden-test-")
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chown(dir, int(uid), int(uid)); err != nil {
		g.t.Fatal(err)
	}
	return filepath.Join(dir, "file")
}

func withoutSystemd(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/run/systemd/system"); err == nil && os.Geteuid() != 0 {
		t.Skip("systemd runs here, and only root can hide it")
	}
}

// TestRunDev starts a session without systemd under root's guard: with what Landlock can give, and as no boundary.
func TestRunDev(t *testing.T) {
	withoutSystemd(t)
	g := newGuarded(t, hostOptions{policy: guardPolicy})
	g.judgesAlone(54321)
}

// TestRunDevOrdinary does so where daemon and guard are an ordinary user's, too, with --dev.
func TestRunDevOrdinary(t *testing.T) {
	withoutSystemd(t)
	uid := uint32(os.Geteuid())
	if uid == 0 {
		uid = 54321
	}
	g := &guarded{host: newHost(t, hostOptions{policy: guardPolicy})}
	g.sock = filepath.Join(g.dir, "run/guard.sock")
	if os.Geteuid() == 0 {
		g.restartAs(uid)
	}
	g.guard = asUser(exec.Command(filepath.Join(bin, "clawrdend"), "guard", "--dev", "--socket", g.sock, "--judge", filepath.Join(g.dir, "run/judge.sock"),
		"--launcher", filepath.Join(bin, "clawrden-launch")), uid)
	g.guard.Stdout, g.guard.Stderr = g.log, g.log
	if err := g.guard.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.guard.Process.Kill(); _ = g.guard.Wait() })
	g.awaitGuard()
	g.judgesAlone(uid)
}
