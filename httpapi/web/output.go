package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// How much of a recording a page shows: of the file, and of what is in it. The rest is had by the download.
const (
	mostRecording = 256 << 10
	mostOutput    = 64 << 10
)

// output is what a command has put out, as a page shows it.
type output struct {
	Pieces   []piece
	Cut      bool   // there is more
	Ended    bool   // nothing more was recorded, by the recording's own limit
	Checked  string // what the digest in the log says of it
	Wrong    bool   // it isn't what was recorded
	Problem  string // why it can't be shown
	Download bool
}

// piece is text of one kind.
type piece struct {
	Kind string // "o", "e" or "i"
	Text string
}

// output gets the recording of a command, if it has one.
func (v *visit) output(e *clawrden.Entry) *output {
	if e.Recording == nil {
		return nil
	}
	a := v.site.api(v.r, http.MethodGet, fmt.Sprintf("/api/history/%s/recording?most=%d", e.ID, mostRecording), nil)
	if a.Status != http.StatusOK {
		p := &ProblemError{}
		if json.Unmarshal(a.Body, p) != nil || p.Detail == "" {
			p.Detail = "the daemon gave no reason"
		}
		return &output{Problem: p.Detail}
	}
	o := readOutput(a.Body)
	o.Download = true
	if int64(len(a.Body)) < e.Recording.Bytes {
		o.Cut, o.Checked = true, "Only the beginning is shown, so it isn't compared with its digest in the log: clawrden replay does that."
		return o
	}
	sum := sha256.Sum256(a.Body)
	o.Wrong = hex.EncodeToString(sum[:]) != e.Recording.SHA256
	o.Checked = "It has the digest that the log has."
	if o.Wrong {
		o.Checked = "It isn't what was recorded: the log has another digest."
	}
	return o
}

// readOutput makes of a recording, a line of JSON for each piece, what a page can show. What can't be read ends it.
func readOutput(recording []byte) *output {
	o := &output{}
	left := mostOutput
	lines := bytes.Split(recording, []byte("\n"))
	for _, line := range lines[1:] {
		var kind string
		var data []byte
		event := [3]any{new(json.Number), &kind, &data}
		if json.Unmarshal(line, &event) != nil {
			break
		}
		if kind == "x" {
			o.Ended = true
			break
		}
		if kind != "o" && kind != "e" && kind != "i" {
			continue
		}
		if len(data) > left {
			data, o.Cut = data[:left], true
		}
		left -= len(data)
		if n := len(o.Pieces); n > 0 && o.Pieces[n-1].Kind == kind {
			o.Pieces[n-1].Text += string(data)
		} else {
			o.Pieces = append(o.Pieces, piece{kind, string(data)})
		}
		if o.Cut {
			break
		}
	}
	for i := range o.Pieces {
		o.Pieces[i].Text = plain(o.Pieces[i].Text)
	}
	return o
}

// plain makes of what a terminal would have been sent text without any say over how it is shown: colours are left out, ends of
// lines and tabs stay, and everything else that can't be seen is escaped.
func plain(s string) string {
	var out strings.Builder
	for len(s) > 0 {
		i := strings.IndexAny(s, "\n\t\r\x1b")
		if i < 0 {
			out.WriteString(display.Line(s))
			break
		}
		out.WriteString(display.Line(s[:i]))
		s = s[i:]
		n := 1
		switch {
		case s[0] == '\n' || s[0] == '\t':
			out.WriteByte(s[0])
		case strings.HasPrefix(s, "\r\n"):
		case colour(s) > 0:
			n = colour(s)
		default:
			out.WriteString(display.Line(s[:1]))
		}
		s = s[n:]
	}
	return out.String()
}

// colour is the length of a sequence that sets a colour or erases the rest of a line (CSI … m, CSI … K); 0 for any other.
func colour(s string) int {
	const longest = 64
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	for n := 2; n < len(s) && n < longest; n++ {
		switch c := s[n]; {
		case c >= '0' && c <= '9' || c == ';' || c == ':':
		case c == 'm' || c == 'K':
			return n + 1
		default:
			return 0
		}
	}
	return 0
}
