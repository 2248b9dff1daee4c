package httpapi_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/access"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// port is a server on a real TCP port, with real logins and tokens, and a stand-in for the daemon and for the kernel's word.
type port struct {
	t       *testing.T
	control *httpapitest.Control
	access  *access.Store
	address string
	log     *strings.Builder

	mu       sync.Mutex
	peers    []clawrden.Identity // who holds the next connection
	peersErr error
	away     error
	logins   []string
}

func openPort(t *testing.T) *port {
	t.Helper()
	p := &port{t: t, control: &httpapitest.Control{}, log: &strings.Builder{}, peers: []clawrden.Identity{{UID: 1000, PID: 7}}}
	var err error
	if p.access, err = access.Open(filepath.Join(t.TempDir(), "access.json"), access.Options{SessionLife: time.Hour}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = l.Addr().String()
	server := httpapi.New(httpapi.Options{Control: p.control, Authorizer: p.control, Log: slog.New(slog.NewTextHandler(p.log, nil)), TCP: &httpapi.TCP{
		Access: p.access, Hosts: []string{"builder.example.com"},
		Peers: func(net.Conn) ([]clawrden.Identity, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			return p.peers, p.peersErr
		},
		Account: func(uid uint32) (clawrden.Identity, error) {
			if uid == 404 {
				return clawrden.Identity{}, errors.New("no such user")
			}
			return clawrden.Identity{UID: uid, GID: uid, User: fmt.Sprint("user", uid)}, nil
		},
		TurnedAway: func(*clawrden.Identity, uint32) error { p.mu.Lock(); defer p.mu.Unlock(); return p.away },
		LoggedIn: func(by clawrden.Caller) error {
			p.logins = append(p.logins, by.Identity.User+" "+by.Door)
			return nil
		},
	}})
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(server.Shutdown(t.Context()), <-served); err != nil && !errors.Is(err, t.Context().Err()) {
			t.Error(err)
		}
	})
	return p
}

// from has the following connections held by others.
func (p *port) from(err error, peers ...clawrden.Identity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.peers, p.peersErr = peers, err
}

// ask makes one request on a connection of its own; headers come as name, value; "Host" counts.
func (p *port) ask(method, path, body string, headers ...string) (reply, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.address+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Status, resp.Header}, strings.TrimSpace(string(b))
}

// login opens a link of user 1000 and gives the cookie.
func (p *port) login() string {
	p.t.Helper()
	code, _ := p.access.NewCode(1000)
	resp, body := p.ask("POST", "/login", url.Values{"code": {code}}.Encode(), "Host", p.access.Host())
	cookie := resp.Header.Get("Set-Cookie")
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/" || !strings.Contains(cookie, "HttpOnly; SameSite=Strict") || strings.Contains(cookie, "Domain") {
		p.t.Fatalf("%s %s %s", resp.Status, cookie, body)
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	return cookie
}

func (p *port) token(uid uint32, scope string) string {
	p.t.Helper()
	secret, err := p.access.AddToken(clawrden.Token{Name: "t" + scope, Scope: scope, UID: uid, Expires: clawrden.Timestamp{Time: time.Now().Add(time.Hour)}})
	if err != nil {
		p.t.Fatal(err)
	}
	return "Bearer " + secret
}

