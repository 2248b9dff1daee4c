package telegram

import (
	"context"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/clawrden/clawrden/bridge"
)

const (
	maxWaiting = 100              // denials that wait for their words
	wordsTime  = 15 * time.Minute // that one waits
)

// denial is one that waits for its words.
type denial struct {
	click bridge.Click
	until time.Time
}

// askWords asks who has pressed for the words that go to the agent: they are that person's reply to this question. A stranger is asked for
// nothing.
func (s *Service) askWords(ctx context.Context, click *bridge.Click, who *models.User) bridge.Reply {
	look := *click
	look.Value = string(bridge.Back) + click.Value[1:]
	if _, reply := s.desk.Choose(ctx, look); !reply.OK {
		return reply
	}
	id, err := strconv.Atoi(click.Ref)
	if err != nil {
		return bridge.Reply{Text: "This message is too old."}
	}
	name := who.FirstName
	if name == "" {
		name = "You"
	}
	sent, err := s.bot.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: click.To, Text: name + ": to deny, reply to this with the words for the agent.",
		Entities:        []models.MessageEntity{{Type: models.MessageEntityTypeTextMention, Offset: 0, Length: len(utf16.Encode([]rune(name))), User: who}},
		ReplyParameters: &models.ReplyParameters{MessageID: id, AllowSendingWithoutReply: true},
		ReplyMarkup:     &models.ForceReply{ForceReply: true, Selective: true, InputFieldPlaceholder: "For the agent"},
	})
	if err != nil {
		return bridge.Reply{Text: "The question can't be sent now. Try again, or deny without words."}
	}
	denies := *click
	denies.Value = string(bridge.Deny) + click.Value[1:]
	s.remember(question{click.To, sent.ID}, denies, time.Now())
	return bridge.Reply{OK: true}
}

// question is a message that asks for words.
type question struct {
	chat string
	id   int
}

func (s *Service) remember(q question, click bridge.Click, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for old, d := range s.denials {
		if now.After(d.until) || len(s.denials) >= maxWaiting {
			delete(s.denials, old)
		}
	}
	s.denials[q] = denial{click, now.Add(wordsTime)}
}

// worded takes a reply to such a question, of the one who was asked; false where it is none.
func (s *Service) worded(ctx context.Context, m *models.Message) bool {
	if m.ReplyToMessage == nil {
		return false
	}
	person, q := strconv.FormatInt(m.From.ID, 10), question{strconv.FormatInt(m.Chat.ID, 10), m.ReplyToMessage.ID}
	s.mu.Lock()
	d, ok := s.denials[q]
	ok = ok && d.click.Person == person
	if ok {
		delete(s.denials, q)
	}
	s.mu.Unlock()
	if !ok {
		return false
	}
	reply := bridge.Reply{Text: "These words come too late. Press the button again."}
	if time.Now().Before(d.until) {
		d.click.Comment = m.Text
		reply = s.desk.Click(ctx, d.click)
	}
	_, _ = s.bot.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: m.Chat.ID, Text: bridge.Fit(reply.Text, maxText), ReplyParameters: &models.ReplyParameters{MessageID: m.ID, AllowSendingWithoutReply: true},
	})
	return true
}
