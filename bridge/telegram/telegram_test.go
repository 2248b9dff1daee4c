package telegram

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/bridgetest"
)

const token = "123:SECRET"

// fake is the Bot API as its documents have it: updates are given until a later offset confirms them.
type fake struct {
	mu      sync.Mutex
	updates []map[string]any
	offset  int
	calls   chan string // method and body
	fail    func(method string) (status int, body string)
}

func (f *fake) add(u map[string]any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u["update_id"] = 100 + len(f.updates)
	f.updates = append(f.updates, u)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, ok := strings.CutPrefix(r.URL.Path, "/bot"+token+"/")
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprint(w, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
		return
	}
	_ = r.ParseMultipartForm(1 << 20)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		if status, body := f.fail(method); status != 0 {
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
			return
		}
	}
	var result any = true
	switch method {
	case "getUpdates":
		if n, err := fmt.Sscan(r.FormValue("offset"), &f.offset); n != 1 || err != nil {
			f.offset = 0
		}
		list := []map[string]any{}
		for _, u := range f.updates {
			if u["update_id"].(int) >= f.offset {
				list = append(list, u)
			}
		}
		if len(list) == 0 { // a long poll, short
			f.mu.Unlock()
			select {
			case <-r.Context().Done():
			case <-time.After(50 * time.Millisecond):
			}
			f.mu.Lock()
		}
		result = list
	case "sendMessage", "editMessageText":
		result = map[string]any{"message_id": 77, "date": 1, "chat": map[string]any{"id": -5, "type": "group"}}
	}
	if method != "getUpdates" {
		form, _ := json.Marshal(r.MultipartForm.Value)
		f.calls <- method + " " + string(form)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
}

func begin(t *testing.T) (*fake, *Service, *bridgetest.Desk) {
	t.Helper()
	f := &fake{calls: make(chan string, 100)}
	server := httptest.NewServer(f)
	s, err := New(Options{Server: server.URL, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return f, s, bridgetest.Run(t, s)
}

// A message has buttons and no markup; it is edited when the ask has ended.
func TestMessages(t *testing.T) {
	f, s, _ := begin(t)
	m := bridgetest.Ask("-5")
	ref, err := s.Post(t.Context(), m)
	if err != nil || ref != "77" {
		t.Fatal(ref, err)
	}
	sent := bridgetest.Next(t, f.calls)
	var form map[string][]string
	if err := json.Unmarshal([]byte(strings.TrimPrefix(sent, "sendMessage ")), &form); err != nil {
		t.Fatal(sent)
	}
	if form["parse_mode"] != nil || !strings.Contains(form["text"][0], bridgetest.Hostile) || !strings.Contains(form["reply_markup"][0], `"callback_data":"aNONCE"`) {
		t.Errorf("%q", form)
	}
	if err := s.Edit(t.Context(), ref, bridgetest.End(m)); err != nil {
		t.Fatal(err)
	}
	if sent = bridgetest.Next(t, f.calls); !strings.Contains(sent, "approved by ann") || strings.Contains(sent, "aNONCE") {
		t.Error(sent)
	}
	if err := s.Remind(t.Context(), ref, m); err != nil {
		t.Fatal(err)
	}
	if sent = bridgetest.Next(t, f.calls); !strings.Contains(sent, "still waits") || !strings.Contains(sent, "77") {
		t.Error(sent)
	}
}

// Who, where and which message come from Telegram; commands too.
func TestUpdates(t *testing.T) {
	f, _, desk := begin(t)
	f.add(map[string]any{"callback_query": map[string]any{
		"id": "q1", "from": map[string]any{"id": 42}, "data": "aNONCE",
		"message": map[string]any{"message_id": 77, "date": 1, "chat": map[string]any{"id": -5, "type": "group"}},
	}})
	if c, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "42", To: "-5", Ref: "77", Value: "aNONCE"}); c != want {
		t.Errorf("%+v", c)
	}
	if call := bridgetest.Next(t, f.calls); !strings.HasPrefix(call, "answerCallbackQuery") || !strings.Contains(call, "q1") {
		t.Error(call)
	}
	for text, want := range map[string]string{"/queue@bot": "queue 42 -5", "/history": "history 42 -5", "/kill it runs wild": "kill 42 -5 it runs wild"} {
		f.add(map[string]any{"message": map[string]any{"message_id": 78, "date": 1, "text": text, "from": map[string]any{"id": 42}, "chat": map[string]any{"id": -5, "type": "group"}}})
		if said := bridgetest.Next(t, desk.Said); said != want {
			t.Errorf("%s: %s", text, said)
		}
	}
	f.add(map[string]any{"callback_query": map[string]any{"id": "q2", "from": map[string]any{"id": 42}, "data": "aNONCE", "message": map[string]any{"message_id": 77, "date": 0, "chat": map[string]any{"id": -5, "type": "group"}}}})
	for call := ""; !strings.Contains(call, "q2"); {
		call = bridgetest.Next(t, f.calls)
	}
	if len(desk.Clicks) != 0 {
		t.Error("a message that can't be seen any more was answered")
	}
}

