package bridge

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// Title is a message in a few words, without markup.
func (m *Message) Title() string {
	if m.List {
		return strconv.Itoa(len(m.Asks)) + " commands wait"
	}
	a := &m.Asks[0]
	title := a.ID + " of " + a.Agent
	if a.Test {
		title = "test, " + title
	}
	return title
}

// Text is a whole message without markup, of at most max bytes.
func (m *Message) Text(max int) string {
	var b strings.Builder
	if m.List {
		for i := range m.Asks {
			a := &m.Asks[i]
			fmt.Fprintf(&b, "%s  %s", a.ID, a.Line())
			if a.End != nil {
				b.WriteString("  [" + a.End.Words() + "]")
			}
			b.WriteByte('\n')
		}
	} else {
		for _, line := range m.Asks[0].Lines() {
			b.WriteString(line + "\n")
		}
	}
	if m.Link != "" {
		b.WriteString(m.Link + "\n")
	}
	return Fit(strings.TrimSuffix(b.String(), "\n"), max)
}

// Lines is an ask without markup, its command first.
func (a *Ask) Lines() (lines []string) {
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+value)
		}
	}
	if a.Test {
		add("This is a test; nothing will run.", " ")
	}
	add("", a.Command)
	if a.Cut {
		add("", "(cut; all of it: clawrden queue "+a.ID+")")
	}
	add("look closely: ", a.Why)
	add("in ", a.Dir)
	add("agent: ", a.Agent)
	add("request: ", a.ID)
	if a.Place != "" {
		add("rule: ", a.Rule+" ("+a.Place+")")
	} else {
		add("rule: ", a.Rule)
	}
	add("reason: ", a.Reason)
	lines = append(lines, a.More...)
	for _, v := range a.Votes {
		add("approved by ", v)
	}
	switch {
	case a.End != nil:
		add("", a.End.Words())
	case a.Lacking > 1:
		add("", fmt.Sprintf("%d people must approve, until %s", a.Lacking, a.Until()))
	default:
		add("waits until ", a.Until())
	}
	return lines
}

// covers tells what a grant would let run.
func covers(g *clawrden.Grant) string {
	words, _ := display.Text(g.Words, shownText*2)
	if g.Of == 0 {
		return words
	}
	return fmt.Sprintf("%s (%d of the last %d asks)", words, g.Covered, g.Of)
}

// Until is when an ask expires, by this host's clock.
func (a *Ask) Until() string { return a.Expires.Local().Format("15:04:05 MST") }

// Fit cuts a text at so many bytes, between characters, and says so.
func Fit(text string, max int) string {
	if len(text) <= max {
		return text
	}
	const mark = "… (cut)"
	cut := strings.ToValidUTF8(text[:max-len(mark)], "")
	return cut + mark
}

// Plain is text of somebody else's, on one line.
func Plain(text string) string { return display.Line(text) }
