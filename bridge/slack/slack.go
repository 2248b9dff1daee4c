// Package slack asks in channels of Slack, by an app in Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode): no
// address has to be reachable from outside.
//
// Who presses a button counts by the id that Slack gives. What an agent had a say in is sent as plain text, which Slack doesn't
// read for markup, mentions or links. Each envelope is acknowledged before anything is done about it, within Slack's three
// seconds; one that comes twice is answered by what is known of the first.
package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/clawrden/clawrden/bridge"
)

const (
	maxText   = 2800 // bytes of a block: 3000 characters
	lastRetry = time.Minute
	maxAtOnce = 16 // clicks that are being worked on
)

// Options are what it is made of.
type Options struct {
	Server   string // "" for the public one
	AppToken string // xapp-…, for the socket
	BotToken string // xoxb-…, for messages
}

// Service speaks for one app.
type Service struct {
	api  *api.Client
	work chan struct{}
}

// New makes one. It asks nothing yet.
func New(o Options) (*Service, error) {
	if !strings.HasPrefix(o.AppToken, "xapp-") || !strings.HasPrefix(o.BotToken, "xoxb-") {
		return nil, errors.New("the app's token begins with xapp- and the bot's with xoxb-")
	}
	options := []api.Option{api.OptionAppLevelToken(o.AppToken), api.OptionHTTPClient(bridge.HTTPClient())}
	if o.Server != "" {
		options = append(options, api.OptionAPIURL(strings.TrimSuffix(o.Server, "/")+"/api/"))
	}
	return &Service{api: api.New(o.BotToken, options...), work: make(chan struct{}, maxAtOnce)}, nil
}

// Post sends a message.
func (s *Service) Post(ctx context.Context, m *bridge.Message) (string, error) {
	_, ref, err := s.api.PostMessageContext(ctx, m.To, content(m)...)
	return ref, refusal(err)
}

// Edit brings it up to date.
func (s *Service) Edit(ctx context.Context, ref string, m *bridge.Message) error {
	_, _, _, err := s.api.UpdateMessageContext(ctx, m.To, ref, content(m)...)
	return refusal(err)
}

// Remind answers it in its thread.
func (s *Service) Remind(ctx context.Context, ref string, m *bridge.Message) error {
	_, _, err := s.api.PostMessageContext(ctx, m.To, api.MsgOptionTS(ref), api.MsgOptionText(escaped(m.Title()+" still waits"), false))
	return refusal(err)
}

// content is a message in blocks, with the few words that a notification shows.
func content(m *bridge.Message) []api.MsgOption {
	blocks := []api.Block{api.NewSectionBlock(plain(m.Text(maxText)), nil, nil)}
	for i := 0; i < len(m.Buttons); i += 5 { // so many look well in a row
		var row []api.BlockElement
		for j, b := range m.Buttons[i:min(i+5, len(m.Buttons))] {
			button := api.NewButtonBlockElement(fmt.Sprintf("clawrden-%d", i+j), b.Value, plain(b.Label))
			switch b.Verb {
			case bridge.Approve:
				button.WithStyle(api.StylePrimary)
			case bridge.Deny:
				button.WithStyle(api.StyleDanger)
			case bridge.Grant, bridge.Back, bridge.Details, bridge.Show:
			}
			row = append(row, button)
		}
		blocks = append(blocks, api.NewActionBlock(fmt.Sprintf("clawrden-row-%d", i/5), row...))
	}
	return []api.MsgOption{
		api.MsgOptionText(escaped("Clawrden: "+m.Title()), false), api.MsgOptionBlocks(blocks...),
		api.MsgOptionDisableLinkUnfurl(), api.MsgOptionDisableMediaUnfurl(),
	}
}

// plain is text without markup, without emoji too.
func plain(text string) *api.TextBlockObject {
	return api.NewTextBlockObject(api.PlainTextType, text, false, false)
}