// Limits, errors for good, an outage: each is told for what it is, and no error shows the token.
func TestFailures(t *testing.T) {
	f, s, desk := begin(t)
	m := bridgetest.Ask("-5")
	answer := func(status int, body string) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.fail = func(string) (int, string) { return status, body }
	}
	answer(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}`)
	var later *bridge.LaterError
	if _, err := s.Post(t.Context(), m); !errors.As(err, &later) || later.After != 17*time.Second {
		t.Errorf("limited: %v", err)
	}
	answer(400, `{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}`)
	if err := s.Edit(t.Context(), "77", m); !errors.Is(err, bridge.ErrGone) {
		t.Errorf("gone: %v", err)
	}
	answer(400, `{"ok":false,"error_code":400,"description":"Bad Request: message is not modified: specified new message content"}`)
	if err := s.Edit(t.Context(), "77", m); err != nil {
		t.Errorf("not modified: %v", err)
	}
	answer(502, `<html>bad gateway</html>`)
	if _, err := s.Post(t.Context(), m); err == nil || errors.Is(err, bridge.ErrGone) || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("down: %v", err)
	}
	for err := error(nil); err == nil; {
		if err = bridgetest.Next(t, desk.Health); err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("the token shows: %v", err)
		}
	}
	answer(0, "")
	for err := errors.New(""); err != nil; {
		err = bridgetest.Next(t, desk.Health)
	}
}

func (f *fake) press(id string, from int, data string) {
	f.add(map[string]any{"callback_query": map[string]any{
		"id": id, "from": map[string]any{"id": from, "first_name": "A\U0001f980"}, "data": data,
		"message": map[string]any{"message_id": 77, "date": 1, "chat": map[string]any{"id": -5, "type": "group"}},
	}})
}

// until waits for a call of a method, and gives its form.
func (f *fake) until(t *testing.T, method string) string {
	t.Helper()
	for {
		if call := bridgetest.Next(t, f.calls); strings.HasPrefix(call, method+" ") {
			return call
		}
	}
}

// Approving with a scope is a second page of the message, with a way back.
func TestHowFar(t *testing.T) {
	f, _, desk := begin(t)
	value := strings.Repeat("N", 22)
	f.press("q1", 42, "g"+value)
	if said := bridgetest.Next(t, desk.Said); said != "choose 42 -5 77 g"+value {
		t.Error(said)
	}
	page := f.until(t, "editMessageText")
	for _, want := range []string{"g" + value + "command_30m", "b" + value, "2. label of subcommand_session: covers", "waits until"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
	if strings.Contains(page, "parse_mode") || len(desk.Clicks) != 0 {
		t.Error(page)
	}
	f.press("q2", 42, "g"+value+"command_30m")
	if c, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "42", To: "-5", Ref: "77", Value: "g" + value + "command_30m"}); c != want {
		t.Errorf("%+v", c)
	}
	f.press("q3", 42, "b"+value)
	if page := f.until(t, "editMessageText"); !strings.Contains(page, "aNONCE") || strings.Contains(page, "command_30m") {
		t.Errorf("back: %s", page)
	}
	desk.Answer(bridge.Reply{Text: "It can't be remembered: no"})
	f.press("q4", 42, "g"+value)
	for call := ""; !strings.Contains(call, "q4"); {
		if call = f.until(t, "answerCallbackQuery"); strings.Contains(call, "q4") && !strings.Contains(call, "be remembered") {
			t.Error(call)
		}
	}
}

// The words of a denial are the reply to a question, by the one who was asked, once.
func TestDenyWithWords(t *testing.T) {
	f, _, desk := begin(t)
	value := strings.Repeat("N", 22)
	f.press("q1", 42, "w"+value)
	asked := f.until(t, "sendMessage")
	if !strings.Contains(asked, `\"force_reply\":true`) || !strings.Contains(asked, `\"length\":3`) || !strings.Contains(asked, "reply to this") {
		t.Error(asked)
	}
	reply := func(from, chat, to int, text string) {
		f.add(map[string]any{"message": map[string]any{
			"message_id": 80, "date": 1, "text": text, "from": map[string]any{"id": from}, "chat": map[string]any{"id": chat, "type": "group"},
			"reply_to_message": map[string]any{"message_id": to, "date": 1, "chat": map[string]any{"id": chat, "type": "group"}},
		}})
	}
	reply(43, -5, 77, "of another")
	reply(42, -6, 77, "elsewhere")
	reply(42, -5, 78, "to something else")
	reply(42, -5, 77, "use a branch")
	if c, want := bridgetest.Next(t, desk.Clicks), (bridge.Click{Person: "42", To: "-5", Ref: "77", Value: "d" + value, Comment: "use a branch"}); c != want {
		t.Errorf("%+v", c)
	}
	f.until(t, "sendMessage")
	reply(42, -5, 77, "again")
	desk.Answer(bridge.Reply{Text: "You can't decide here"})
	f.press("q2", 43, "w"+value)
	for call := ""; !strings.Contains(call, "q2"); {
		if call = bridgetest.Next(t, f.calls); strings.HasPrefix(call, "sendMessage") {
			t.Errorf("a stranger was asked for words: %s", call)
		}
	}
	if len(desk.Clicks) != 0 {
		t.Errorf("a second reply counted: %+v", <-desk.Clicks)
	}
}

// What waits for words is bounded, and ends.
func TestWordsWait(t *testing.T) {
	s, now := &Service{denials: map[question]denial{}}, time.Now()
	for i := range 3 * maxWaiting {
		s.remember(question{"-5", i}, bridge.Click{}, now)
	}
	if n := len(s.denials); n > maxWaiting {
		t.Errorf("%d wait", n)
	}
	s.remember(question{"-5", -1}, bridge.Click{}, now.Add(wordsTime+time.Second))
	if n := len(s.denials); n != 1 {
		t.Errorf("%d wait after their time", n)
	}
}
