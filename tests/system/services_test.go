package system

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/clawrden/clawrden"
)

// services are as much of Slack, of ntfy, of a webhook's receiver and of a mail server as an ask needs, on the loopback of a machine.
type services struct {
	http, mail string // addresses

	posted  chan string // to Slack: the blocks of messages
	socket  chan *websocket.Conn
	events  chan string // to the webhook
	notices chan string // to the topic of ntfy
	replies chan string // of the topic that ntfy's answers come by
	mails   chan string
}

func newServices(t *testing.T, m *machine) *services {
	t.Helper()
	f := &services{
		posted: make(chan string, 100), socket: make(chan *websocket.Conn, 100), events: make(chan string, 100), notices: make(chan string, 100),
		replies: make(chan string, 100), mails: make(chan string, 100),
	}
	web, err := m.listen()
	if err != nil {
		t.Fatal(err)
	}
	post, err := m.listen()
	if err != nil {
		t.Fatal(err)
	}
	f.http, f.mail = web.Addr().String(), post.Addr().String()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/apps.connections.open", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"ok":true,"url":"ws://%s/socket"}`, f.http)
	})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		f.posted <- r.FormValue("blocks")
		_, _ = fmt.Fprint(w, `{"ok":true,"channel":"C1","ts":"17.01"}`)
	})
	mux.HandleFunc("/socket", f.slack)
	mux.HandleFunc("/hook", func(_ http.ResponseWriter, r *http.Request) { f.events <- body(r) })
	mux.HandleFunc("/replies/json", f.topic)
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { f.notices <- body(r) })
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(web) }()
	go f.take(post)
	t.Cleanup(func() { _, _ = server.Close(), post.Close() })
	return f
}

func body(r *http.Request) string {
	b, _ := io.ReadAll(r.Body)
	return string(b)
}

// slack is the socket by which Slack tells of presses.
func (f *services) slack(w http.ResponseWriter, r *http.Request) {
	c, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
	f.socket <- c
	for err == nil {
		_, _, err = c.ReadMessage()
	}
}

// topic is one of ntfy's, as it is followed.
func (f *services) topic(w http.ResponseWriter, r *http.Request) {
	_, _ = fmt.Fprintln(w, `{"id":"o","event":"open"}`)
	for n := 0; ; n++ {
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			return
		case text := <-f.replies:
			_, _ = fmt.Fprintf(w, "{\"id\":\"r%d\",\"event\":\"message\",\"message\":%q}\n", n, text)
		}
	}
}

// take is a relay on the own host: it takes mail without TLS.
func (f *services) take(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		lines := bufio.NewScanner(c)
		_, _ = fmt.Fprint(c, "220 here\r\n")
		for data, text := false, ""; lines.Scan(); {
			line := lines.Text()
			switch {
			case data && line == ".":
				data = false
				f.mails <- text
				_, _ = fmt.Fprint(c, "250 taken\r\n")
			case data:
				text += line + "\n"
			case line == "DATA":
				data = true
				_, _ = fmt.Fprint(c, "354 go on\r\n")
			case line == "QUIT":
				_, _ = fmt.Fprint(c, "221 bye\r\n")
			default:
				_, _ = fmt.Fprint(c, "250 yes\r\n")
			}
		}
		_ = c.Close()
	}
}

// about waits for what names an ask, and lets the rest go by.
func about(t *testing.T, id string, from <-chan string) string {
	t.Helper()
	for {
		if text := next(t, "something about "+id, from); strings.Contains(text, id) {
			return text
		}
	}
}

// found is the first part of a text that a pattern has in brackets.
func found(t *testing.T, pattern, text string) string {
	t.Helper()
	got := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if got == nil {
		t.Fatalf("no %s in %s", pattern, text)
	}
	return got[1]
}

const allBridges = `
bridge "slack" {
  unit    = "clawrden-bridge@slack.service"
  people  = { U1 = "ann" }
  service = "slack"
  server  = "http://%[1]s"
}
bridge "hook" {
  unit    = "clawrden-bridge@hook.service"
  people  = { "ann@example.org" = "ann" }
  service = "webhook"
  server  = "http://%[1]s/hook"
  reply   = "127.0.0.1:8125"
}
bridge "phone" {
  unit    = "clawrden-bridge@phone.service"
  people  = { "ann-phone" = "ann" }
  service = "ntfy"
  server  = "http://%[1]s"
  reply   = "replies"
}
bridge "mail" {
  unit    = "clawrden-bridge@mail.service"
  service = "email"
  server  = "%[2]s"
  from    = "clawrden@example.org"
  link    = "https://approvals.example.org"
}
route "slack" {
  bridge = "slack"
  to     = "C1"
}
route "hook" {
  bridge = "hook"
}
route "phone" {
  bridge = "phone"
  to     = "ann-phone"
}
route "mail" {
  bridge = "mail"
  to     = "ann@example.org"
}
`

