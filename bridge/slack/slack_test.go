package slack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// fake is Slack as its documents have Socket Mode and the Web API: a socket by apps.connections.open, a hello, envelopes that
// have to be acknowledged, and a disconnect now and then.
type fake struct {
	mu    sync.Mutex
	url   string
	fail  func(method string, w http.ResponseWriter) bool
	calls chan string // method and form
	acks  chan string
	conns chan *websocket.Conn
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/socket" {
		f.socket(w, r)
		return
	}
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	body, _ := io.ReadAll(r.Body) // a form, or JSON
	r.Body = io.NopCloser(bytes.NewReader(body))
	_ = r.ParseForm()
	f.mu.Lock()
	failed := f.fail != nil && f.fail(method, w)
	f.mu.Unlock()
	if failed {
		return
	}
	auth := r.Header.Get("Authorization") + r.Form.Get("token")
	if method == "apps.connections.open" {
		if !strings.Contains(auth, "xapp-1") {
			_, _ = fmt.Fprint(w, `{"ok":false,"error":"not_allowed_token_type"}`)
			return
		}
		_, _ = fmt.Fprintf(w, `{"ok":true,"url":%q}`, "ws"+strings.TrimPrefix(f.url, "http")+"/socket")
		return
	}
	said := fmt.Sprint(r.Form)
	if bytes.HasPrefix(body, []byte("{")) {
		said = string(body)
	}
	f.calls <- method + " " + said
	_, _ = fmt.Fprint(w, `{"ok":true,"channel":"C1","ts":"17.01","message_ts":"17.02","view":{"id":"V1"}}`)
}

