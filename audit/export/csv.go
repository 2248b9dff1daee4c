package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// columns are those of the table, in their order. Later ones are added behind.
var columns = []struct {
	name string
	cell func(r entry) string
}{
	{"seq", func(r entry) string { return strconv.FormatUint(r.Seq, 10) }},
	{"timestamp", func(r entry) string {
		b, _ := r.Timestamp.MarshalText()
		return string(b)
	}},
	{"event", func(r entry) string { return r.Event }},
	{"id", func(r entry) string { return r.ID }},
	{"decision", func(r entry) string { return string(r.Decision) }},
	{"verdict", func(r entry) string { return verdict(r.Record) }},
	{"command", func(r entry) string { return r.Command }},
	{"command_line", func(r entry) string { return line(r.Record) }},
	{"cwd", func(r entry) string { return r.Cwd }},
	{"uid", func(r entry) string {
		if r.Identity == nil {
			return ""
		}
		return strconv.FormatUint(uint64(r.Identity.UID), 10)
	}},
	{"user", func(r entry) string { return who(r).User }},
	{"agent", func(r entry) string { return who(r).Agent }},
	{"session", func(r entry) string { return r.Session }},
	{"unit", func(r entry) string { return who(r).Unit }},
	{"container", func(r entry) string { return who(r).Container }},
	{"rule", func(r entry) string { return by(r).Name }},
	{"rule_file", func(r entry) string { return by(r).File }},
	{"rule_line", func(r entry) string {
		if by(r).Line == 0 {
			return ""
		}
		return strconv.Itoa(by(r).Line)
	}},
	{"policy", func(r entry) string { return r.Policy }},
	{"reason", func(r entry) string { return r.Reason }},
	{"approver", func(r entry) string { return approver(r.Record) }},
	{"comment", func(r entry) string { return r.Comment }},
	{"executor", func(r entry) string { return r.Executor }},
	{"boundary", func(r entry) string { return string(r.Boundary) }},
	{"exit_code", func(r entry) string {
		if r.ExitCode == nil {
			return ""
		}
		return strconv.Itoa(*r.ExitCode)
	}},
	{"signal", func(r entry) string { return r.Signal }},
	{"duration_ms", func(r entry) string {
		if r.Event != clawrden.EventFinished {
			return ""
		}
		return strconv.FormatInt(r.DurationMS, 10)
	}},
	{"exe", func(r entry) string { return exe(r).Path }},
	{"exe_sha256", func(r entry) string { return exe(r).SHA256 }},
	{"sha256", func(r entry) string { return r.hash }},
}

// verified is the last column.
const verified = "verified"

func who(r entry) clawrden.Identity {
	if r.Identity == nil {
		return clawrden.Identity{}
	}
	return *r.Identity
}

func by(r entry) clawrden.RuleRef {
	if len(r.Rules) == 0 {
		return clawrden.RuleRef{}
	}
	return r.Rules[0]
}

func exe(r entry) clawrden.Executable {
	if r.Exe == nil {
		return clawrden.Executable{}
	}
	return *r.Exe
}

func verdict(r *clawrden.Record) string {
	if r.Verdict == nil {
		return ""
	}
	return r.Verdict.String()
}

// table writes CSV as RFC 4180 has it.
type table struct {
	w     *csv.Writer
	cells []string
}

func newTable(w io.Writer) *table {
	t := &table{w: csv.NewWriter(w), cells: make([]string, len(columns)+1)}
	t.w.UseCRLF = true
	return t
}

func (t *table) header() error {
	for i := range columns {
		t.cells[i] = columns[i].name
	}
	t.cells[len(columns)] = verified
	return t.w.Write(t.cells)
}

func (t *table) row(r entry, ok bool) error {
	for i := range columns {
		t.cells[i] = cell(columns[i].cell(r))
	}
	t.cells[len(columns)] = strconv.FormatBool(ok)
	return t.w.Write(t.cells)
}

func (t *table) flush() error {
	t.w.Flush()
	return t.w.Error()
}

// cell keeps a text from being a formula: spreadsheets take one that begins with one of these signs, also behind blanks, for
// something to compute, and that may start programs or send what the table holds. A quote before it has them show the text.
func cell(s string) string {
	s = display.Line(s)
	text := strings.TrimLeft(s, " \u00a0\u3000")
	if first, _ := utf8.DecodeRuneInString(text); text != "" && strings.ContainsRune("=+-@|%＝＋－＠", first) {
		return "'" + s
	}
	return s
}
