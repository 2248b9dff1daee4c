package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// explained is what the policy says of a command that is only thought of, in the form of `clawrden policy explain -o json`.
type explained struct {
	Verdict string          `json:"verdict"`
	Rule    string          `json:"rule"`
	File    string          `json:"file"`
	Line    int             `json:"line"`
	Reason  string          `json:"reason"`
	Profile string          `json:"profile"`
	Command explainedPart   `json:"command"`
	Nested  []explainedPart `json:"nested"`
}

// explainedPart is one command in it.
type explainedPart struct {
	clawrden.CommandVerdict
	Rules []explainedRule `json:"rules"`
	Near  []explainedRule `json:"near"`
}

// explainedRule is a rule that matched, or nearly did.
type explainedRule struct {
	clawrden.RuleRef
	Conditions []struct {
		Text  string   `json:"text"`
		Holds string   `json:"holds"`
		Words []string `json:"words"`
	} `json:"conditions"`
}

// thought is the box in which a person asks.
type thought struct {
	Command, Cwd, User, Agent string // as typed
	Problem                   string
	Answer                    *explained
	Parts                     []explainedRow
}

type explainedRow struct {
	part
	Rules, Near []explainedRule
}

// thought answers what a person typed.
func (v *visit) thought() (t thought, err error) {
	q := v.r.URL.Query()
	t = thought{Command: q.Get("command"), Cwd: strings.TrimSpace(q.Get("cwd")), User: strings.TrimSpace(q.Get("user")), Agent: strings.TrimSpace(q.Get("agent"))}
	if strings.TrimSpace(t.Command) == "" {
		return t, nil
	}
	argv, err := split(t.Command)
	if err != nil {
		t.Problem = err.Error()
		return t, nil //nolint:nilerr // the page shows it
	}
	wish := clawrden.ExplainWish{Argv: argv, Cwd: t.Cwd, User: t.User, Agent: t.Agent}
	if wish.Cwd == "" {
		wish.Cwd = "/" // not wherever the browser runs
	}
	var raw json.RawMessage
	err = v.post("/api/policy/explain", wish, &raw)
	if p, ok := err.(*ProblemError); ok && p.Status < http.StatusInternalServerError { //nolint:errorlint // post wraps none
		t.Problem = p.Detail
		return t, nil
	}
	if err != nil {
		return t, err
	}
	t.Answer = &explained{}
	if err := json.Unmarshal(raw, t.Answer); err != nil {
		return t, err
	}
	t.Parts = t.Answer.rows()
	return t, nil
}

// rows are the command and those inside it.
func (e *explained) rows() []explainedRow {
	all := append([]explainedPart{e.Command}, e.Nested...)
	list := make([]clawrden.CommandVerdict, len(all))
	for i := range all {
		list[i] = all[i].CommandVerdict
	}
	first := list[0]
	rows := []explainedRow{{part{CommandVerdict: first, Command: shown(first.Command, first.Args, nil, 0, roomOnCard)}, all[0].Rules, all[0].Near}}
	for i, p := range parts(list) {
		p.Depth++
		rows = append(rows, explainedRow{p, all[i+1].Rules, all[i+1].Near})
	}
	return rows
}

// split reads words as they are shown: bare, in single or double quotes, or with a backslash. Nothing is expanded.
func split(line string) (words []string, err error) {
	var word strings.Builder
	in, quote := false, rune(0)
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, in = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, in = r, true
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteRune(r)
			in = true
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("the command ends inside a quote: %s", display.Line(word.String()))
	}
	if in {
		words = append(words, word.String())
	}
	return words, nil
}
