package tests

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cli is the command line, with the test's daemon and directory of shims.
func (h *host) cli(args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(bin, "clawrden"), args...)
	c.Env = h.env()
	return c
}

const hotPolicy = `
policy {
  default = "deny"
}
rule "fine" {
  commands = ["id", "true"]
  action   = "allow"
}
`

// TestHotPlug: an agent that runs already meets a tool's shim from the moment that it is added, where its directory of shims
// is a read-only mount at another place; and the tool itself again once the shim is removed.
func TestHotPlug(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting needs root")
	}
	h := newHost(t, hostOptions{policy: hotPolicy, tools: []string{"true"}})
	at := filepath.Join(h.dir, "elsewhere")
	if err := os.Mkdir(at, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf(`mount --bind %[1]s %[2]s && mount -o remount,bind,ro %[2]s
		mount -t tmpfs none %[1]s && exec setpriv --reuid 54321 --regid 54321 --clear-groups sh`, h.shims, at)
	c := exec.Command("unshare", "-m", "sh", "-ec", script)
	c.Env = append(h.env(), "PATH="+at+":/usr/bin:/bin")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	c.Stderr = &complaints
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	ask := func(line string) string {
		t.Helper()
		if _, err := io.WriteString(in, "hash -r; "+line+" 2>&1 | tr '\\n' ' '; echo\n"); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() {
			t.Fatalf("the agent's shell ended: %s", complaints.String())
		}
		return strings.TrimSpace(lines.Text())
	}
	hotPlugged(t, h, ask)
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Error(err, complaints.String())
	}
}

// TestHotPlugInContainer is the same in a container.
func TestHotPlugInContainer(t *testing.T) {
	h := newCaged(t, hostOptions{policy: hotPolicy, tools: []string{"true"}})
	id := h.container("-e", "PATH=/shims:/usr/local/bin:/bin", "-e", "CLAWRDEN_SOCKET=/run/clawrden/agent/shim.sock")
	hotPlugged(t, h.host, func(line string) string { // without a shell, whose own commands come before PATH there
		c := exec.Command("docker", append([]string{"exec"}, append(slices.Clone(agent), append([]string{id}, strings.Fields(line)...)...)...)...)
		c.Env = append(os.Environ(), "DOCKER_HOST=unix://"+h.docker.Socket, "DOCKER_CONTEXT=")
		r := finish(t, c)
		return strings.TrimSpace(r.stdout + r.stderr)
	})
}

func hotPlugged(t *testing.T, h *host, ask func(string) string) {
	t.Helper()
	if got := ask("uname"); got != "Linux" {
		t.Errorf("before: %q", got)
	}
	if r := finish(t, h.cli("shims", "add", "--dir", h.shims, "uname", "id")); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if got := ask("uname"); !strings.Contains(got, "clawrden: uname: denied by the policy") {
		t.Errorf("added: %q", got)
	}
	if got := ask("id -u"); got != "54321" && got != "1000" {
		t.Errorf("an allowed one: %q", got)
	}
	if r := finish(t, h.cli("shims", "remove", "--dir", h.shims, "uname")); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	if got := ask("uname"); got != "Linux" {
		t.Errorf("removed: %q", got)
	}
}

// TestOnlyRootBreaksGlass: no ordinary user gets past a shim by it, diverts, repairs or puts back, whatever it sets.
func TestOnlyRootBreaksGlass(t *testing.T) {
	h := newHost(t, hostOptions{policy: hotPolicy})
	for _, tt := range []struct {
		args []string
		why  string
	}{
		{[]string{"break-glass", "--", "true"}, "not authorised: this is for root"},
		{[]string{"break-glass", "--unrecorded", "-m", "please", "--", "/usr/bin/env"}, "not authorised: this is for root"},
		{[]string{"shims", "add", "--divert", "/usr/bin/git"}, "by root only"},
		{[]string{"shims", "remove", "--divert", "--all"}, "by root only"},
		{[]string{"shims", "repair"}, "by root only"},
	} {
		c := asUser(h.cli(tt.args...), 54321)
		c.Env = append(c.Env, "CLAWRDEN_CONTROL=/nowhere", "SUDO_UID=0", "USER=root")
		if r := finish(t, c); r.code != 4 || r.stdout != "" || !strings.Contains(r.stderr, tt.why) {
			t.Errorf("%q: %+v", tt.args, r)
		}
	}
}

