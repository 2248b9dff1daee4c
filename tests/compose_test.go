package tests

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden/internal/testutil"
)

// composed is what `docker compose up` has made of compose.yaml.
type composed struct {
	t      *testing.T
	docker *testutil.Dockerd
	dir    string
	env    []string
	files  []string
}

// compose brings up the files at the root on an engine of the test's own: the images are built on one that is made from the machine's
// busybox, and nothing is fetched.
func compose(t *testing.T, files ...string) *composed {
	t.Helper()
	if _, err := exec.LookPath("docker-compose"); err != nil {
		t.Skip("docker-compose is not installed (tests/setup.sh test)")
	}
	c := &composed{t: t, docker: testutil.Docker(t), files: files}
	c.docker.Image(t, "compose-base:1", nil)
	dir, err := os.MkdirTemp("", "clawrden-compose-") //nolint:usetesting // t.TempDir is closed to other users
	if err == nil {
		err = os.Chmod(dir, 0o755) // agents of other users reach their socket below it
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c.dir = dir
	c.env = append(os.Environ(), "DOCKER_HOST=unix://"+c.docker.Socket, "DOCKER_CONTEXT=", "DOCKER_BUILDKIT=0", "COMPOSE_DOCKER_CLI_BUILD=0",
		"COMPOSE_PROJECT_NAME=clawrden-test", "CLAWRDEN_BASE=compose-base:1", "CLAWRDEN_STATE="+dir+"/state", "CLAWRDEN_RUN="+dir+"/run",
		"CLAWRDEN_WORK="+dir+"/work", "CLAWRDEN_ENGINE="+c.docker.Socket, "CLAWRDEN_TLS="+dir+"/tls", "CLAWRDEN_NETWORK=none")
	return c
}

func (c *composed) up() {
	c.t.Helper()
	c.t.Cleanup(func() { _ = c.run("docker-compose", c.with("down", "-v")...) })
	if r := c.run("docker-compose", c.with("up", "-d", "--build")...); r.code != 0 {
		logs := c.run("docker-compose", c.with("logs")...)
		c.t.Fatalf("%+v\n%+v", r, logs)
	}
}

func (c *composed) with(args ...string) (all []string) {
	for _, f := range c.files {
		all = append(all, "-f", f)
	}
	return append(all, args...)
}

func (c *composed) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = "..", c.env
	return cmd
}

func (c *composed) run(name string, args ...string) result {
	c.t.Helper()
	return finish(c.t, c.command(name, args...))
}

func (c *composed) container(service string) string {
	c.t.Helper()
	r := c.run("docker", "ps", "-q", "--filter", "label=com.docker.compose.service="+service)
	if r.code != 0 || r.stdout == "" {
		c.t.Fatalf("no container of %s: %+v", service, r)
	}
	return strings.TrimSpace(r.stdout)
}

// person runs the command line beside the daemon.
func (c *composed) person(args ...string) result {
	c.t.Helper()
	return c.run("docker", append([]string{"exec", c.container("daemon"), "/usr/bin/clawrden"}, args...)...)
}

func (c *composed) agent(args ...string) *exec.Cmd {
	return c.command("docker", append([]string{"exec", c.container("agent")}, args...)...)
}

