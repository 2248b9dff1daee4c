package clawrden

import (
	"strconv"
	"time"
)

// RuleRef names a rule and its place.
type RuleRef struct {
	Name   string  `json:"name"`
	Action Verdict `json:"action"`
	File   string  `json:"file"`
	Line   int     `json:"line"`
}

// Place says where the rule is written. The few that no policy writes, such as that on commands too large to be judged, are built in.
func (r *RuleRef) Place() string {
	if r.File == "" {
		return "built in"
	}
	return r.File + ":" + strconv.Itoa(r.Line)
}

// Decision is a verdict with the rules that gave it and the reason.
type Decision struct {
	Verdict   Verdict
	Rules     []RuleRef // every rule that matched, the deciding one first; empty when the default decided
	Reason    string    // for the person and for the model that reads stderr; may be empty
	Executor  string    // kind that the deciding rule names: "mirror", "local", …; "" for the way's own default
	Place     *Place    // the executor block or built-in executor that Executor comes from; nil where no rule names one
	Timeout   int64     // milliseconds that an ask may wait; 0 for the configured default
	Demands   []Demand  // what an ask's approval must meet; none: one person with the right to decide
	Approval  string    // name of the deciding rule's approval block; "" for the defaults
	Profile   *Profile  // the sandbox that the command runs in; nil for none
	Limits    Limits    // of the run: the tightest of what the deciding rules and the profile say; the profile's are the same
	Recording string    // what is recorded of the run: "output", "all" (its input too), or "" for nothing
	Grant     string    // of a verdict that a grant in the policy has lowered from ask to allow, its name; Rules has it first
	Fixed     bool      // the deciding rule forbids grants: each such command asks anew
	Would     Verdict   // what the policy would have said, where its observe mode lets the command run; else Invalid
	Observed  []RuleRef // rules in observe mode that matched; they take no part in the verdict
	Counted   bool      // of an allow in a guard session: it is counted with others of its kind instead of recorded
	Session   bool      // it is about an exec of a guard session
	Policy    string    // digest of the policy that decided, hex
}

// Rule returns the deciding rule, or nil when the policy's default (or an error) decided.
func (d *Decision) Rule() *RuleRef {
	if len(d.Rules) == 0 {
		return nil
	}
	return &d.Rules[0]
}

// Unlower makes the decision what it was before a grant in the policy lowered it, if one did.
func (d *Decision) Unlower() {
	if d.Grant != "" && len(d.Rules) > 0 {
		d.Verdict, d.Grant, d.Rules, d.Reason = Ask, "", d.Rules[1:], ""
	}
}

// Counter is a rule's rate condition. The daemon counts, for each caller, the commands that the rule names, and stamps how
// many there were within the window, this one included, into Facts.Counts under the rule's name.
type Counter struct {
	Rule   string
	Within time.Duration
}

// Refuse is the decision for an error between accept and execute: deny, with the reason.
func Refuse(reason string) Decision { return Decision{Verdict: Deny, Reason: reason} }

// Outcome is how a request ended for the agent; the word in `decision` of records and of the HTTP API.
type Outcome string

// The outcomes. Allowed and Denied are the policy's own; Approved and Refused a person's.
const (
	OutcomeAllow     Outcome = "allow"
	OutcomeDeny      Outcome = "deny"
	OutcomeApproved  Outcome = "approved"
	OutcomeDenied    Outcome = "denied"
	OutcomeExpired   Outcome = "expired"
	OutcomeCancelled Outcome = "cancelled"
)

// Runs reports whether the command may run.
func (o Outcome) Runs() bool { return o == OutcomeAllow || o == OutcomeApproved }
