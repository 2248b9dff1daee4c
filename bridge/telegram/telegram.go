// Package telegram asks in chats of Telegram, by a bot that polls (https://core.telegram.org/bots/api): no address has to be reachable from
// outside.
//
// Who presses a button counts by the id that Telegram gives, and only in the chat that the message is in. Text is sent without a
// parse mode, so that nothing in a command is markup. The bot's token is part of each URL: no error may show one.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/clawrden/clawrden/bridge"
)

const (
	publicServer = "https://api.telegram.org"
	pollTime     = 50 * time.Second // that a question for updates waits
	maxText      = 3800             // bytes: a message has at most 4096 characters
	maxAlert     = 190              // bytes: 200 characters
)

// Options are what it is made of.
type Options struct {
	Server string // "" for the public one
	Token  string
}

// Service speaks for one bot.
type Service struct {
	bot  *bot.Bot
	desk bridge.Desk

	mu      sync.Mutex
	denials map[question]denial
}

// New makes one. It asks nothing yet.
func New(o Options) (*Service, error) {
	if o.Server == "" {
		o.Server = publicServer
	}
	s := &Service{denials: map[question]denial{}}
	var err error
	s.bot, err = bot.New(o.Token,
		bot.WithServerURL(strings.TrimSuffix(o.Server, "/")), bot.WithSkipGetMe(), bot.WithHTTPClient(pollTime, quiet{s, &http.Client{Timeout: pollTime + 10*time.Second}}),
		bot.WithAllowedUpdates(bot.AllowedUpdates{"message", "callback_query"}), bot.WithDefaultHandler(s.update), bot.WithErrorsHandler(func(error) {}))
	if err != nil {
		return nil, errors.New("cannot use the bot's token: it is empty or wrong")
	}
	return s, nil
}

// quiet is an HTTP client whose errors don't show the URL. It tells the desk whether polling works.
type quiet struct {
	s    *Service
	http *http.Client
}

// Do asks once.
func (q quiet) Do(r *http.Request) (*http.Response, error) {
	resp, err := q.http.Do(r) //nolint:gosec // to the server of the settings
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if strings.HasSuffix(r.URL.Path, "/getUpdates") && q.s.desk != nil && r.Context().Err() == nil {
		switch {
		case err != nil:
			q.s.desk.Healthy(fmt.Errorf("cannot reach Telegram: %v", err))
		case resp.StatusCode != http.StatusOK:
			q.s.desk.Healthy(fmt.Errorf("telegram answers %q to the bot", resp.Status))
		default:
			q.s.desk.Healthy(nil)
		}
	}
	return resp, err
}

// Run polls until ctx ends.
func (s *Service) Run(ctx context.Context, desk bridge.Desk) error {
	s.desk = desk
	s.bot.Start(ctx)
	return nil
}

// Post sends a message.
func (s *Service) Post(ctx context.Context, m *bridge.Message) (string, error) {
	sent, err := s.bot.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: m.To, Text: m.Text(maxText), ReplyMarkup: keyboard(m), DisableNotification: m.Silent, LinkPreviewOptions: noPreview(),
	})
	if err != nil {
		return "", refusal(err)
	}
	return strconv.Itoa(sent.ID), nil
}

// Edit brings it up to date.
func (s *Service) Edit(ctx context.Context, ref string, m *bridge.Message) error {
	id, err := strconv.Atoi(ref)
	if err != nil {
		return bridge.ErrGone
	}
	_, err = s.bot.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: m.To, MessageID: id, Text: m.Text(maxText), ReplyMarkup: keyboard(m), LinkPreviewOptions: noPreview()})
	if unchanged(err) {
		return nil
	}
	return refusal(err)
}

func unchanged(err error) bool {
	return err != nil && strings.Contains(err.Error(), "message is not modified")
}

// Remind answers the message.
func (s *Service) Remind(ctx context.Context, ref string, m *bridge.Message) error {
	id, err := strconv.Atoi(ref)
	if err != nil {
		return bridge.ErrGone
	}
	_, err = s.bot.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: m.To, Text: m.Title() + " still waits", ReplyParameters: &models.ReplyParameters{MessageID: id, AllowSendingWithoutReply: true},
	})
	return refusal(err)
}

func noPreview() *models.LinkPreviewOptions {
	no := true
	return &models.LinkPreviewOptions{IsDisabled: &no}
}

// refusal says what an error means for a message.
func refusal(err error) error {
	var many *bot.TooManyRequestsError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many):
		return &bridge.LaterError{After: time.Duration(many.RetryAfter) * time.Second}
	case errors.Is(err, bot.ErrorBadRequest):
		return fmt.Errorf("%w: telegram: %v", bridge.ErrGone, err)
	}
	return fmt.Errorf("telegram: %v", err)
}

// update takes what people do.
func (s *Service) update(ctx context.Context, _ *bot.Bot, u *models.Update) {
	switch {
	case u.CallbackQuery != nil:
		s.pressed(ctx, u.CallbackQuery)
	case u.Message != nil && u.Message.From != nil && !s.worded(ctx, u.Message) && strings.HasPrefix(u.Message.Text, "/"):
		s.typed(ctx, u.Message)
	}
}

func (s *Service) pressed(ctx context.Context, q *models.CallbackQuery) {
	reply := bridge.Reply{Text: "This message is too old."}
	var chat any
	if m := q.Message.Message; m != nil {
		chat = m.Chat.ID
		click := bridge.Click{Person: strconv.FormatInt(q.From.ID, 10), To: strconv.FormatInt(m.Chat.ID, 10), Ref: strconv.Itoa(m.ID), Value: q.Data}
		switch verb, bare := bridge.VerbOf(q.Data); {
		case bare && (verb == bridge.Grant || verb == bridge.Back):
			reply = s.turn(ctx, &click)
		case bare && verb == deniesWithWords:
			reply = s.askWords(ctx, &click, &q.From)
		default:
			reply = s.desk.Click(ctx, click)
		}
	}
	short := bridge.Fit(reply.Text, maxAlert)
	_, _ = s.bot.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: q.ID, Text: short, ShowAlert: !reply.OK || strings.Contains(short, "\n")})
	if short != reply.Text && reply.OK && chat != nil {
		_, _ = s.bot.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: bridge.Fit(reply.Text, maxText), LinkPreviewOptions: noPreview()})
	}
}

// typed answers /queue, /history and /kill; anything else isn't for it.
func (s *Service) typed(ctx context.Context, m *models.Message) {
	word, rest, _ := strings.Cut(m.Text, " ")
	word, _, _ = strings.Cut(word, "@")
	person, chat := strconv.FormatInt(m.From.ID, 10), strconv.FormatInt(m.Chat.ID, 10)
	var reply bridge.Reply
	switch word {
	case "/queue":
		reply = s.desk.Queue(ctx, person, chat)
	case "/history":
		reply = s.desk.History(ctx, person, chat)
	case "/kill":
		reply = s.desk.Kill(ctx, person, chat, rest)
	default:
		return
	}
	_, _ = s.bot.SendMessage(ctx, &bot.SendMessageParams{ChatID: m.Chat.ID, Text: bridge.Fit(reply.Text, maxText), LinkPreviewOptions: noPreview()})
}
