package tests

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

const httpPolicy = `
policy {
  default = "allow"
  opaque  = "allow"
}
rule "ask" {
  commands = ["hostname"]
  action   = "ask"
}
`

// web is a daemon with a port: without --dev where the test is root's.
func web(t *testing.T) (h *host, link *url.URL) {
	t.Helper()
	o := hostOptions{policy: httpPolicy, tools: []string{"bash", "hostname"}, args: []string{"--http", freePort(t)}}
	if os.Geteuid() != 0 {
		o.args = append(o.args, "--dev")
	}
	h = newHost(t, o)
	return h, h.link()
}

// link is what `clawrden web` prints.
func (h *host) link() *url.URL {
	h.t.Helper()
	link, err := url.Parse(strings.TrimSpace(h.person("web").stdout))
	if err != nil || link.Path != "/login" || link.Fragment == "" || !strings.HasSuffix(link.Hostname(), ".localhost") {
		h.t.Fatalf("the link is %v, %v", link, err)
	}
	return link
}

// browser is a client that keeps cookies, and finds every name on this host.
func browser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(address)
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
	}}
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// say asks as a process of a user, without this test's own connections: by bash, under the daemon's eyes where it is governed.
func (h *host) say(bash *exec.Cmd, link *url.URL, header string) (status int) {
	h.t.Helper()
	bash.Args = append(bash.Args, "-c", fmt.Sprintf(`exec 3<>/dev/tcp/127.0.0.1/%s; printf 'GET /api/status HTTP/1.1\r\nHost: %s\r\n%s\r\nConnection: close\r\n\r\n' >&3; read -r _ status _ <&3; echo "$status"`,
		link.Port(), link.Host, header))
	r := finish(h.t, bash)
	status, err := strconv.Atoi(strings.TrimSpace(r.stdout))
	if err != nil {
		h.t.Fatalf("%+v", r)
	}
	return status
}

