package system

import (
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"testing"
)

// speak makes one HTTP request as a user of the machine, by bash alone, and gives the answer.
func (m *machine) speak(user, port, request string) string {
	script := `exec 3<>/dev/tcp/127.0.0.1/"$1"; printf '%s' "$2" >&3; cat <&3`
	var c *exec.Cmd
	if user == "root" {
		r := m.run("bash", "-c", script, "bash", port, request)
		return r.stdout + r.stderr
	}
	c = m.as(user, "bash", "-c", script, "bash", port, request)
	r := finish(c)
	return r.stdout + r.stderr
}

// The port comes from systemd, to a daemon that has no network: it finds who holds the other end all the same. Without a
// certificate no other address is served.
func TestHTTP(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		if r := finish(m.as("ann", "clawrden", "web")); r.code == 0 || !strings.Contains(r.stderr, "systemctl enable clawrden-http.socket") {
			t.Errorf("without the port: %v", r)
		}
		m.must(t, "sh", "-c", "systemctl enable clawrden-http.socket && systemctl restart clawrden.service")
		t.Cleanup(func() {
			m.run("sh", "-c", "systemctl disable --now clawrden-http.socket; systemctl restart clawrden.service")
		})
		r := finish(m.as("ann", "clawrden", "web"))
		link, err := url.Parse(strings.TrimSpace(r.stdout))
		if err != nil || link.Port() != "8080" {
			t.Fatalf("%v, %v", r, err)
		}
		login := func(user, code string) string {
			body := "code=" + url.QueryEscape(code)
			return m.speak(user, link.Port(), fmt.Sprintf("POST /login HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", link.Host, len(body), body))
		}
		answer := login("ann", link.Fragment)
		_, cookie, found := strings.Cut(answer, "Set-Cookie: ")
		cookie, _, _ = strings.Cut(cookie, ";")
		if !strings.HasPrefix(answer, "HTTP/1.1 303") || !found {
			t.Fatalf("ann's login: %s", answer)
		}
		status := func(user string) string {
			answer := m.speak(user, link.Port(), fmt.Sprintf("GET /api/status HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nConnection: close\r\n\r\n", link.Host, cookie))
			line, _, _ := strings.Cut(answer, "\r\n")
			return strings.TrimPrefix(line, "HTTP/1.1 ")
		}
		for user, want := range map[string]string{"ann": "200 OK", "bob": "401 Unauthorized", "agent": "401 Unauthorized", "root": "401 Unauthorized"} {
			if got := status(user); got != want {
				t.Errorf("%s with ann's cookie: %s, want %s", user, got, want)
			}
		}
		token := m.must(t, "sh", "-c", "clawrden token add t --scope read --user ann 2>/dev/null")
		for user, want := range map[string]string{"bob": "200 OK", "agent": "403 Forbidden"} {
			answer := m.speak(user, "8080", "GET /api/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+token+"\r\nConnection: close\r\n\r\n")
			if !strings.HasPrefix(answer, "HTTP/1.1 "+want) {
				t.Errorf("%s with a token: %s, want %s", user, answer, want)
			}
		}
		m.closedToTheNetwork(t)
	})
}

// closedToTheNetwork has the port opened on every address, which the daemon refuses to serve in the clear.
func (m *machine) closedToTheNetwork(t *testing.T) {
	t.Helper()
	m.dropIn(t, "clawrden-http.socket", "[Socket]\nListenStream=\nListenStream=0.0.0.0:8443\n")
	m.must(t, "systemctl", "stop", "clawrden.service", "clawrden-http.socket")
	m.run("systemctl", "start", "clawrden.service")
	m.journalSays(t, "clawrden.service", "http.certificate")
}
