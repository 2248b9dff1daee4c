package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clawrden/clawrden/internal/display"
)

const (
	listShare  = 3 // the list takes at most a third of the screen, the selected ask the rest
	codeStrong = "\x1b[1m"
	codeInvert = "\x1b[7m"
)

var helpText = []string{
	"j, down   next ask",
	"k, up     previous ask",
	"a         approve the selected ask: it runs",
	"g         approve it and have that remembered: shows what each way would cover",
	"d         deny it",
	"D         deny it with a reason, which the agent reads",
	"q         quit; what waits goes on waiting",
	"",
	"An ask can be approved when it has been on the screen for a moment.",
	"Enter and pasted text decide nothing.",
}

// view gives the lines of the screen: at most height, none longer than width columns. It notes which ask didn't fit.
func (s *screen) view(width, height int, now time.Time, color bool) []string {
	v := view{width: max(width, 20), color: color}
	title := "Clawrden: " + plural(len(s.queue), "ask waits", "asks wait")
	v.add(codeStrong, title)
	if s.locked {
		v.add(codeRed, "The kill switch is ON: every command is denied until `clawrden unlock`.")
	}
	if s.lost {
		v.add(codeRed, "The connection to the daemon is lost, what is below may be old; trying again.")
	}
	v.add("", "")
	height, s.cut = max(height, 6), ""
	room := height - len(v.lines) - 2
	switch {
	case s.help:
		for _, line := range helpText {
			v.add("", line)
		}
	case len(s.queue) == 0:
		v.add("", "Nothing waits for a decision.")
	case s.granting != nil:
		s.viewGranting(&v, height-len(v.lines)-2)
	default:
		s.viewList(&v, max(room/listShare, 1), now)
		v.add("", "")
		s.viewAsk(&v, height-len(v.lines)-2, now)
	}
	v.lines = v.lines[:min(len(v.lines), height-2)]
	for len(v.lines) < height-2 {
		v.add("", "")
	}
	if s.typing {
		v.add(codeYellow, "reason for "+display.Line(s.typingID)+": "+tail(display.Line(s.reason), v.width-25)+"_")
		v.add("", "Enter denies with this reason, Escape forgets it")
		return v.lines
	}
	v.add(codeYellow, s.message)
	keys := "j/k move   a approve   g approve and remember   d deny   D deny with a reason   ? help   q quit"
	if s.granting != nil {
		keys = "1-9 choose   a approve with that   Escape back"
	}
	v.add("", keys)
	return v.lines
}

// viewList shows the part of the queue around the selected ask.
func (s *screen) viewList(v *view, rows int, now time.Time) {
	at := max(s.index(), 0)
	first := max(0, min(at-rows/2, len(s.queue)-rows))
	for i := first; i < min(first+rows, len(s.queue)); i++ {
		p := &s.queue[i]
		mark, code := "  ", ""
		if i == at {
			mark, code = "> ", codeInvert
		}
		command, _ := display.Brief(argv(p.Command, p.Args, p.ArgsB64), v.width)
		v.add(code, fmt.Sprintf("%s%-8s  %6s  %-10s  %s", mark, display.Line(p.ID), ago(now.Sub(p.Created.Time)), who(&p.Identity), command))
	}
}

// viewAsk shows the selected ask in full, wrapped. If it doesn't fit, it says so: nobody should approve what they can't see.
func (s *screen) viewAsk(v *view, rows int, now time.Time) {
	i := s.index()
	if i < 0 {
		return
	}
	p := &s.queue[i]
	var lines []string
	for _, row := range pendingRows(p)[1:] {
		lines = append(lines, wrap(fmt.Sprintf("%-8s %s", row[0], row[1]), v.width)...)
		if _, escaped := display.Brief(argv(p.Command, p.Args, p.ArgsB64), 0); row[0] == "command" && escaped {
			lines = append(lines, wrap("         the command "+escapedNote, v.width)...)
		}
	}
	lines = append(lines, fmt.Sprintf("%-8s %s", "left", ago(p.Expires.Sub(now))))
	if p.ArgsCut > 0 {
		s.cut = p.ID
		lines = append(lines, "The command isn't shown whole here.")
	}
	if len(lines) > rows {
		s.cut = p.ID
		cut := len(lines) - max(rows-1, 0)
		lines = append(lines[:max(rows-1, 0)],
			fmt.Sprintf("… %s more: `clawrden queue %s` shows all", plural(cut, "line", "lines"), display.Line(p.ID)))
	}
	for _, line := range lines {
		v.add("", line)
	}
}

// view collects lines.
type view struct {
	width int
	color bool
	lines []string
}

// add puts a line of display text there, cut to the width.
func (v *view) add(code, text string) {
	text = head(text, v.width)
	if code != "" && (v.color || code == codeInvert) && text != "" {
		text = code + text + codeEnd
	}
	v.lines = append(v.lines, text)
}

// columns is how many columns a character may take. Which ones are wide differs between terminals, so all that may be count
// as two: a line is then cut or wrapped early, never late.
func columns(r rune) int {
	if r >= 0x1100 {
		return 2
	}
	return 1
}

func columnsOf(s string) (n int) {
	for _, r := range s {
		n += columns(r)
	}
	return n
}

// head cuts text to a width.
func head(s string, width int) string {
	if columnsOf(s) <= width {
		return s
	}
	n := 0
	for i, r := range s {
		if n += columns(r); n > width-2 {
			return s[:i] + "…"
		}
	}
	return s
}

// tail gives the end of a text, for a line that is being typed.
func tail(s string, width int) string {
	for columnsOf(s) > max(width, 1) {
		_, n := utf8.DecodeRuneInString(s)
		s = s[n:]
	}
	return s
}

// wrap breaks a line at any place: words of a command have no other good ones. Lines after the first are indented.
func wrap(s string, width int) []string {
	const indent = "         "
	var lines []string
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n+columns(r) > width {
			lines = append(lines, b.String())
			b.Reset()
			b.WriteString(indent)
			n = len(indent)
		}
		b.WriteRune(r)
		n += columns(r)
	}
	return append(lines, b.String())
}
