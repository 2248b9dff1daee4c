package ntfy

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// Messages carry tokens in their buttons, the reply topic brings them back, and a topic that breaks off is followed again from the
// last message on.
func TestBothWays(t *testing.T) {
	notices, asked, replies := make(chan notice, 10), make(chan string, 10), make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tk_1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPost {
			var n notice
			if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
				t.Error(err)
			}
			notices <- n
			return
		}
		asked <- r.URL.RequestURI()
		_, _ = fmt.Fprintln(w, `{"id":"o1","event":"open"}`)
		w.(http.Flusher).Flush()
		select {
		case line := <-replies:
			_, _ = fmt.Fprintln(w, line) // and then it breaks off
		case <-r.Context().Done():
		}
	}))
	s := New(Options{Server: server.URL + "/", Reply: "back", Token: "tk_1"})
	desk := bridgetest.New()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, desk) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		server.CloseClientConnections()
		server.Close()
	}()
	m := bridgetest.Ask("ann")
	m.Tokens = []bridge.PersonTokens{{Person: "ann", Approve: "YES", Deny: "NO", Grants: []bridge.GrantToken{{Says: "exactly this, for 30m", Covers: strings.Repeat("that ", 500), Token: "MORE"}, {Says: "wider", Token: "WIDE"}}}}
	if _, err := s.Post(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	n := bridgetest.Next(t, notices)
	if n.Topic != "ann" || len(n.Actions) != 3 || n.Actions[0].Body != "YES" || n.Actions[1].Body != "MORE" || n.Actions[1].Label != "Approve: exactly this, for 30m" || n.Actions[2].Body != "NO" || n.Actions[0].URL != server.URL+"/back" {
		t.Errorf("%+v", n)
	}
	if !strings.Contains(n.Message, "exactly this, for 30m, would let run: that that") || len(n.Message) > 4096 {
		t.Errorf("what a button covers: %d bytes, %s", len(n.Message), n.Message)
	}
	if !strings.Contains(n.Message, bridgetest.Hostile) || n.Click != "" || strings.Contains(n.Title, "git") {
		t.Errorf("more than text was made of the command: %+v", n)
	}
	if err := s.Edit(t.Context(), "", bridgetest.End(m)); err != nil {
		t.Fatal(err)
	}
	if n = bridgetest.Next(t, notices); len(n.Actions) != 0 || n.Priority != 2 {
		t.Errorf("%+v", n)
	}
	if uri := bridgetest.Next(t, asked); uri != "/back/json?since=1h" {
		t.Error(uri)
	}
	replies <- `{"id":"r1","event":"message","message":"YES"}`
	if said := bridgetest.Next(t, desk.Said); said != "token YES " {
		t.Error(said)
	}
	if uri := bridgetest.Next(t, asked); uri != "/back/json?since=r1" {
		t.Error(uri)
	}
	replies <- `not JSON`
	bridgetest.Next(t, asked)
	if len(desk.Said) != 0 {
		t.Error("it took what is no message")
	}
}
