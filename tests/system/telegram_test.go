package system

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// telegram is as much of Telegram's Bot API as a bridge uses, on the loopback of a machine.
type telegram struct {
	mu      sync.Mutex
	down    bool
	updates []map[string]any
	last    int
	sent    []map[string]any // messages, the first has the number 1
	edits   map[int]string   // the last text of each
	alerts  []string
	wake    chan struct{}
}

const telegramToken = "42:hidden"

func newTelegram(t *testing.T, m *machine) (f *telegram, address string) {
	t.Helper()
	f = &telegram{edits: map[int]string{}, wake: make(chan struct{}, 100)}
	l, err := m.listen()
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: f}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return f, l.Addr().String()
}

// listen makes a listener on the machine's loopback, from outside.
func (m *machine) listen() (l net.Listener, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with its strange namespace
		var fd int
		if fd, err = unix.Open(fmt.Sprintf("/proc/%d/ns/net", m.leader), unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return
		}
		defer func() { _ = unix.Close(fd) }()
		if err = unix.Setns(fd, unix.CLONE_NEWNET); err == nil {
			l, err = net.Listen("tcp", "127.0.0.1:0")
		}
	}()
	<-done
	if err == nil && l == nil {
		err = errors.New("no listener")
	}
	return l, err
}

func (f *telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/bot"+telegramToken+"/")
	_ = r.ParseMultipartForm(1 << 20)
	f.mu.Lock()
	defer f.mu.Unlock()
	var result any = true
	switch {
	case method == r.URL.Path, f.down:
		w.WriteHeader(http.StatusBadGateway)
		return
	case method == "getUpdates":
		f.mu.Unlock()
		result = f.poll(r)
		f.mu.Lock()
	case method == "sendMessage":
		f.sent = append(f.sent, map[string]any{"text": r.FormValue("text"), "buttons": r.FormValue("reply_markup")})
		result = map[string]any{"message_id": len(f.sent), "date": 1, "chat": map[string]any{"id": -5, "type": "group"}}
	case method == "editMessageText":
		var id int
		_, _ = fmt.Sscan(r.FormValue("message_id"), &id)
		f.edits[id] = r.FormValue("text")
		result = map[string]any{"message_id": id, "date": 1, "chat": map[string]any{"id": -5, "type": "group"}}
	case method == "answerCallbackQuery":
		f.alerts = append(f.alerts, r.FormValue("text"))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ok": true, "result": result})
}

// poll gives the updates from an offset on, and waits for some.
func (f *telegram) poll(r *http.Request) []map[string]any {
	offset, seconds := 0, 0
	_, _ = fmt.Sscan(r.FormValue("offset"), &offset)
	_, _ = fmt.Sscan(r.FormValue("timeout"), &seconds)
	end := time.After(time.Duration(seconds) * time.Second)
	for {
		f.mu.Lock()
		f.updates = slices.DeleteFunc(f.updates, func(u map[string]any) bool { return u["update_id"].(int) < offset }) // they are confirmed
		list := append([]map[string]any{}, f.updates...)
		f.mu.Unlock()
		if len(list) > 0 {
			return list
		}
		select {
		case <-r.Context().Done():
			return list
		case <-end:
			return list
		case <-f.wake:
		}
	}
}

// press presses a button of a message, as somebody, with a label.
func (f *telegram) press(t *testing.T, who, message int, label string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys struct {
		Rows [][]struct {
			Text string `json:"text"`
			Data string `json:"callback_data"`
		} `json:"inline_keyboard"`
	}
	if err := json.Unmarshal([]byte(f.sent[message-1]["buttons"].(string)), &keys); err != nil {
		t.Fatal(err)
	}
	for _, row := range keys.Rows {
		for _, b := range row {
			if b.Text != label {
				continue
			}
			f.last++
			f.updates = append(f.updates, map[string]any{"update_id": f.last, "callback_query": map[string]any{
				"id": "q", "from": map[string]any{"id": who}, "data": b.Data,
				"message": map[string]any{"message_id": message, "date": 1, "chat": map[string]any{"id": -5, "type": "group"}},
			}})
			f.wake <- struct{}{}
			return
		}
	}
	t.Fatalf("message %d has no button %q: %+v", message, label, keys)
}

// about gives the numbers of the messages about an ask.
func (f *telegram) about(id string) (numbers []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, m := range f.sent {
		if strings.Contains(m["text"].(string), id) {
			numbers = append(numbers, i+1)
		}
	}
	return numbers
}

func (f *telegram) says(message int, text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Contains(f.edits[message], text)
}

func (f *telegram) told(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Contains(strings.Join(f.alerts, "\n"), text)
}
