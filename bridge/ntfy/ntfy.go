// Package ntfy sends notices to topics of an ntfy server (https://docs.ntfy.sh), with buttons that post a single-use token to a reply topic,
// which is followed: no address has to be reachable from outside.
//
// A topic is one person's or nobody's: only where the settings have the topic among the bridge's people does a message carry
// tokens, and they are that person's. Whoever can read the topic can decide by them, so that topics belong on a server with
// access control. What the reply topic says is believed only as far as its tokens go.
package ntfy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/clawrden/clawrden/bridge"
)

const (
	publicServer = "https://ntfy.sh"
	maxText      = 3400             // bytes of a message: at 4096 ntfy makes a file of it
	maxCovers    = 500              // bytes of them more, of what a button covers
	maxLine      = 16 << 10         // bytes of one event of the reply topic
	silence      = 2 * time.Minute  // ntfy says something each 45 s
	lookBack     = "1h"             // of replies, at the first connection: tokens make it harmless to read one twice
	slowest      = 30 * time.Second // to connect
	lastRetry    = time.Minute
)

// Options are what it is made of.
type Options struct {
	Server string // "" for the public one
	Reply  string // topic; "" for none
	Token  string // access token; "" for none
}

// Service publishes to one server.
type Service struct {
	o    Options
	http *http.Client
}

// New makes one.
func New(o Options) *Service {
	if o.Server == "" {
		o.Server = publicServer
	}
	o.Server = strings.TrimSuffix(o.Server, "/")
	return &Service{o: o, http: bridge.HTTPClient()}
}

// Traits says that a topic is one person's.
func (s *Service) Traits() bridge.Traits { return bridge.Traits{Personal: true, Tokens: true} }

// notice is ntfy's form of a message.
type notice struct {
	Topic    string   `json:"topic"`
	Title    string   `json:"title"`
	Message  string   `json:"message"`
	Priority int      `json:"priority,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Click    string   `json:"click,omitempty"`
	Actions  []action `json:"actions,omitempty"`
}

type action struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method"`
	Body   string `json:"body"`
	Clear  bool   `json:"clear"`
}

// Post publishes an ask.
func (s *Service) Post(ctx context.Context, m *bridge.Message) (string, error) {
	return "", s.publish(ctx, s.notice(m, "Asked: "))
}

// Edit publishes what has changed: ntfy's messages stay as they are.
func (s *Service) Edit(ctx context.Context, _ string, m *bridge.Message) error {
	n := s.notice(m, "Changed: ")
	if m.Over() {
		n.Priority = 2
	}
	return s.publish(ctx, n)
}

// Remind publishes it again.
func (s *Service) Remind(ctx context.Context, _ string, m *bridge.Message) error {
	return s.publish(ctx, s.notice(m, "Still asked: "))
}

func (s *Service) notice(m *bridge.Message, prefix string) *notice {
	n := &notice{Topic: m.To, Title: prefix + m.Title(), Message: m.Text(maxText), Priority: 4, Click: m.Link, Tags: []string{"question"}}
	if m.Over() {
		n.Title, n.Tags = "Ended: "+m.Title(), []string{"checkered_flag"}
	}
	for _, t := range m.Tokens {
		post := action{Action: "http", URL: s.o.Server + "/" + url.PathEscape(s.o.Reply), Method: http.MethodPost, Clear: true}
		yes, no := post, post
		yes.Label, yes.Body = "Approve", t.Approve
		no.Label, no.Body = "Deny", t.Deny
		n.Actions = append(n.Actions, yes)
		if len(t.Grants) > 0 { // the narrowest: a notice has room for three
			more := post
			more.Label, more.Body = "Approve: "+t.Grants[0].Says, t.Grants[0].Token
			n.Message += "\n" + more.Label + ", would let run: " + bridge.Fit(t.Grants[0].Covers, maxCovers)
			n.Actions = append(n.Actions, more)
		}
		n.Actions = append(n.Actions, no)
	}
	return n
}

func (s *Service) publish(ctx context.Context, n *notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("cannot write the notice: %v", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.Server, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("cannot publish to ntfy: %v", err)
	}
	s.authorize(r)
	resp, err := s.http.Do(r) //nolint:bodyclose // Answered does
	if err != nil {
		return fmt.Errorf("cannot publish to ntfy: %v", err)
	}
	return bridge.Answered(resp)
}

func (s *Service) authorize(r *http.Request) {
	if s.o.Token != "" {
		r.Header.Set("Authorization", "Bearer "+s.o.Token)
	}
}

// Run follows the reply topic, and connects again where it breaks off.
func (s *Service) Run(ctx context.Context, desk bridge.Desk) error {
	if s.o.Reply == "" {
		desk.Healthy(nil)
		<-ctx.Done()
		return nil
	}
	since, wait := lookBack, time.Second
	for ctx.Err() == nil {
		last, err := s.replies(ctx, since, desk)
		if last != "" {
			since, wait = last, time.Second
		}
		if ctx.Err() != nil {
			break
		}
		desk.Healthy(fmt.Errorf("the reply topic broke off: %v", err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
	return nil //nolint:nilerr // it was to end
}

// replies reads one connection, and gives the id of the last message that it had.
func (s *Service) replies(ctx context.Context, since string, desk bridge.Desk) (last string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(slowest, cancel)
	defer quiet.Stop()
	address := s.o.Server + "/" + url.PathEscape(s.o.Reply) + "/json?since=" + url.QueryEscape(since)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	s.authorize(r)
	stream := &http.Client{CheckRedirect: s.http.CheckRedirect} // no time limit for the whole
	resp, err := stream.Do(r)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", bridge.Answered(resp)
	}
	defer func() { _ = resp.Body.Close() }()
	desk.Healthy(nil)
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 0, 1024), maxLine)
	for quiet.Reset(silence); lines.Scan(); quiet.Reset(silence) {
		var e struct{ ID, Event, Message string }
		if json.Unmarshal(lines.Bytes(), &e) != nil || e.Event != "message" {
			continue
		}
		last = e.ID
		desk.Token(ctx, strings.TrimSpace(e.Message), "")
	}
	if err = lines.Err(); err == nil {
		err = io.EOF
	}
	return last, err
}
