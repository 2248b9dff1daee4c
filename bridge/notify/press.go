package notify

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/bridge"
)

// longest is how long the answer to a press may take, of the daemon and on the bus.
const longest = 40 * time.Second

// pressed does what somebody has pressed.
func (s *Service) pressed(ctx context.Context, desk bridge.Desk, n *shown, key string) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if key == keyDefault || key == keyDetails {
		s.details(ctx, desk, n)
		return
	}
	reply := desk.Click(ctx, bridge.Click{Person: s.o.Person, To: n.message.To, Ref: n.ref, Value: key})
	if reply.OK {
		return
	}
	s.say(ctx, reply.Text)
	s.again(ctx, n)
}

// details opens where an ask can be looked at whole: the dashboard, or a terminal. Without either its text is shown.
func (s *Service) details(ctx context.Context, desk bridge.Desk, n *shown) {
	for _, words := range s.viewers(n.message) {
		if s.o.Start(words) == nil {
			s.again(ctx, n)
			return
		}
	}
	text := "See `clawrden queue " + n.message.Asks[0].ID + "` in a terminal."
	for _, b := range n.message.Buttons {
		if b.Verb != bridge.Details {
			continue
		}
		if r := desk.Click(ctx, bridge.Click{Person: s.o.Person, To: n.message.To, Ref: n.ref, Value: b.Value}); r.OK {
			text = r.Text + "\n" + text
		}
	}
	s.say(ctx, text)
	s.again(ctx, n)
}

// viewers are the commands that show an ask, the best first. Nothing of the agent's is in them.
func (s *Service) viewers(m *bridge.Message) (all [][]string) {
	if s.o.Link != "" {
		address := strings.TrimSuffix(s.o.Link, "/") + "/"
		if id := m.Asks[0].ID; !m.List && plainID(id) {
			address += "requests/" + id
		}
		all = append(all, []string{"xdg-open", address})
	}
	return append(all, []string{"xdg-terminal-exec", "clawrden", "watch"}, []string{"x-terminal-emulator", "-e", "clawrden", "watch"})
}

// plainID reports whether an id is as the daemon makes them.
func plainID(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// start starts a program. From a unit it is one of its own, beside: it must not inherit the unit's sandbox.
func start(words []string) error {
	if _, err := exec.LookPath(words[0]); err != nil {
		return err
	}
	if os.Getenv("INVOCATION_ID") != "" {
		words = append([]string{"systemd-run", "--user", "--collect", "--quiet", "--"}, words...)
	}
	c := exec.CommandContext(context.Background(), words[0], words[1:]...) // it outlives whatever started it
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }()
	return nil
}

// say shows a few words, without anything to press.
func (s *Service) say(ctx context.Context, text string) {
	defer s.take(ctx)()
	v, err := s.server(ctx)
	if err != nil {
		return
	}
	n := &notice{summary: "Clawrden", body: bridge.Fit(text, maxBody), actions: []string{}, hints: map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgencyNormal)}, expire: -1}
	switch {
	case !v.can["body"]:
		n.summary += ": " + n.body
	case v.can["body-markup"]:
		n.body = escaped(n.body)
	}
	_, _ = v.notify(ctx, 0, n)
}

// again shows what most servers have taken away at the press, unless it has changed or ended meanwhile.
func (s *Service) again(ctx context.Context, n *shown) {
	_, _ = s.show(ctx, n.ref, n.message, asked, n)
}
