package telegram

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// nowhere is a network without anybody.
type nowhere struct{}

func (nowhere) Do(*http.Request) (*http.Response, error) { return nil, errors.New("nobody is there") }

// Whatever an update holds, nothing breaks, and only a press, or the reply to a question, is handed in, by whom Telegram says.
func FuzzUpdate(f *testing.F) {
	value := strings.Repeat("N", 22)
	chat := `"chat":{"id":-5,"type":"group"}`
	for _, text := range []string{
		`{}`, `{"callback_query":{}}`, `{"callback_query":{"id":"q","from":{"id":42},"data":"a` + value + `"}}`,
		`{"callback_query":{"id":"q","from":{"id":42},"data":"a` + value + `","message":{"message_id":77,"date":1,` + chat + `}}}`,
		`{"callback_query":{"id":"q","from":{"id":42},"data":"g` + value + `","message":{"message_id":77,"date":1,` + chat + `}}}`,
		`{"callback_query":{"id":"q","from":{"id":42},"data":"w` + value + `","message":{"message_id":77,"date":1,` + chat + `}}}`,
		`{"callback_query":{"id":"q","from":{"id":42},"data":"b` + value + `","message":{"message_id":77,"date":0,` + chat + `}}}`,
		`{"message":{"message_id":1,"date":1,"text":"/kill now","from":{"id":42},` + chat + `}}`,
		`{"message":{"message_id":1,"date":1,"text":"/","from":{"id":42},` + chat + `}}`, `{"message":{"text":"/queue"}}`,
		`{"message":{"message_id":1,"date":1,"text":"words","from":{"id":42},` + chat + `,"reply_to_message":{"message_id":9,"date":1,` + chat + `}}}`,
	} {
		f.Add([]byte(text))
	}
	s := &Service{denials: map[question]denial{}}
	var err error
	if s.bot, err = bot.New("42:x", bot.WithSkipGetMe(), bot.WithHTTPClient(pollTime, nowhere{})); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var u models.Update
		if json.Unmarshal(text, &u) != nil {
			return
		}
		desk := bridgetest.New()
		s.desk = desk
		s.update(t.Context(), s.bot, &u)
		if len(desk.Clicks) > 0 && u.CallbackQuery == nil {
			t.Errorf("%+v by %s", <-desk.Clicks, text)
		}
		if len(s.denials) != 0 {
			t.Errorf("a question that couldn't be asked waits: %s", text)
		}
	})
}
