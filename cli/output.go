package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

const (
	plainWidth   = 120 // columns where there is no terminal
	minCommand   = 20  // characters of a command that a row shows at least
	clockFormat  = "2006-01-02 15:04:05"
	codeGreen    = "\x1b[32m" // all codes have the same length, so that tabwriter's columns stay straight
	codeRed      = "\x1b[31m"
	codeYellow   = "\x1b[33m"
	codeStandard = "\x1b[39m"
	codeEnd      = "\x1b[0m"
)

// json writes v as the API does, indented, and so that no character in it can play tricks on a terminal.
func (a *app) json(v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("cannot write JSON: %v", err)
	}
	_, err = a.stdout.Write(append(tameJSON(b), '\n'))
	return err
}

// jsonLine writes v on one line, for answers that come one by one.
func (a *app) jsonLine(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("cannot write JSON: %v", err)
	}
	_, err = a.stdout.Write(append(tameJSON(b), '\n'))
	return err
}

// tameJSON escapes what can't be seen. Outside strings JSON is ASCII, so each such character stands in one; encoding/json
// leaves DEL and all beyond ASCII but two as they are.
func tameJSON(b []byte) []byte {
	if bytes.IndexFunc(b, func(r rune) bool { return r != '\n' && display.Hidden(r) }) < 0 {
		return b
	}
	var out []byte
	for _, r := range string(b) {
		switch {
		case r == '\n' || !display.Hidden(r):
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// table aligns rows of cells. Cells are display text: no tab, no line end.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer, header ...string) *table {
	t := &table{tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	if len(header) > 0 {
		t.row(header...)
	}
	return t
}

func (t *table) row(cells ...string) { fmt.Fprintln(t.w, strings.Join(cells, "\t")) }

func (t *table) flush() error { return t.w.Flush() }

// width is how many columns a row may have.
func (a *app) width() int {
	if fd, ok := a.terminal(); ok {
		if w, _, err := term.GetSize(fd); err == nil && w > 0 {
			return w
		}
	}
	return plainWidth
}

// brief shows a command in what the other columns leave of a row; cut is how many bytes of it didn't come along.
func (a *app) brief(command string, args, b64 []string, cut, others int) (shown string, escaped bool) {
	shown, escaped = display.Brief(argv(command, args, b64), max(a.width()-others, minCommand))
	if cut > 0 {
		shown += " … (+" + plural(cut, "byte", "bytes") + ")"
	}
	return shown, escaped
}

// argv puts the words of a command together again, as raw as they came.
func argv(command string, args, b64 []string) []string {
	return append([]string{command}, clawrden.RawWords(args, b64)...)
}

// who names a requester in few words.
func who(id *clawrden.Identity) string {
	name := id.Agent
	switch {
	case name != "":
	case id.User != "":
		name = id.User
	default:
		name = "uid " + strconv.FormatUint(uint64(id.UID), 10)
	}
	if len(id.Container) >= 12 {
		name += "@" + id.Container[:12]
	}
	return display.Line(name)
}

// ago is a span for people: the two largest units.
func ago(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	days, hours, minutes, seconds := int(d.Hours())/24, int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd%dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh%dm", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%dm%ds", minutes, seconds)
	}
	return fmt.Sprintf("%ds", seconds)
}

// took is how long a command ran.
func took(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", ms)
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return ago(d)
}

func clock(t clawrden.Timestamp) string { return t.Local().Format(clockFormat) }

// paint colours a cell by what it says.
func paint(on bool, outcome, text string) string {
	if !on {
		return text
	}
	code := codeStandard
	switch outcome {
	case string(clawrden.OutcomeAllow), string(clawrden.OutcomeApproved):
		code = codeGreen
	case string(clawrden.OutcomeDeny), string(clawrden.OutcomeDenied), "locked":
		code = codeRed
	case string(clawrden.OutcomeExpired), string(clawrden.OutcomeCancelled), "ask":
		code = codeYellow
	}
	return code + text + codeEnd
}

// plural writes a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// noteEscaped warns of a command that holds what can't be seen.
func (a *app) noteEscaped(id, command string, args, b64 []string) {
	if _, escaped := display.Brief(argv(command, args, b64), 0); escaped {
		fmt.Fprintf(a.stderr, "clawrden: %s %s\n", display.Line(id), escapedNote)
	}
}

// escapedNote warns that something was hidden in what is shown.
const escapedNote = "holds characters that can't be seen; they are shown as escapes such as \\u202e"
