package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/bridgetest"
)

var secret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 24)))

// The signature is the specification's own example, and a second secret signs beside the first.
func TestSign(t *testing.T) {
	keys, err := readSecrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n" + secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	sign(h, keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	first, second, _ := strings.Cut(h.Get("webhook-signature"), " ")
	if first != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" || !strings.HasPrefix(second, "v1,") {
		t.Errorf("%q", h)
	}
	for _, bad := range []string{"", "whsec_", "whsec_!!", "whsec_" + base64.StdEncoding.EncodeToString([]byte("short"))} {
		if _, err := readSecrets(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// What is sent again has the same id and another time; what has changed has another id.
func TestPost(t *testing.T) {
	type got struct {
		header http.Header
		body   []byte
	}
	all, status, header := make(chan got, 10), http.StatusOK, http.Header{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all <- got{r.Header, body}
		for name := range header {
			w.Header().Set(name, header.Get(name))
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	s, err := New(Options{URL: server.URL, Secrets: secret})
	if err != nil {
		t.Fatal(err)
	}
	m := bridgetest.Ask("")
	var ids []string
	for range 2 {
		if _, err := s.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		g := bridgetest.Next(t, all)
		ids = append(ids, g.header.Get("webhook-id"))
		mac := hmac.New(sha256.New, []byte(strings.Repeat("k", 24)))
		mac.Write([]byte(g.header.Get("webhook-id") + "." + g.header.Get("webhook-timestamp") + "." + string(g.body)))
		if g.header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			t.Errorf("%q", g.header)
		}
		var p payload
		if err := json.Unmarshal(g.body, &p); err != nil || p.Type != "ask.pending" || p.Data.Command != bridgetest.Hostile {
			t.Errorf("%s", g.body)
		}
	}
	if err := s.Edit(t.Context(), "", bridgetest.End(m)); err != nil {
		t.Fatal(err)
	}
	g := bridgetest.Next(t, all)
	if ids[0] != ids[1] || g.header.Get("webhook-id") == ids[0] || !strings.Contains(string(g.body), `"decision":"approved"`) {
		t.Errorf("%q, %q %s", ids, g.header, g.body)
	}
	var later *bridge.LaterError
	status = http.StatusServiceUnavailable
	header.Set("Retry-After", "17")
	if _, err := s.Post(t.Context(), m); !errors.As(err, &later) || later.After != 17*time.Second {
		t.Errorf("%v", err)
	}
	header = http.Header{"Location": {server.URL + "/elsewhere"}}
	for code, gone := range map[int]bool{302: false, 500: false, 410: true} {
		status = code
		if _, err := s.Post(t.Context(), m); err == nil || errors.Is(err, bridge.ErrGone) != gone {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// Decisions are POSTs with a token; whatever else comes decides nothing.
func TestDecisions(t *testing.T) {
	s, err := New(Options{URL: "http://127.0.0.1:1", Secrets: secret})
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	desk := bridgetest.New()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.serve(ctx, l, desk) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	call := func(method, path, body string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.Addr().String()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for want, c := range map[int][3]string{
		405: {"GET", "/decide?token=x", ""}, 404: {"POST", "/", ""}, 400: {"POST", "/decide", "token=x" + strings.Repeat("x", 10<<10)}, 200: {"POST", "/decide", `{"token":"T","comment":"c"}`},
	} {
		if got := call(c[0], c[1], c[2]); got != want {
			t.Errorf("%v: %d", c[:2], got)
		}
	}
	if said := bridgetest.Next(t, desk.Said); said != "token T c" || len(desk.Said) != 0 {
		t.Error(said)
	}
	desk.Answer(bridge.Reply{Text: "used"})
	if got := call("POST", "/decide", `{"token":"T"}`); got != 403 {
		t.Error(got)
	}
}