// What is asked over TCP, and what comes of it.
func TestTCP(t *testing.T) {
	p := openPort(t)
	p.control.Ask("ab12", "git", "push")
	cookie, token, orphan := p.login(), p.token(1001, "read"), p.token(404, "decide")
	home := p.access.Host()
	tests := map[string]struct {
		method, path, body string
		headers            []string
		status             int
		text               string
	}{
		"nothing":                           {"GET", "/api/queue", "", []string{"Host", home}, 401, "clawrden web"},
		"nothing, and no such path":         {"GET", "/api/nothing", "", nil, 404, "no_such_path"},
		"the cookie":                        {"GET", "/api/queue", "", []string{"Host", home, "Cookie", cookie}, 200, "ab12"},
		"the cookie, with a port":           {"GET", "/api/queue", "", []string{"Host", home + ":9999", "Cookie", cookie}, 200, "ab12"},
		"the cookie under another name":     {"GET", "/api/queue", "", []string{"Host", "localhost:8080", "Cookie", cookie}, 401, "no_login"},
		"the cookie under the address":      {"GET", "/api/queue", "", []string{"Cookie", cookie}, 401, "no_login"},
		"the cookie below the name":         {"GET", "/api/queue", "", []string{"Host", "x." + home, "Cookie", cookie}, 421, "host"},
		"a wrong cookie":                    {"GET", "/api/queue", "", []string{"Host", home, "Cookie", cookie + "x"}, 401, "has ended"},
		"a token":                           {"GET", "/api/queue", "", []string{"Authorization", token}, 200, "ab12"},
		"a token, by the name":              {"GET", "/api/queue", "", []string{"Host", "builder.example.com:8443", "Authorization", token}, 200, "ab12"},
		"a token in another case":           {"GET", "/api/queue", "", []string{"Authorization", "bearer" + token[6:]}, 200, "ab12"},
		"a token of a user who is gone":     {"GET", "/api/queue", "", []string{"Authorization", orphan}, 403, "no user 404"},
		"a wrong token beside a cookie":     {"GET", "/api/queue", "", []string{"Host", home, "Cookie", cookie, "Authorization", "Bearer x"}, 401, "the token is wrong"},
		"a password":                        {"GET", "/api/queue", "", []string{"Authorization", "Basic cm9vdDpyb290"}, 401, "the token is wrong"},
		"rebinding":                         {"GET", "/api/queue", "", []string{"Host", "evil.example", "Cookie", cookie, "Authorization", token}, 421, "host"},
		"rebinding the login":               {"GET", "/login", "", []string{"Host", "evil.example"}, 421, "host"},
		"no host":                           {"GET", "/login", "", []string{"Host", ":"}, 421, "host"},
		"another site's form":               {"POST", "/api/kill", "", []string{"Host", home, "Cookie", cookie, "Origin", "http://evil.example"}, 403, "another site"},
		"another site's form, by fetch":     {"POST", "/api/kill", "", []string{"Host", home, "Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, 403, "another site"},
		"another port's form":               {"POST", "/api/kill", "", []string{"Host", home, "Cookie", cookie, "Sec-Fetch-Site", "same-site"}, 403, "another site"},
		"another port reads":                {"GET", "/api/queue", "", []string{"Host", home, "Cookie", cookie, "Sec-Fetch-Site", "same-site"}, 401, "no_login"},
		"its own page":                      {"GET", "/api/queue", "", []string{"Host", home, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"}, 200, "ab12"},
		"another site's form for the pages": {"POST", "/decide", "", []string{"Host", home, "Cookie", cookie, "Origin", "null"}, 403, "another site"},
		"a page without a login":            {"GET", "/", "", []string{"Host", home, "Accept", "text/html"}, 401, "<p>no login"},
		"a program without one":             {"GET", "/", "", []string{"Host", home}, 401, `"code":"no_login"`},
		"a page":                            {"GET", "/", "", []string{"Host", home, "Cookie", cookie, "Accept", "text/html"}, 200, "<html"},
		"the way in":                        {"GET", "/login", "", []string{"Host", home}, 200, "/login.js"},
		"the way in, otherwise":             {"PUT", "/login", "", []string{"Host", home}, 405, "GET, HEAD"},
		"out, by a link":                    {"GET", "/logout", "", []string{"Host", home, "Cookie", cookie}, 405, "POST"},
		"a link from within":                {"POST", "/api/login", "", []string{"Host", home, "Cookie", cookie}, 403, "control socket"},
		"ten megabytes":                     {"POST", "/api/kill", strings.Repeat("x", 10<<20), []string{"Authorization", token}, 413, "too_large"},
		"ten megabytes to log in":           {"POST", "/login", strings.Repeat("x", 10<<20), []string{"Host", home}, 413, "too_large"},
		"up":                                {"GET", "/api/queue/../status", "", []string{"Authorization", token}, 404, "no_such_path"},
		"up, escaped":                       {"GET", "/api/queue/..%2fstatus", "", []string{"Authorization", token}, 404, "no_such_path"},
		"an id that is none":                {"GET", "/api/queue/AB%00", "", []string{"Authorization", token}, 404, "not_found"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p.t = t
			resp, body := p.ask(tt.method, tt.path, tt.body, tt.headers...)
			if resp.StatusCode != tt.status || !strings.Contains(body+resp.Header.Get("Allow"), tt.text) {
				t.Errorf("%s %s; want %d and %q", resp.Status, body, tt.status, tt.text)
			}
			for header, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
				"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			} {
				if !strings.HasPrefix(resp.Header.Get(header), want) {
					t.Errorf("%s: %q", header, resp.Header.Get(header))
				}
			}
			if (tt.status == 401) != (resp.Header.Get("WWW-Authenticate") != "") {
				t.Errorf("WWW-Authenticate: %q", resp.Header.Get("WWW-Authenticate"))
			}
		})
	}
	if calls := p.control.Calls(); len(calls) > 0 {
		t.Errorf("something was done: %v", calls)
	}
}

// Who holds the connection counts beside what it shows.
func TestTCPPeers(t *testing.T) {
	p := openPort(t)
	cookie, token, home := p.login(), p.token(1001, "decide"), p.access.Host()
	byCookie, byToken := []string{"Host", home, "Cookie", cookie}, []string{"Authorization", token}
	ann, bot := clawrden.Identity{UID: 1000, PID: 7}, clawrden.Identity{UID: 2000, PID: 8}
	tests := map[string]struct {
		peers           []clawrden.Identity
		err, away       error
		cookie, byToken int
	}{
		"the user's browser":        {peers: []clawrden.Identity{ann}, cookie: 200, byToken: 200},
		"another user":              {peers: []clawrden.Identity{bot}, cookie: 401, byToken: 200},
		"both":                      {peers: []clawrden.Identity{ann, bot}, cookie: 401, byToken: 200},
		"another machine":           {cookie: 401, byToken: 200},
		"somebody unknown":          {err: errors.New("no process holds it"), cookie: 403, byToken: 403},
		"an agent, whatever it has": {peers: []clawrden.Identity{ann}, away: fmt.Errorf("%w: the caller is agent x", clawrden.ErrNotAuthorized), cookie: 403, byToken: 403},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p.from(tt.err, tt.peers...)
			p.mu.Lock()
			p.away = tt.away
			p.mu.Unlock()
			if resp, body := p.ask("GET", "/api/status", "", byCookie...); resp.StatusCode != tt.cookie {
				t.Errorf("by cookie: %s %s", resp.Status, body)
			}
			if resp, body := p.ask("GET", "/api/status", "", byToken...); resp.StatusCode != tt.byToken {
				t.Errorf("by token: %s %s", resp.Status, body)
			}
			code, _ := p.access.NewCode(1000)
			resp, body := p.ask("POST", "/login", "code="+code, "Host", home)
			if ok := resp.StatusCode == 303; ok != (tt.cookie == 200) {
				t.Errorf("by code: %s %s", resp.Status, body)
			}
		})
	}
}

