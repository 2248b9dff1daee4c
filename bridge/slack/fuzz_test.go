package slack

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/clawrden/clawrden/bridge/bridgetest"
)

// nowhere is a network without anybody.
type nowhere struct{}

func (nowhere) Do(*http.Request) (*http.Response, error) { return nil, errors.New("nobody is there") }

// Whatever an envelope holds, nothing breaks, and what isn't a press or a filled-in dialog of a message's own decides nothing.
func FuzzEnvelope(f *testing.F) {
	value := strings.Repeat("N", 22)
	for _, payload := range []any{
		pressed("aNONCE"), pressed("g" + value), pressed(""),
		map[string]any{"type": "block_actions"},
		map[string]any{"type": "block_actions", "actions": []any{nil}},
		map[string]any{"type": "view_submission", "view": nil},
		"text", 7, nil,
		[]any{},
		map[string]any{"type": "view_submission", "user": map[string]any{"id": "U1"}, "view": map[string]any{
			"callback_id": granting, "private_metadata": `{"to":"C1","ref":"17.01","value":"g` + value + `"}`,
			"state": map[string]any{"values": map[string]any{"far": map[string]any{"far": map[string]any{"selected_option": map[string]any{"value": "g" + value + "command_30m"}}}}},
		}},
		map[string]any{"type": "view_submission", "view": map[string]any{"callback_id": denial, "private_metadata": "{}", "state": map[string]any{"values": nil}}},
	} {
		text, err := json.Marshal(map[string]any{"type": "interactive", "envelope_id": "e1", "payload": payload})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	s := &Service{api: api.New("xoxb-1", api.OptionHTTPClient(nowhere{})), work: make(chan struct{}, 1)}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r socketmode.Request // as the library reads it
		var c api.InteractionCallback
		if json.Unmarshal(text, &r) != nil || json.Unmarshal(r.Payload, &c) != nil {
			return
		}
		desk := bridgetest.New()
		s.interaction(t.Context(), &c, desk)
		if len(desk.Clicks) > 1 || len(desk.Clicks) == 1 && c.Type != api.InteractionTypeBlockActions && c.Type != api.InteractionTypeViewSubmission {
			t.Errorf("%d clicks by %s", len(desk.Clicks), text)
		}
	})
}