// diversion is a diverted tool and what its shim is to be like.
const inPlaces = `
set -e
mount -t tmpfs none /var/lib/clawrden 2>/dev/null || { mkdir -p /var/lib/clawrden; mount -t tmpfs none /var/lib/clawrden; }
mkdir -p /var/lib/clawrden/diverted "$PLACES"
echo 4711 >/var/lib/clawrden/diverted/agents
chmod 755 /var/lib/clawrden /var/lib/clawrden/diverted
put() { cp "$SHIM" "$PLACES/$1"; }
cd "$PLACES"
cp "$(command -v busybox)" busybox-x.clawrden-real; put busybox-x; ln -s busybox-x echo
cp /usr/bin/id setid.clawrden-real; chown 54322 setid.clawrden-real; chmod 4755 setid.clawrden-real; put setid
printf '#!/bin/sh\necho "$(basename "$0")" "$@"\n' >script.clawrden-real; put script
printf 'echo bare "$@"\n' >bare.clawrden-real; put bare
ln -s ../real/target link.clawrden-real; put link
mkdir ../real; printf '#!/bin/sh\necho linked "$@"\n' >../real/target
cp "$(readlink -f /usr/bin/python3)" py.clawrden-real; put py
printf '#!%s/py\nimport sys; print(sys.argv[1:])\n' "$PLACES" >program
put gone; ln -s nowhere gone.clawrden-real
chmod 755 ../real/target script.clawrden-real bare.clawrden-real program
exec setpriv --reuid "$AS" --regid "$AS" $GROUPS_OF "$@"
`

// TestToolsInTheirPlaces: tools of every kind are what they were, behind a shim in their place, for an agent and for a user
// who is none.
func TestToolsInTheirPlaces(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting and setuid tools need root")
	}
	for _, program := range []string{"busybox", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed; tests/setup.sh test installs it")
		}
	}
	h := newHost(t, hostOptions{policy: `
policy {
  default = "deny"
}
rule "all" {
  commands = ["*"]
  action   = "allow"
  opaque   = "allow"
}
rule "but not" {
  commands = ["script"]
  subcommands = ["secret"]
  action   = "deny"
}
`})
	for n, tt := range []struct {
		words  []string
		want   result
		agents result // "" as want
	}{
		{words: []string{"busybox-x", "echo", "applet"}, want: result{stdout: "applet\n"}},
		{words: []string{"echo", "by a link beside"}, want: result{stdout: "by a link beside\n"}},
		{words: []string{"setid", "-u"}, want: result{stdout: "54322\n"}},
		{words: []string{"setid", "-ru"}, want: result{stdout: "54321\n"}},
		{words: []string{"script", "a b", ""}, want: result{stdout: "script.clawrden-real a b \n"}},
		{words: []string{"bare", "x"}, want: result{stdout: "bare x\n"}},
		{words: []string{"link", "x"}, want: result{stdout: "linked x\n"}},
		{words: []string{"py", "-c", "import sys; print(sys.argv, sys.orig_argv[0])"}, want: result{stdout: "['-c'] PLACES/py\n"}},
		{words: []string{"program", "an", "interpreter"}, want: result{stdout: "['an', 'interpreter']\n"}},
		{words: []string{"gone"}, want: result{code: 127, stderr: "no such file"}, agents: result{code: 127, stderr: "no such tool"}},
	} {
		for _, who := range []string{"agent", "user"} {
			places := filepath.Join(h.dir, fmt.Sprintf("places-%d-%s/bin", n, who))
			groups := "--clear-groups"
			if who == "agent" {
				groups = "--groups 4711"
			}
			c := exec.Command("unshare", append([]string{"-m", "sh", "-c", inPlaces, "sh", filepath.Join(places, tt.words[0])}, tt.words[1:]...)...)
			c.Env = append(h.env(), "PLACES="+places, "SHIM="+filepath.Join(bin, "clawrden-shim"), "AS=54321", "GROUPS_OF="+groups, "PATH=/usr/sbin:/usr/bin:/bin")
			want := tt.want
			if who == "agent" && tt.agents != (result{}) {
				want = tt.agents
			}
			r := finish(t, c)
			if r.code != want.code || r.stdout != strings.ReplaceAll(want.stdout, "PLACES", places) || !strings.Contains(r.stderr, want.stderr) || want.stderr == "" && r.stderr != "" {
				t.Errorf("%q of the %s: %+v, want %+v", tt.words, who, r, want)
			}
		}
	}
	governed := 0
	for _, r := range h.records() {
		if r.Event == "decided" {
			governed++
			if r.Identity.UID != 54321 || len(r.Identity.Groups) != 1 {
				t.Errorf("%s of uid %d, groups %v, was governed", r.Command, r.Identity.UID, r.Identity.Groups)
			}
			if r.Exe != nil && strings.HasSuffix(r.Exe.Path, ".clawrden-real") {
				t.Errorf("%s: the record names %s, not what was called", r.Command, r.Exe.Path)
			}
		}
	}
	if governed < 10 {
		t.Errorf("only %d of the agent's commands were governed", governed)
	}
}