func (f *fake) socket(w http.ResponseWriter, r *http.Request) {
	c, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}}`))
	f.conns <- c
	for {
		_, text, err := c.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			ID string `json:"envelope_id"`
		}
		if json.Unmarshal(text, &ack) == nil {
			f.acks <- ack.ID
		}
	}
}

func begin(t *testing.T) (*fake, *Service, *bridgetest.Desk) {
	t.Helper()
	f := &fake{calls: make(chan string, 100), acks: make(chan string, 100), conns: make(chan *websocket.Conn, 10)}
	server := httptest.NewServer(f)
	f.url = server.URL
	s, err := New(Options{Server: server.URL, AppToken: "xapp-1", BotToken: "xoxb-1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return f, s, bridgetest.Run(t, s)
}

func envelope(t *testing.T, c *websocket.Conn, id string, payload map[string]any) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"type": "interactive", "envelope_id": id, "accepts_response_payload": true, "payload": payload})
	if err == nil {
		err = c.WriteMessage(websocket.TextMessage, text)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func pressed(value string) map[string]any {
	return map[string]any{
		"type": "block_actions", "trigger_id": "tr1", "user": map[string]any{"id": "U1"}, "channel": map[string]any{"id": "C1"},
		"message": map[string]any{"ts": "17.01"}, "container": map[string]any{"type": "message", "message_ts": "17.01", "channel_id": "C1"},
		"actions": []any{map[string]any{"type": "button", "action_id": "clawrden-0", "block_id": "b", "value": value}},
	}
}

// What an agent wrote is in plain text alone, and the message is edited when the ask has ended.
func TestMessages(t *testing.T) {
	f, s, _ := begin(t)
	m := bridgetest.Ask("C1")
	m.Asks[0].Agent = "<!channel>"
	ref, err := s.Post(t.Context(), m)
	if err != nil || ref != "17.01" {
		t.Fatal(ref, err)
	}
	sent := bridgetest.Next(t, f.calls)
	if !strings.HasPrefix(sent, "chat.postMessage") || strings.Contains(sent, "mrkdwn\"") || !strings.Contains(sent, `"plain_text"`) ||
		!strings.Contains(sent, "&lt;!channel&gt;") || !strings.Contains(sent, "aNONCE") {
		t.Error(sent)
	}
	if err := s.Edit(t.Context(), ref, bridgetest.End(m)); err != nil {
		t.Fatal(err)
	}
	if sent = bridgetest.Next(t, f.calls); !strings.HasPrefix(sent, "chat.update") || strings.Contains(sent, "aNONCE") || !strings.Contains(sent, "approved by ann") {
		t.Error(sent)
	}
	if err := s.Remind(t.Context(), ref, m); err != nil {
		t.Fatal(err)
	}
	if sent = bridgetest.Next(t, f.calls); !strings.Contains(sent, "thread_ts:[17.01]") {
		t.Error(sent)
	}
}

// Envelopes are acknowledged, a denial asks for words first, and only whoever was refused is told.
func TestClicks(t *testing.T) {
	f, _, desk := begin(t)
	c := bridgetest.Next(t, f.conns)
	envelope(t, c, "e1", pressed("aNONCE"))
	if id := bridgetest.Next(t, f.acks); id != "e1" {
		t.Error(id)
	}
	if click, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "U1", To: "C1", Ref: "17.01", Value: "aNONCE"}); click != want {
		t.Errorf("%+v", click)
	}
	envelope(t, c, "e2", pressed("dNONCE"))
	dialog := bridgetest.Next(t, f.calls)
	if !strings.HasPrefix(dialog, "views.open") {
		t.Error(dialog)
	}
	envelope(t, c, "e3", map[string]any{
		"type": "view_submission", "user": map[string]any{"id": "U1"}, "view": map[string]any{
			"callback_id": denial, "private_metadata": `{"to":"C1","ref":"17.01","value":"dNONCE"}`,
			"state": map[string]any{"values": map[string]any{"comment": map[string]any{"comment": map[string]any{"type": "plain_text_input", "value": "use a branch"}}}},
		},
	})
	if click, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "U1", To: "C1", Ref: "17.01", Value: "dNONCE", Comment: "use a branch"}); click != want {
		t.Errorf("%+v", click)
	}
	desk.Answer(bridge.Reply{Text: "You can't decide here"})
	envelope(t, c, "e4", pressed("aNONCE"))
	if told := bridgetest.Next(t, f.calls); !strings.HasPrefix(told, "chat.postEphemeral") || !strings.Contains(told, "user:[U1]") {
		t.Error(told)
	}
	envelope(t, c, "e5", map[string]any{"type": "view_submission", "view": map[string]any{"callback_id": denial, "private_metadata": "{"}})
	envelope(t, c, "e6", map[string]any{"type": "shortcut"})
	for id := ""; id != "e6"; {
		id = bridgetest.Next(t, f.acks)
	}
}

// Slack closes sockets now and then: another is opened, and clicks go on.
func TestReconnect(t *testing.T) {
	f, _, desk := begin(t)
	c := bridgetest.Next(t, f.conns)
	_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"disconnect","reason":"refresh_requested"}`))
	c = bridgetest.Next(t, f.conns)
	envelope(t, c, "e1", pressed("aNONCE"))
	bridgetest.Next(t, desk.Clicks)
}

// Limits, errors for good and others are told for what they are.
func TestFailures(t *testing.T) {
	f, s, _ := begin(t)
	bridgetest.Next(t, f.conns)
	answer := func(status int, retry, body string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.fail = func(_ string, w http.ResponseWriter) bool {
			if retry != "" {
				w.Header().Set("Retry-After", retry)
			}
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
			return true
		}
	}
	m := bridgetest.Ask("C1")
	answer(429, "17", `{"ok":false,"error":"ratelimited"}`)
	var later *bridge.LaterError
	if _, err := s.Post(t.Context(), m); !errors.As(err, &later) || later.After != 17*time.Second {
		t.Errorf("limited: %v", err)
	}
	answer(200, "", `{"ok":false,"error":"message_not_found"}`)
	if err := s.Edit(t.Context(), "17.01", m); !errors.Is(err, bridge.ErrGone) {
		t.Errorf("gone: %v", err)
	}
	answer(200, "", `{"ok":false,"error":"not_in_channel"}`)
	if _, err := s.Post(t.Context(), m); err == nil || errors.Is(err, bridge.ErrGone) {
		t.Errorf("not invited: %v", err)
	}
	answer(500, "", "oops")
	if _, err := s.Post(t.Context(), m); err == nil || errors.Is(err, bridge.ErrGone) || strings.Contains(err.Error(), "xoxb") {
		t.Errorf("down: %v", err)
	}
}