// escaped is for the one field that Slack reads for markup.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// gone are answers that don't change by asking again.
var gone = map[string]bool{
	"message_not_found": true, "cant_update_message": true, "edit_window_closed": true, "invalid_blocks": true, "msg_too_long": true, "is_archived": true,
}

// refusal says what an error means for a message.
func refusal(err error) error {
	var limited *api.RateLimitedError
	var answer api.SlackErrorResponse
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limited):
		return &bridge.LaterError{After: limited.RetryAfter}
	case errors.As(err, &answer) && gone[answer.Err]:
		return fmt.Errorf("%w: slack: %v", bridge.ErrGone, err)
	}
	return fmt.Errorf("slack: %v", err)
}

// Run keeps a socket until ctx ends.
func (s *Service) Run(ctx context.Context, desk bridge.Desk) error {
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, lastRetry) {
		socket := socketmode.New(s.api)
		round, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.events(round, socket, desk)
		}()
		err := socket.RunContext(round)
		cancel()
		<-done
		if ctx.Err() != nil {
			break
		}
		desk.Healthy(fmt.Errorf("slack's socket ended: %v", err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	return nil //nolint:nilerr // it was to end
}

func (s *Service) events(ctx context.Context, socket *socketmode.Client, desk bridge.Desk) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-socket.Events:
			switch e.Type { //nolint:exhaustive // the others say nothing new
			case socketmode.EventTypeHello:
				desk.Healthy(nil)
			case socketmode.EventTypeConnectionError:
				why := errors.New("the connection broke off")
				if failed, ok := e.Data.(*api.ConnectionErrorEvent); ok {
					why = failed.ErrorObj
				}
				desk.Healthy(fmt.Errorf("slack can't be reached: %v", why))
			case socketmode.EventTypeInteractive:
				if e.Request != nil {
					_ = socket.AckCtx(ctx, e.Request.EnvelopeID, nil)
				}
				if c, ok := e.Data.(api.InteractionCallback); ok {
					s.start(ctx, func() { s.interaction(ctx, &c, desk) })
				}
			}
		}
	}
}

// start works on one click beside; where there are too many, one is dropped, and its person presses again.
func (s *Service) start(_ context.Context, work func()) {
	select {
	case s.work <- struct{}{}:
		go func() {
			defer func() { <-s.work }()
			work()
		}()
	default:
	}
}

func (s *Service) interaction(ctx context.Context, c *api.InteractionCallback, desk bridge.Desk) {
	switch c.Type { //nolint:exhaustive // the others aren't used
	case api.InteractionTypeBlockActions:
		if len(c.ActionCallback.BlockActions) != 1 {
			return
		}
		click := bridge.Click{Person: c.User.ID, To: c.Channel.ID, Ref: c.Message.Timestamp, Value: c.ActionCallback.BlockActions[0].Value}
		switch verb, bare := bridge.VerbOf(click.Value); {
		case verb == bridge.Deny && s.askComment(ctx, c.TriggerID, &click) == nil:
			return
		case verb == bridge.Grant && bare:
			s.tell(ctx, &click, s.askHowFar(ctx, c.TriggerID, &click, desk))
			return
		}
		s.tell(ctx, &click, desk.Click(ctx, click))
	case api.InteractionTypeViewSubmission:
		if click, ok := submitted(c); ok {
			s.tell(ctx, &click, desk.Click(ctx, click))
		}
	}
}

// tell answers one person, where nobody else sees it. What went well shows in the message itself.
func (s *Service) tell(ctx context.Context, c *bridge.Click, r bridge.Reply) {
	if r.OK && !strings.HasPrefix(c.Value, string(bridge.Details)) {
		return
	}
	block := api.NewSectionBlock(plain(bridge.Fit(r.Text, maxText)), nil, nil)
	_, _ = s.api.PostEphemeralContext(ctx, c.To, c.Person, api.MsgOptionText("Clawrden", false), api.MsgOptionBlocks(block))
}