// Every service by the one unit, with its secrets as systemd hands them over: all are told of each ask, and each that can
// answer decides one. TestBridgeUnit has the unit on each release.
func TestBridgeUnits(t *testing.T) {
	onOldest(t, func(t *testing.T, m *machine) {
		f := newServices(t, m)
		m.write(t, "/etc/clawrden/clawrden.hcl", fmt.Sprintf(allBridges, f.http, f.mail))
		var units []string
		for name, secrets := range map[string]map[string]string{
			"slack": {"app-token": "xapp-hidden", "bot-token": "xoxb-hidden"},
			"hook":  {"secret": "whsec_aGlkZGVuaGlkZGVuaGlkZGVuaGlkZGVu"},
			"phone": {"token": "tk_hidden"},
			"mail":  {"none": "hidden"}, // the directory has to be there
		} {
			units = append(units, "clawrden-bridge@"+name+".service")
			for file, secret := range secrets {
				m.write(t, "/etc/clawrden/bridges/"+name+"/"+file, secret+"\n")
			}
		}
		m.must(t, "chmod", "-R", "go=", "/etc/clawrden/bridges")
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(m.run("journalctl", "--no-pager", "-b", "-u", "clawrden-bridge@*").stdout)
			}
			m.run("sh", "-c", "systemctl stop 'clawrden-bridge@*'; rm -rf /var/lib/clawrden-bridge")
		})
		m.enable(t)
		m.must(t, append([]string{"systemctl", "start"}, units...)...)
		eventually(t, "all are up", func() bool {
			var s clawrden.Status
			_ = json.Unmarshal([]byte(m.run("clawrden", "status", "-o", "json").stdout), &s)
			return len(s.Bridges) == 4 && !slices.ContainsFunc(s.Bridges, func(b clawrden.BridgeState) bool { return !b.Up })
		})
		socket := next(t, "Slack's socket", f.socket)
		answers := map[string]func(message, event, notice string){
			"slack": func(message, _, _ string) {
				press := fmt.Sprintf(`{"type":"interactive","envelope_id":"e","payload":{"type":"block_actions","trigger_id":"t","user":{"id":"U1"},
"channel":{"id":"C1"},"message":{"ts":"17.01"},"container":{"type":"message","message_ts":"17.01","channel_id":"C1"},
"actions":[{"type":"button","action_id":"clawrden-0","block_id":"b","value":%q}]}}`, found(t, `"value":"(a[^"]*)"`, message))
				if err := socket.WriteMessage(websocket.TextMessage, []byte(press)); err != nil {
					t.Fatal(err)
				}
			},
			"hook": func(_, event, _ string) {
				said := `{"token":"` + found(t, `"deny":"([^"]*)"`, event) + `","comment":"not by hand"}`
				m.must(t, "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/8125 && printf 'POST /decide HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "${#1}" "$1" >&3 && grep -q '200 OK' <&3`, "-", said)
			},
			"phone": func(_, _, notice string) { f.replies <- found(t, `"label":"Approve"[^}]*"body":"([^"]*)"`, notice) },
		}
		end := make(chan result, 1)
		for _, row := range []struct {
			bridge, argument string
			code             int
		}{{"slack", "-s", 0}, {"hook", "-f", 126}, {"phone", "-I", 0}} {
			id := m.asks(t, end, row.argument)
			message, event, notice, letter := about(t, id, f.posted), about(t, id, f.events), about(t, id, f.notices), about(t, id, f.mails)
			if !strings.Contains(letter, "To: <ann@example.org>") || !strings.Contains(letter, "https://approvals.example.org") {
				t.Errorf("the mail:\n%s", letter)
			}
			answers[row.bridge](message, event, notice)
			if r := next(t, "an end", end); r.code != row.code || row.code != 0 && !strings.Contains(r.stderr, "not by hand") {
				t.Errorf("%s: %v", row.bridge, r)
			}
			var e clawrden.Entry
			if err := json.Unmarshal([]byte(m.must(t, "clawrden", "history", id, "-o", "json")), &e); err != nil || e.Approver == nil || e.Approver.Bridge != row.bridge || e.Approver.User != "ann" {
				t.Errorf("%s: recorded %+v, %v", row.bridge, e.Approver, err)
			}
			for _, ch := range []chan string{f.posted, f.events, f.notices} { // how it ended
				about(t, id, ch)
			}
		}
		for _, name := range []string{"slack", "hook", "phone", "mail"} {
			m.must(t, "clawrden", "bridge", "test", name)
		}
		if log := m.run("journalctl", "--no-pager", "-b").stdout; strings.Contains(log, "hidden") || strings.Contains(log, "aGlkZGVu") {
			t.Error("the journal has a secret")
		}
	})
}
