package notify

import (
	"math"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/bridge"
)

const (
	asked      = "Asked: "
	stillAsked = "Still asked: "

	maxBody = 900 // bytes

	// Actions of its own, beside the values of the bridge's buttons. The first is what a press on the notification itself does.
	keyDefault = "default"
	keyDetails = "details"

	urgencyNormal   byte = 1
	urgencyCritical byte = 2
)

// notice is what Notify is called with.
type notice struct {
	summary, body string
	actions       []string // key and label in turn
	hints         map[string]dbus.Variant
	expire        int32 // milliseconds; 0: it stays
}

// notice makes one of a message, of what the server can show.
func (v *server) notice(m *bridge.Message, prefix string) *notice {
	n := &notice{summary: prefix + m.Title(), body: m.Text(maxBody), actions: []string{}, hints: map[string]dbus.Variant{}, expire: timeLeft(m, time.Now())}
	urgency := urgencyNormal
	for i := range m.Asks {
		if m.Asks[i].Risky {
			urgency = urgencyCritical
		}
	}
	n.hints["urgency"] = dbus.MakeVariant(urgency)
	n.hints["resident"] = dbus.MakeVariant(true) // it stays until the answer has been taken
	if v.can["actions"] {
		n.actions = actions(m)
	} else {
		n.body += "\nDecide with `clawrden watch`."
	}
	if !v.can["body"] {
		n.summary = bridge.Fit(n.summary+": "+m.Asks[0].Line(), maxBody)
	}
	if v.can["body-markup"] {
		n.body = escaped(n.body)
	}
	return n
}

// actions are what can be pressed. Approving is never what a press in passing does, and not there where somebody should look more
// closely; a list only leads to where each can be looked at.
func actions(m *bridge.Message) (all []string) {
	all = append(all, keyDefault, "Details")
	for _, b := range m.Buttons {
		switch b.Verb {
		case bridge.Approve:
			if !m.Asks[0].Risky {
				all = append(all, b.Value, "Approve once")
			}
		case bridge.Deny:
			all = append(all, b.Value, b.Label)
		case bridge.Grant, bridge.Back, bridge.Details, bridge.Show:
		}
	}
	label := "Details"
	if m.Asks[0].Risky && !m.List {
		label = "Look and decide"
	}
	return append(all, keyDetails, label)
}

// keys are the actions that were offered.
func (n *notice) keys() map[string]bool {
	keys := map[string]bool{}
	for i := 0; i < len(n.actions); i += 2 {
		keys[n.actions[i]] = true
	}
	return keys
}

// timeLeft is how long there is something to answer, in milliseconds.
func timeLeft(m *bridge.Message, now time.Time) int32 {
	var last time.Time
	for i := range m.Asks {
		if m.Asks[i].Expires.After(last) {
			last = m.Asks[i].Expires
		}
	}
	if last.IsZero() {
		return 0
	}
	return int32(min(max(last.Sub(now).Milliseconds(), 1), math.MaxInt32))
}

// escaped is for servers that read a body as markup.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
