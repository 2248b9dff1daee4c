package clawrden

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// HistoryFilter narrows the history. The zero value is everything; Limit 0 means the door's default. What is given must all
// hold; names are whole names.
type HistoryFilter struct {
	ID     string // whole id or unique prefix; then nothing else is looked at
	Before uint64 // only records with a smaller sequence number; 0 for the newest
	Limit  int

	Since, Until time.Time // decided at or after the one, before the other
	Agent        string    // registered name, user, unit or container, or as Whom has it, such as uid:1000
	Session      string    // guard session
	Tool         string
	Verdict      string // an Outcome, or "ask" for all that a person was asked
	Rule         string // name of any rule that gave the verdict
	Approver     string // as Approver.Name has it
	Exit         string // a status, a signal such as SIGKILL, or "failed" for any but 0
	Text         string // part of id, command, directory, reason or comment; case doesn't matter
}

// ExitFailed finds in HistoryFilter.Exit what ended by a signal or with any status but 0.
const ExitFailed = "failed"

// maxFilterText bounds each text of a filter, in bytes.
const maxFilterText = 4096

// Check tells what of a filter can't be meant.
func (f *HistoryFilter) Check() error {
	for _, s := range []string{f.Agent, f.Session, f.Tool, f.Rule, f.Approver, f.Exit, f.Text} {
		if len(s) > maxFilterText {
			return fmt.Errorf("%w: a filter has at most %d bytes", ErrBadRequest, maxFilterText)
		}
	}
	switch Outcome(f.Verdict) {
	case "", "ask", OutcomeAllow, OutcomeDeny, OutcomeApproved, OutcomeDenied, OutcomeExpired, OutcomeCancelled:
	default:
		return fmt.Errorf("%w: verdict is allow, deny, ask, approved, denied, expired or cancelled", ErrBadRequest)
	}
	if f.Exit != "" && f.Exit != ExitFailed && !strings.HasPrefix(f.Exit, "SIG") {
		if n, err := strconv.Atoi(f.Exit); err != nil || strconv.Itoa(n) != f.Exit {
			return fmt.Errorf("%w: exit is a number, a signal such as SIGKILL, or %s", ErrBadRequest, ExitFailed)
		}
	}
	return nil
}

// Narrows reports whether the filter leaves anything out but by ID, Before and Limit.
func (f *HistoryFilter) Narrows() bool {
	g := *f
	g.ID, g.Before, g.Limit = "", 0, 0
	return g != HistoryFilter{}
}

// Finds reports whether an entry is looked for.
func (f *HistoryFilter) Finds(e *Entry) bool {
	return (f.Since.IsZero() || !e.Timestamp.Before(f.Since)) &&
		(f.Until.IsZero() || e.Timestamp.Before(f.Until)) &&
		(f.Tool == "" || f.Tool == e.Command) &&
		(f.Session == "" || f.Session == e.Session) &&
		(f.Verdict == "" || f.findsOutcome(e.Decision)) &&
		(f.Agent == "" || f.findsAgent(&e.Identity)) &&
		(f.Rule == "" || f.findsRule(e.Rules)) &&
		(f.Approver == "" || e.Approver != nil && e.Approver.Name() == f.Approver) &&
		(f.Exit == "" || f.findsExit(e)) &&
		(f.Text == "" || strings.Contains(e.Text(), strings.ToLower(f.Text)))
}

func (f *HistoryFilter) findsOutcome(o Outcome) bool {
	if f.Verdict == "ask" {
		return o != OutcomeAllow && o != OutcomeDeny
	}
	return string(o) == f.Verdict
}

func (f *HistoryFilter) findsAgent(id *Identity) bool {
	return f.Agent == id.Agent || f.Agent == id.User || f.Agent == id.Unit || f.Agent == id.Container || f.Agent == WhomOf(id).String()
}

func (f *HistoryFilter) findsRule(rules []RuleRef) bool {
	for i := range rules {
		if rules[i].Name == f.Rule {
			return true
		}
	}
	return false
}

func (f *HistoryFilter) findsExit(e *Entry) bool {
	switch {
	case f.Exit == ExitFailed:
		return e.Signal != "" || e.ExitCode != nil && *e.ExitCode != 0
	case e.Signal != "":
		return e.Signal == f.Exit
	}
	return e.ExitCode != nil && strconv.Itoa(*e.ExitCode) == f.Exit
}

// Text is what HistoryFilter.Text looks into, in small letters.
func (e *Entry) Text() string {
	return strings.ToLower(strings.Join([]string{e.ID, e.Command + " " + strings.Join(e.Args, " "), e.Cwd, e.Reason, e.Comment}, "\n"))
}

// Name is the one name by which the history finds what somebody decided: the person's at a bridge, else the user's, else the uid.
func (a *Approver) Name() string {
	switch {
	case a.Person != "":
		return a.Person
	case a.User != "":
		return a.User
	}
	return strconv.FormatUint(uint64(a.UID), 10)
}
