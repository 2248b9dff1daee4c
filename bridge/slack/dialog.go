package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/clawrden/clawrden/bridge"
)

const (
	denial       = "clawrden-deny"
	granting     = "clawrden-grant"
	commentBlock = "comment"
	farBlock     = "far"

	maxOption   = 75              // characters of an option's text
	triggerTime = 2 * time.Second // of the three that Slack gives until a dialog has to be there
)

// pending is what a dialog remembers.
type pending struct {
	To    string `json:"to"`
	Ref   string `json:"ref"`
	Value string `json:"value"`
}

// askComment opens a dialog for the words that go to the agent.
func (s *Service) askComment(ctx context.Context, trigger string, c *bridge.Click) error {
	words := api.NewPlainTextInputBlockElement(nil, commentBlock)
	words.Multiline, words.MaxLength = true, 900
	field := api.NewInputBlock(commentBlock, plain("For the agent"), nil, words)
	field.Optional = true
	return s.open(ctx, trigger, c, denial, "Deny", "Deny", field)
}

// askHowFar opens a dialog with the ways to have an approval remembered, each with what it would cover.
func (s *Service) askHowFar(ctx context.Context, trigger string, c *bridge.Click, desk bridge.Desk) bridge.Reply {
	asking, cancel := context.WithTimeout(ctx, triggerTime)
	defer cancel()
	choice, reply := desk.Choose(asking, *c)
	if !reply.OK {
		return reply
	}
	var words []string
	var options []*api.OptionBlockObject
	for i, o := range choice.Offers {
		label := fmt.Sprintf("%d. %s", i+1, o.Label)
		words = append(words, label+": "+o.Words)
		options = append(options, api.NewOptionBlockObject(o.Value, plain(bridge.Fit(label, maxOption)), nil))
	}
	if len(options) == 0 {
		return bridge.Reply{Text: "It can't be remembered."}
	}
	text := api.NewSectionBlock(plain(bridge.Fit(strings.Join(words, "\n\n"), maxText)), nil, nil)
	field := api.NewInputBlock(farBlock, plain("Approve, and have remembered"), nil, api.NewRadioButtonsBlockElement(farBlock, options...))
	if err := s.open(ctx, trigger, c, granting, "Approve", "Approve", text, field); err != nil {
		return bridge.Reply{Text: "The dialog can't be opened: " + bridge.Plain(err.Error()) + ". Press again, or approve without it being remembered."}
	}
	return bridge.Reply{OK: true}
}

func (s *Service) open(ctx context.Context, trigger string, c *bridge.Click, id, title, submit string, blocks ...api.Block) error {
	memory, err := json.Marshal(pending{c.To, c.Ref, c.Value})
	if err != nil {
		return err
	}
	_, err = s.api.OpenViewContext(ctx, trigger, api.ModalViewRequest{
		Type: api.VTModal, CallbackID: id, PrivateMetadata: string(memory), Title: plain(title), Submit: plain(submit), Close: plain("Back"),
		Blocks: api.Blocks{BlockSet: blocks},
	})
	return err
}

// submitted reads what was filled into a dialog; false where it is none of these.
func submitted(c *api.InteractionCallback) (bridge.Click, bool) {
	var p pending
	if json.Unmarshal([]byte(c.View.PrivateMetadata), &p) != nil || c.View.State == nil {
		return bridge.Click{}, false
	}
	click := bridge.Click{Person: c.User.ID, To: p.To, Ref: p.Ref, Value: p.Value}
	switch c.View.CallbackID {
	case denial:
		click.Comment = c.View.State.Values[commentBlock][commentBlock].Value
	case granting:
		chosen := c.View.State.Values[farBlock][farBlock].SelectedOption.Value
		if !strings.HasPrefix(chosen, p.Value) || chosen == p.Value {
			return bridge.Click{}, false
		}
		click.Value = chosen
	default:
		return bridge.Click{}, false
	}
	return click, true
}