// Approving with a scope is a dialog, whose choices are told in words that Slack doesn't read for markup.
func TestHowFar(t *testing.T) {
	f, _, desk := begin(t)
	c := bridgetest.Next(t, f.conns)
	grant := "g" + strings.Repeat("N", 22)
	envelope(t, c, "e1", pressed(grant))
	if said := bridgetest.Next(t, desk.Said); said != "choose U1 C1 17.01 "+grant {
		t.Error(said)
	}
	dialog := bridgetest.Next(t, f.calls)
	if !strings.HasPrefix(dialog, "views.open") || !strings.Contains(dialog, grant+"command_30m") || strings.Contains(dialog, "mrkdwn\"") || !strings.Contains(dialog, "2. label of subcommand_session: covers") {
		t.Error(dialog)
	}
	submit := func(id, value string) {
		envelope(t, c, id, map[string]any{
			"type": "view_submission", "user": map[string]any{"id": "U1"}, "view": map[string]any{
				"callback_id": granting, "private_metadata": `{"to":"C1","ref":"17.01","value":"` + grant + `"}`,
				"state": map[string]any{"values": map[string]any{"far": map[string]any{"far": map[string]any{"type": "radio_buttons", "selected_option": map[string]any{"value": value}}}}},
			},
		})
	}
	for i, bad := range []string{"", grant, "a" + grant[1:], "g" + strings.Repeat("M", 22) + "command_30m"} {
		submit(fmt.Sprint("bad", i), bad)
	}
	submit("e2", grant+"command_30m")
	if click, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "U1", To: "C1", Ref: "17.01", Value: grant + "command_30m"}); click != want {
		t.Errorf("%+v", click)
	}
	desk.Answer(bridge.Reply{Text: "It can't be remembered: git runs what it is told to"})
	envelope(t, c, "e3", pressed(grant))
	if told := bridgetest.Next(t, f.calls); !strings.HasPrefix(told, "chat.postEphemeral") || !strings.Contains(told, "can't be remembered") {
		t.Error(told)
	}
}

// Details are told to whoever asks, and to nobody else.
func TestDetails(t *testing.T) {
	f, _, desk := begin(t)
	c := bridgetest.Next(t, f.conns)
	desk.Answer(bridge.Reply{OK: true, Text: "all of it"})
	envelope(t, c, "e1", pressed("i"+strings.Repeat("N", 22)))
	if told := bridgetest.Next(t, f.calls); !strings.HasPrefix(told, "chat.postEphemeral") || !strings.Contains(told, "user:[U1]") || !strings.Contains(told, "all of it") {
		t.Error(told)
	}
}

// Many asks are one message, with a button for each.
func TestList(t *testing.T) {
	f, s, _ := begin(t)
	m := bridgetest.Ask("C1")
	m.List, m.Buttons = true, nil
	for i := range 12 {
		m.Asks = append(m.Asks, m.Asks[0])
		m.Buttons = append(m.Buttons, bridge.Button{Label: fmt.Sprint("Show ", i), Verb: bridge.Show, Value: fmt.Sprint("sNONCE", i)})
	}
	if _, err := s.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if sent := bridgetest.Next(t, f.calls); strings.Count(sent, `"type":"actions"`) != 3 || !strings.Contains(sent, "13 commands wait") {
		t.Error(sent)
	}
}
