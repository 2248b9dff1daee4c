package telegram

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/clawrden/clawrden/bridge"
)

// deniesWithWords begins the value of the one button that is Telegram's own: it asks for the words that go to the agent.
const deniesWithWords = "w"

// keyboard is a message's buttons, one a row for a list.
func keyboard(m *bridge.Message) *models.InlineKeyboardMarkup {
	k := &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{}}
	var row, below []models.InlineKeyboardButton
	for _, b := range m.Buttons {
		button := models.InlineKeyboardButton{Text: b.Label, CallbackData: b.Value}
		switch {
		case m.List:
			k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{button})
		case b.Verb == bridge.Deny:
			row = append(row, button)
			below = append(below, models.InlineKeyboardButton{Text: "Deny, and say why", CallbackData: deniesWithWords + b.Value[1:]})
		case b.Verb == bridge.Grant:
			below = append([]models.InlineKeyboardButton{button}, below...)
		default:
			row = append(row, button)
		}
	}
	for _, r := range [][]models.InlineKeyboardButton{row, below} {
		if len(r) > 0 {
			k.InlineKeyboard = append(k.InlineKeyboard, r)
		}
	}
	return k
}

// choices is the second page of a message: the ways to have an approval remembered, each with what it would cover.
func choices(c *bridge.Choice, back string) (text string, k *models.InlineKeyboardMarkup) {
	k = &models.InlineKeyboardMarkup{}
	var words strings.Builder
	for i, o := range c.Offers {
		label := fmt.Sprintf("%d. %s", i+1, o.Label)
		_, _ = fmt.Fprintf(&words, "\n\n%s: %s", label, o.Words)
		k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{{Text: label, CallbackData: o.Value}})
	}
	k.InlineKeyboard = append(k.InlineKeyboard, []models.InlineKeyboardButton{{Text: "Back", CallbackData: back}})
	below := bridge.Fit("\n\nApprove, and have remembered"+words.String(), maxText/2)
	return bridge.Fit(c.Message.Text(maxText), maxText-len(below)) + below, k
}

// turn shows the second page of a message in its place, or the first again.
func (s *Service) turn(ctx context.Context, click *bridge.Click) bridge.Reply {
	choice, reply := s.desk.Choose(ctx, *click)
	if !reply.OK || choice.Message == nil {
		return reply
	}
	text, k := choice.Message.Text(maxText), keyboard(choice.Message)
	if len(choice.Offers) > 0 {
		text, k = choices(&choice, string(bridge.Back)+click.Value[1:])
	}
	id, err := strconv.Atoi(click.Ref)
	if err == nil {
		_, err = s.bot.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: click.To, MessageID: id, Text: text, ReplyMarkup: k, LinkPreviewOptions: noPreview()})
	}
	if err != nil && !unchanged(err) {
		return bridge.Reply{Text: "The choices can't be shown now. Try again."}
	}
	return bridge.Reply{OK: true}
}
