// Package webhook posts asks, and how they end, to an address of the operator's, signed as Standard Webhooks
// (https://www.standardwebhooks.com) has it. Decisions come back at a listener on the loopback, by single-use tokens alone.
//
// Everything is delivered, also what ended while the receiver was away: at least once, each under an id that stays the same when it is
// tried again. It must never follow a redirect, and never listen beyond this host: a proxy with TLS stands in front of it.
package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/clawrden/clawrden/bridge"
)

// Options are what a webhook is made of.
type Options struct {
	URL     string
	Secrets string // a line each: whsec_ and base64, the newest first
	Listen  string // host:port for decisions; "" for none
}

// Service posts to one address.
type Service struct {
	o    Options
	keys [][]byte
	http *http.Client
}

// New reads the secrets.
func New(o Options) (*Service, error) {
	keys, err := readSecrets(o.Secrets)
	if err != nil {
		return nil, err
	}
	return &Service{o: o, keys: keys, http: bridge.HTTPClient()}, nil
}

// Traits says that a receiver is told everything, and gets tokens.
func (s *Service) Traits() bridge.Traits { return bridge.Traits{Tokens: true, Late: true} }

// Post tells of an ask.
func (s *Service) Post(ctx context.Context, m *bridge.Message) (string, error) {
	kind := "ask.pending"
	if m.Over() {
		kind = "ask.ended"
	}
	return m.Key, s.send(ctx, kind, m)
}

// Edit tells of a change, or of the end.
func (s *Service) Edit(ctx context.Context, _ string, m *bridge.Message) error {
	kind := "ask.changed"
	if m.Over() {
		kind = "ask.ended"
	}
	return s.send(ctx, kind, m)
}

// Remind tells again.
func (s *Service) Remind(ctx context.Context, _ string, m *bridge.Message) error {
	return s.send(ctx, "ask.reminder", m)
}

// payload is what is posted.
type payload struct {
	Type string `json:"type"`
	Data data   `json:"data"`
}

type data struct {
	ID       string                `json:"id"`
	Test     bool                  `json:"test,omitempty"`
	Command  string                `json:"command,omitempty"` // as a shell would read it, with escapes for what can't be seen
	Cut      bool                  `json:"cut,omitempty"`
	Risky    string                `json:"risky,omitempty"`
	Cwd      string                `json:"cwd,omitempty"`
	Agent    string                `json:"agent"`
	Rule     string                `json:"rule,omitempty"`
	Place    string                `json:"place,omitempty"`
	Reason   string                `json:"reason,omitempty"`
	More     []string              `json:"more,omitempty"`
	Votes    []string              `json:"votes,omitempty"`
	Lacking  int                   `json:"lacking"`
	Created  *time.Time            `json:"created,omitempty"`
	Expires  *time.Time            `json:"expires,omitempty"`
	Revision uint64                `json:"revision,omitempty"`
	Digest   string                `json:"digest,omitempty"`
	Tokens   []bridge.PersonTokens `json:"tokens,omitempty"`
	Link     string                `json:"link,omitempty"`
	Ended    *ended                `json:"ended,omitempty"`
}

type ended struct {
	Decision string    `json:"decision"` // approved, denied, expired, cancelled, unknown
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`
	Comment  string    `json:"comment,omitempty"`
}

func newPayload(kind string, m *bridge.Message) payload {
	a := &m.Asks[0]
	p := payload{kind, data{
		ID: a.ID, Test: a.Test, Command: a.Command, Cut: a.Cut, Risky: a.Why, Cwd: a.Dir, Agent: a.Agent, Rule: a.Rule, Place: a.Place, Reason: a.Reason,
		More: a.More, Votes: a.Votes, Lacking: a.Lacking, Revision: a.Revision, Digest: a.Digest, Tokens: m.Tokens, Link: m.Link,
	}}
	if !a.Created.IsZero() {
		p.Data.Created, p.Data.Expires = &a.Created, &a.Expires
	}
	if e := a.End; e != nil {
		p.Data.Ended = &ended{string(e.Outcome), e.By, e.At, e.Comment}
		if e.Outcome == "" {
			p.Data.Ended.Decision = "unknown"
		}
	}
	return p
}

// send posts once. What is sent again for the same reason has the same id: it comes from the content.
func (s *Service) send(ctx context.Context, kind string, m *bridge.Message) error {
	body, err := json.Marshal(newPayload(kind, m))
	if err != nil {
		return fmt.Errorf("cannot write the event: %v", err)
	}
	sum := sha256.Sum256(append([]byte(m.Key), body...))
	id, now := "msg_"+hex.EncodeToString(sum[:16]), time.Now()
	if kind == "ask.reminder" {
		id += fmt.Sprintf("_%d", now.Unix()/30) // the same words are meant to come again
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("cannot post to the webhook: %v", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "clawrden-bridge")
	sign(r.Header, s.keys, id, now, body)
	resp, err := s.http.Do(r) //nolint:bodyclose // Answered does
	if err != nil {
		return fmt.Errorf("cannot post to the webhook: %v", err)
	}
	return bridge.Answered(resp)
}