// What packaging/compose/README.md shows: allow, deny, ask and ghost, by an agent that isn't root, on a daemon without systemd. Images
// are built and containers made, which takes some seconds.
func TestCompose(t *testing.T) {
	c := compose(t, "compose.yaml")
	c.up()
	if r := finish(t, c.agent("ls", "-d", "/tmp")); r.code != 0 || r.stdout != "/tmp\n" {
		t.Errorf("allowed: %+v", r)
	}
	if r := finish(t, c.agent("rm", "x")); r.code != 126 || !strings.Contains(r.stderr, "Nothing is removed here.") {
		t.Errorf("denied: %+v", r)
	}
	if err := os.WriteFile(c.dir+"/work/f", []byte("one two\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := finish(t, c.agent("wc", "-w", "f")); r.code != 0 || !strings.HasPrefix(strings.TrimSpace(r.stdout), "2") {
		t.Errorf("in a ghost: %+v", r)
	}
	c.asks()
	history := c.history()
	if len(history) != 4 {
		t.Fatalf("on record are %+v", history)
	}
	for i, want := range []string{"touch approved mirror", "wc allow ghost", "rm deny ", "ls allow mirror"} {
		if h := history[i]; h.Command+" "+h.Decision+" "+h.Executor != want || h.Identity.Container != history[0].Identity.Container || h.Identity.Container == "" {
			t.Errorf("record %d is of %+v, not %s", i, h, want)
		}
	}
	t.Run("whoever isn't in the group", func(t *testing.T) {
		r := c.run("docker", "run", "--rm", "--network=none", "--user=1001", "-v", c.dir+"/run/agent:/run/clawrden/agent:ro",
			"-v", c.dir+"/state/shims:/shims:ro", "clawrden-agent", "/shims/ls")
		if r.code != 125 || !strings.Contains(r.stderr, "permission denied") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a socket of its own", func(t *testing.T) { c.ownSocket(t) })
}

type composedRecord struct {
	Command, Decision, Executor string
	Identity                    struct{ Agent, Container string }
}

func (c *composed) history() (all []composedRecord) {
	c.t.Helper()
	r := c.person("history", "-o", "json")
	if err := json.Unmarshal([]byte(r.stdout), &all); err != nil || len(all) == 0 {
		c.t.Fatalf("%v: %+v", err, r)
	}
	return all
}

// asks has the agent ask, and approves it.
func (c *composed) asks() {
	c.t.Helper()
	asked := c.agent("touch", "g")
	if err := asked.Start(); err != nil {
		c.t.Fatal(err)
	}
	var queue []struct{ ID string }
	if !comes(func() bool {
		r := c.person("queue", "-o", "json")
		if err := json.Unmarshal([]byte(r.stdout), &queue); err != nil {
			c.t.Fatalf("%v: %+v", err, r)
		}
		return len(queue) > 0
	}) {
		c.t.Fatal("nothing is asked for")
	}
	if r := c.person("approve", queue[0].ID); r.code != 0 {
		c.t.Errorf("approving: %+v", r)
	}
	if err := asked.Wait(); err != nil {
		c.t.Errorf("what was approved: %v", err)
	}
	if _, err := os.Stat(c.dir + "/work/g"); err != nil {
		c.t.Error(err)
	}
}

// An agent that is registered has a socket, a group and a name of its own.
func (c *composed) ownSocket(t *testing.T) {
	if r := c.person("agent", "add", "coder", "--container", "own"); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	r := c.run("docker", "run", "--rm", "--name=own", "--network=none", "--user=1000", "--group-add=64102", "--cap-drop=ALL",
		"-v", c.dir+"/run/agents/coder:/run/clawrden/agent:ro", "-v", c.dir+"/state/shims:/shims:ro", "clawrden-agent", "/shims/ls", "-d", "/tmp")
	if r.code != 0 || r.stdout != "/tmp\n" {
		t.Errorf("by its own socket: %+v", r)
	}
	if h := c.history()[0]; h.Identity.Agent != "coder" || h.Command != "ls" {
		t.Errorf("on record is %+v", h)
	}
}

// HTTP on all addresses: by TLS alone, to nobody without a login, and with a token for what its scope says. Root's wouldn't do here: root
// outside of the daemon's container isn't root to it.
func TestComposeHTTP(t *testing.T) {
	c := compose(t, "compose.yaml", "packaging/compose/http.yaml")
	writeCertificate(t, c.dir+"/tls")
	c.up()
	pid := strings.TrimSpace(c.run("docker", "inspect", "-f", "{{.State.Pid}}", c.container("daemon")).stdout)
	get := func(url string, options ...string) string {
		args := []string{"-t", pid, "-n", "curl", "-s", "--cacert", c.dir + "/tls/certificate.pem", "--resolve", "agents.test:8443:127.0.0.1"}
		return c.run("nsenter", append(append(args, options...), url)...).stdout
	}
	if said := get("https://agents.test:8443/api/status"); !strings.Contains(said, "no_login") {
		t.Errorf("by TLS, without a login: %s", said)
	}
	if said := get("http://agents.test:8443/api/status"); !strings.Contains(said, "HTTPS") {
		t.Errorf("without TLS: %s", said)
	}
	token := strings.TrimSpace(c.person("token", "add", "phone", "--scope", "read", "--user", "approver").stdout)
	for _, row := range []struct{ method, path, token, want string }{
		{"GET", "/api/status", token, `"running"`},
		{"POST", "/api/kill", token, "not_authorized"},
		{"GET", "/api/status", token + "x", `"status":401`},
	} {
		if said := get("https://agents.test:8443"+row.path, "-X", row.method, "-H", "Authorization: Bearer "+row.token); !strings.Contains(said, row.want) {
			t.Errorf("%s %s with the token %q: %s", row.method, row.path, row.token, said)
		}
	}
}

// writeCertificate makes the two files that packaging/compose/http.hcl names.
func writeCertificate(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "agents.test"}, DNSNames: []string{"agents.test", "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	for name, block := range map[string]*pem.Block{"certificate.pem": {Type: "CERTIFICATE", Bytes: der}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