// A code works once; who brings one of somebody else uses it up; after ten wrong ones nothing from there counts, and others get in.
func TestLoginCodes(t *testing.T) {
	p := openPort(t)
	home := p.access.Host()
	try := func(code, host string) int {
		resp, _ := p.ask("POST", "/login", url.Values{"code": {code}}.Encode(), "Host", host)
		return resp.StatusCode
	}
	code, _ := p.access.NewCode(1000)
	if got := []int{try(code, "localhost"), try(code, home), try(code, home)}; got[0] != 403 || got[1] != 303 || got[2] != 401 {
		t.Errorf("elsewhere, once, twice: %v", got)
	}
	code, _ = p.access.NewCode(1001)
	stolen := try(code, home)
	p.from(nil, clawrden.Identity{UID: 1001})
	if got := try(code, home); stolen != 401 || got != 401 {
		t.Errorf("stolen %d, then the owner %d", stolen, got)
	}
	for range 20 {
		try("nonsense", home)
	}
	code, _ = p.access.NewCode(1001)
	if got := try(code, home); got != 429 {
		t.Errorf("after many: %d", got)
	}
	p.from(nil, clawrden.Identity{UID: 1000})
	code, _ = p.access.NewCode(1000)
	if got := try(code, home); got != 303 {
		t.Errorf("another user: %d", got)
	}
	if got := strings.Join(p.logins, ", "); got != "user1000 http, user1000 http" {
		t.Errorf("on record: %s", got)
	}
}

// Wrong tokens are counted by the place that they come from, and a right one then waits like all others.
func TestTokenAttempts(t *testing.T) {
	p := openPort(t)
	token := p.token(1001, "read")
	for range 12 {
		p.ask("GET", "/api/status", "", "Authorization", "Bearer clawrden_nonsense")
	}
	resp, _ := p.ask("GET", "/api/status", "", "Authorization", token)
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("after many: %s", resp.Status)
	}
	p.from(nil, clawrden.Identity{UID: 1001})
	if resp, _ := p.ask("GET", "/api/status", "", "Authorization", token); resp.StatusCode != 200 {
		t.Errorf("another user: %s", resp.Status)
	}
	if strings.Contains(p.log.String(), "nonsense") {
		t.Error("a token is in the log")
	}
}

