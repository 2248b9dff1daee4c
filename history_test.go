package clawrden

import (
	"errors"
	"testing"
	"time"
)

func TestHistoryFilter(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	exit := 2
	e := &Entry{
		ID: "k3f9", Timestamp: Timestamp{at}, Command: "git", Args: []string{"push", "Origin"}, Cwd: "/src", Decision: OutcomeApproved,
		Identity: Identity{UID: 1000, User: "ann", Agent: "bot", Unit: "bot.service"}, Session: "s1", Reason: "why", Comment: "Fine",
		Rules: []RuleRef{{Name: "a"}, {Name: "b"}}, Approver: &Approver{UID: 7, User: "eve"}, ExitCode: &exit,
	}
	for name, row := range map[string]struct {
		f    HistoryFilter
		want bool
	}{
		"all":           {HistoryFilter{}, true},
		"since":         {HistoryFilter{Since: at}, true},
		"later":         {HistoryFilter{Since: at.Add(1)}, false},
		"until":         {HistoryFilter{Until: at.Add(1)}, true},
		"before":        {HistoryFilter{Until: at}, false},
		"agent":         {HistoryFilter{Agent: "bot"}, true},
		"user":          {HistoryFilter{Agent: "ann"}, true},
		"unit":          {HistoryFilter{Agent: "bot.service"}, true},
		"whom":          {HistoryFilter{Agent: "agent:bot"}, true},
		"no agent":      {HistoryFilter{Agent: "bo"}, false},
		"session":       {HistoryFilter{Session: "s1"}, true},
		"tool":          {HistoryFilter{Tool: "git"}, true},
		"other tool":    {HistoryFilter{Tool: "gi"}, false},
		"ask":           {HistoryFilter{Verdict: "ask"}, true},
		"approved":      {HistoryFilter{Verdict: "approved"}, true},
		"allow":         {HistoryFilter{Verdict: "allow"}, false},
		"rule":          {HistoryFilter{Rule: "b"}, true},
		"no rule":       {HistoryFilter{Rule: "c"}, false},
		"approver":      {HistoryFilter{Approver: "eve"}, true},
		"not its uid":   {HistoryFilter{Approver: "7"}, false},
		"exit":          {HistoryFilter{Exit: "2"}, true},
		"failed":        {HistoryFilter{Exit: ExitFailed}, true},
		"exit 0":        {HistoryFilter{Exit: "0"}, false},
		"signal":        {HistoryFilter{Exit: "SIGKILL"}, false},
		"text":          {HistoryFilter{Text: "PUSH orig"}, true},
		"comment":       {HistoryFilter{Text: "fine"}, true},
		"no text":       {HistoryFilter{Text: "pull"}, false},
		"several":       {HistoryFilter{Tool: "git", Rule: "a", Text: "/src"}, true},
		"all but one":   {HistoryFilter{Tool: "git", Rule: "a", Text: "/srv"}, false},
		"not only then": {HistoryFilter{Before: 1, Limit: 1}, true},
	} {
		if got := row.f.Finds(e); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
		if err := row.f.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, f := range []HistoryFilter{{Verdict: "maybe"}, {Exit: "x"}, {Exit: "01"}, {Text: string(make([]byte, 5000))}} {
		if err := f.Check(); !errors.Is(err, ErrBadRequest) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if (&HistoryFilter{ID: "a", Before: 1, Limit: 2}).Narrows() || !(&HistoryFilter{Rule: "a"}).Narrows() {
		t.Error("Narrows")
	}
}