// A link logs a browser in, once; the login outlives a restart, and is no other user's, and no governed command's.
func TestWebLogin(t *testing.T) {
	h, link := web(t)
	b := browser(t)
	resp, err := b.PostForm("http://"+link.Host+"/login", url.Values{"code": {link.Fragment}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	cookies := b.Jar.Cookies(&url.URL{Scheme: "http", Host: link.Host, Path: "/"})
	if resp.StatusCode != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("%s, %v", resp.Status, cookies)
	}
	if elsewhere := b.Jar.Cookies(&url.URL{Scheme: "http", Host: "localhost:3000", Path: "/"}); len(elsewhere) != 0 {
		t.Errorf("another port of localhost is handed %v", elsewhere)
	}
	get := func(client *http.Client) int {
		resp, err := client.Get("http://" + link.Host + "/api/queue")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if got, without := get(b), get(browser(t)); got != 200 || without != 401 {
		t.Errorf("with the cookie %d, without %d", got, without)
	}
	if resp, err = b.PostForm("http://"+link.Host+"/login", url.Values{"code": {link.Fragment}}); err != nil || resp.StatusCode != 401 {
		t.Errorf("the link again: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
	cookie := "Cookie: " + cookies[0].String()
	if got := h.say(exec.Command("bash"), link, cookie); got != 200 {
		t.Errorf("by another process of the user: %d", got)
	}
	if os.Geteuid() == 0 {
		if got := h.say(asUser(exec.Command("bash"), stranger), link, cookie); got != 401 {
			t.Errorf("by another user: %d", got)
		}
		if got := h.say(h.command("bash"), link, cookie); got != 403 {
			t.Errorf("by a governed command: %d", got)
		}
	}
	h.kill(syscall.SIGTERM)
	h.start()
	if got := get(b); got != 200 {
		t.Errorf("after a restart: %d", got)
	}
	h.waitRecords(func(rs []clawrden.Record) bool {
		for _, r := range rs {
			if r.Event == clawrden.EventLogin && r.Approver.Door == "http" && r.Approver.UID == uint32(os.Geteuid()) {
				return true
			}
		}
		return false
	})
}

// newToken is what `clawrden token add` prints.
func (h *host) newToken(name, scope string) string {
	h.t.Helper()
	r := h.person("token", "add", name, "--scope", scope)
	if r.code != 0 || !strings.HasPrefix(r.stdout, "clawrden_") {
		h.t.Fatalf("%+v", r)
	}
	return strings.TrimSpace(r.stdout)
}

// byToken is the command line with a token, on a URL.
func (h *host) byToken(token, url string, args ...string) *exec.Cmd {
	c := h.cli(append([]string{"--api", url}, args...)...)
	c.Env = append(c.Env, "CLAWRDEN_TOKEN="+token)
	return c
}

// A token lets the command line work by a URL, within its scope, until it is revoked; what it decides is on record with its name.
func TestTokens(t *testing.T) {
	h, link := web(t)
	api := "http://127.0.0.1:" + link.Port()
	read, decide := h.newToken("looks", "read"), h.newToken("phone", "decide")
	c := h.command("hostname")
	if os.Geteuid() == 0 {
		c = asUser(c, stranger)
	}
	end := make(chan result, 1)
	go func() { end <- finish(t, c) }()
	id := h.waitPending(1)[0].ID
	if r := finish(t, h.byToken("", api, "queue")); r.code != 4 || !strings.Contains(r.stderr, "clawrden token add") {
		t.Errorf("without a token: %+v", r)
	}
	if r := finish(t, h.byToken(read, api, "queue", "-o", "json")); r.code != 0 || !strings.Contains(r.stdout, id) {
		t.Errorf("to look on: %+v", r)
	}
	if r := finish(t, h.byToken(read, api, "approve", id)); r.code != 4 || !strings.Contains(r.stderr, "scope read") {
		t.Errorf("to look on alone: %+v", r)
	}
	if r := finish(t, h.byToken(decide, api, "unlock")); r.code != 4 {
		t.Errorf("to decide alone: %+v", r)
	}
	if r := finish(t, h.byToken(decide, api, "approve", id)); r.code != 0 {
		t.Errorf("to decide: %+v", r)
	}
	if r := <-end; r.code != 0 {
		t.Errorf("the command: %+v", r)
	}
	if r := h.decided(id); r.Approver == nil || r.Approver.Token != "phone" || r.Approver.Door != "http" {
		t.Errorf("on record: %+v", r.Approver)
	}
	if os.Geteuid() == 0 {
		bearer := "Authorization: Bearer " + decide
		if got := h.say(asUser(exec.Command("bash"), stranger), link, bearer); got != 200 {
			t.Errorf("by another user's program: %d", got)
		}
		if got := h.say(asUser(h.command("bash"), stranger), link, bearer); got != 403 {
			t.Errorf("by a governed command: %d", got)
		}
		if status := h.post("/api/agents", fmt.Sprintf(`{"name":"robo","user":"%d"}`, stranger)); status != 200 {
			t.Fatal(status)
		}
		if got := h.say(asUser(exec.Command("bash"), stranger), link, bearer); got != 403 {
			t.Errorf("by an agent's user: %d", got)
		}
	}
	h.must("token", "revoke", "phone")
	if r := finish(t, h.byToken(decide, api, "queue")); r.code != 4 {
		t.Errorf("after it was revoked: %+v", r)
	}
	state, err := os.ReadFile(filepath.Join(h.dir, "state/access.json"))
	if err != nil || strings.Contains(string(state), read) {
		t.Errorf("the token is in the state: %v", err)
	}
}

// certificateFor writes a certificate for this host, and its key.
func certificateFor(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "crt"), filepath.Join(dir, "key")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// Any address but the loopback's needs a certificate: without one the daemon doesn't start and says why, with one it speaks TLS alone.
func TestOtherAddresses(t *testing.T) {
	dir := t.TempDir()
	cert, key := certificateFor(t, dir)
	c := exec.Command(filepath.Join(bin, "clawrdend"), "--dev", "--socket", filepath.Join(dir, "s/shim"), "--control", filepath.Join(dir, "c"), "--state", filepath.Join(dir, "state"),
		"--audit", filepath.Join(dir, "audit"), "--http", "0.0.0.0:0")
	if r := finish(t, c); r.code != 1 || !strings.Contains(r.stderr, "http.certificate") {
		t.Errorf("without a certificate: %+v", r)
	}
	_, port, _ := net.SplitHostPort(freePort(t))
	h := newHost(t, hostOptions{policy: httpPolicy, config: fmt.Sprintf("http {\n  certificate = %q\n  key = %q\n}\n", cert, key), args: []string{"--dev", "--http", "0.0.0.0:" + port}})
	token := h.newToken("far", "read")
	far := h.byToken(token, "https://localhost:"+port, "status", "-o", "json")
	far.Env = append(far.Env, "SSL_CERT_FILE="+cert)
	if r := finish(t, far); r.code != 0 || !json.Valid([]byte(r.stdout)) {
		t.Errorf("by TLS: %+v", r)
	}
	if r := finish(t, h.byToken(token, "https://localhost:"+port, "status")); r.code != 5 || !strings.Contains(r.stderr, "certificate") {
		t.Errorf("by a certificate that nobody vouches for: %+v", r)
	}
	if r := finish(t, h.byToken(token, "http://builder.example.com:"+port, "status")); r.code == 0 || !strings.Contains(r.stderr, "in the clear") {
		t.Errorf("in the clear: %+v", r)
	}
	resp, err := http.Get("http://localhost:" + port + "/api/status")
	if err == nil {
		b, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != 400 || !strings.Contains(string(b), "HTTPS") {
			t.Errorf("plain HTTP: %s %s", resp.Status, b)
		}
	}
	if r := h.person("web"); r.code == 0 || !strings.Contains(r.stderr, "clawrden-http.socket") {
		t.Errorf("a link to nowhere: %+v", r)
	}
}