// A logout ends the login, and a revoked token counts for nothing at once.
func TestTheEndOfALogin(t *testing.T) {
	p := openPort(t)
	cookie, token, home := p.login(), p.token(1000, "read"), p.access.Host()
	if resp, _ := p.ask("POST", "/logout", "", "Host", home, "Cookie", cookie); resp.StatusCode != 303 || !strings.Contains(resp.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	if resp, _ := p.ask("GET", "/api/status", "", "Host", home, "Cookie", cookie); resp.StatusCode != 401 {
		t.Errorf("after the logout: %s", resp.Status)
	}
	if _, err := p.access.RevokeToken("tread"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := p.ask("GET", "/api/status", "", "Authorization", token); resp.StatusCode != 401 {
		t.Errorf("after it was revoked: %s", resp.Status)
	}
}

// A stream ends with the token or login that it came by, before it tells of anything that happens later.
func TestRevocationEndsAStream(t *testing.T) {
	for name, end := range map[string]func(p *port, cookie string) error{
		"token": func(p *port, _ string) error { _, err := p.access.RevokeToken("tread"); return err },
		"login": func(p *port, cookie string) error {
			if resp, text := p.ask("POST", "/logout", "", "Host", p.access.Host(), "Cookie", cookie); resp.StatusCode != http.StatusSeeOther {
				return errors.New(text)
			}
			return nil
		},
		"rights": func(p *port, _ string) error { p.control.Refuse(clawrden.RightRead); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := openPort(t)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+"/api/events", nil)
			if err != nil {
				t.Fatal(err)
			}
			cookie := ""
			if name == "login" {
				cookie = p.login()
				r.Host = p.access.Host()
				r.Header.Set("Cookie", cookie)
			} else {
				r.Header.Set("Authorization", p.token(1000, "read"))
			}
			resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			lines := bufio.NewScanner(resp.Body)
			p.control.Ask("before", "git", "push")
			for lines.Scan() && !strings.Contains(lines.Text(), `"id":"before"`) {
				continue
			}
			if resp.StatusCode != http.StatusOK || lines.Err() != nil {
				t.Fatal(resp.Status, lines.Err())
			}
			if err := end(p, cookie); err != nil {
				t.Fatal(err)
			}
			p.control.Ask("after", "git", "push")
			for lines.Scan() {
				if strings.Contains(lines.Text(), "after") {
					t.Errorf("it was told of %s", lines.Text())
				}
			}
			if lines.Err() != nil {
				t.Error(lines.Err())
			}
		})
	}
}

// Tokens are made at a door, not by another token, and the caller that comes by one has it with it.
func TestTokenRoutes(t *testing.T) {
	d := open(t, nil)
	resp, body := d.ask("POST", "/api/tokens", `{"name":"phone","scope":"decide","user":"ann","life":"30d"}`)
	if resp.StatusCode != 200 || !strings.Contains(body, `"secret":"`+httpapitest.Secret+`"`) {
		t.Errorf("%s %s", resp.Status, body)
	}
	for body, want := range map[string]int{
		`{"name":"phone","scope":"decide"}`:          409,
		`{"name":"x","scope":"all"}`:                 400,
		`{"name":"X","scope":"read"}`:                400,
		`{"name":"x","scope":"read","life":"400d"}`:  400,
		`{"name":"x","scope":"read","life":"-1h"}`:   400,
		`{"name":"x","scope":"read","user":"-rf /"}`: 400,
		`{"name":"x","scope":"read","rights":[]}`:    400,
	} {
		if resp, text := d.ask("POST", "/api/tokens", body); resp.StatusCode != want {
			t.Errorf("%s: %s %s", body, resp.Status, text)
		}
	}
	if _, body := d.ask("GET", "/api/tokens", ""); !strings.Contains(body, `"name":"phone"`) || strings.Contains(body, httpapitest.Secret) {
		t.Error(body)
	}
	if resp, _ := d.ask("POST", "/api/tokens/phone/revoke", ""); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
	if resp, _ := d.ask("POST", "/api/tokens/phone/revoke", ""); resp.StatusCode != 404 {
		t.Error(resp.Status)
	}
	p := openPort(t)
	if resp, body := p.ask("POST", "/api/tokens", `{"name":"x","scope":"admin"}`, "Authorization", p.token(0, "admin")); resp.StatusCode != 403 {
		t.Errorf("by a token: %s %s", resp.Status, body)
	}
}
