package clawrden

import (
	"slices"
	"time"
)

// State is where an approval stands.
type State string

// The states: Pending, then exactly one of the others.
const (
	StatePending   State = "pending"
	StateApproved  State = "approved"
	StateDenied    State = "denied"
	StateExpired   State = "expired"
	StateCancelled State = "cancelled"
)

// Approval is one ask and how it ended. A copy is handed out; only the approval queue changes the original.
type Approval struct {
	ID       string
	Request  Request
	Facts    Facts
	Decision Decision
	Digest   string // hex SHA-256 over executable, argv, cwd and environment: what was shown is what runs
	State    State
	Revision uint64 // grows with each change; compare-and-set
	Created  time.Time
	Expires  time.Time
	By       *Approver  // who decided, the last of several; nil unless approved or denied
	Votes    []Approver // who approved, in order; while pending those whose approval wasn't enough
	Comment  string     // the person's words for the agent
	Edit     *Edit      // what was approved in the place of what was asked; nil where that is the same
}

// Edit is what an approver put in the place of what was asked: the same tool, with other arguments.
type Edit struct {
	Args     []string // raw words after argv[0]
	Digest   string   // as that of an approval
	Facts    Facts
	Decision Decision // what the policy says of it
}

// Memory is what the queue remembers of an ask that has ended, without its words, and what say that still has. The keys are
// the queue's own.
type Memory struct {
	Approval     Approval
	Refused      string // what is refused again without being shown, until RefusedUntil; "" for nothing
	RefusedUntil time.Time
	Once         string // what may run once after all, until OnceUntil; "" for nothing
	OnceUntil    time.Time
}

// Approver is a person who decided, and by which door.
type Approver struct {
	UID  uint32 `json:"uid"`
	User string `json:"user,omitempty"`
	Door string `json:"door"`           // control, dbus, http, bridge
	Self bool   `json:"self,omitempty"` // stands where only --dev or self_approval lets it decide
	// Bridge is the name of the bridge that decided for this person, and Person the person's id there; "" for who decided alone.
	Bridge string `json:"bridge,omitempty"`
	Person string `json:"person,omitempty"`
	// Token is the name of the bearer token by which this person came in over TCP.
	Token string `json:"token,omitempty"`
	// For names the demands that this person's approval counts for: [Demand.Name].
	For []string `json:"-"`
}

// Demand is what has to be met before an asked command runs: an approval block, or the defaults where a rule names none.
// A decision may have several, if several rules ask; all must be met, and one person may count for all.
type Demand struct {
	Name             string        `json:"name,omitempty"`               // of the approval block; "" for the defaults
	Approvers        []string      `json:"approvers,omitempty"`          // user:NAME, group:NAME; empty for whoever has the right to decide
	Quorum           int           `json:"quorum,omitempty"`             // how many different people must approve; 0 is 1
	Self             bool          `json:"self,omitempty"`               // the requester's own user may approve
	EachBehindBridge bool          `json:"each_behind_bridge,omitempty"` // people behind one bridge are so many; else all of them count once
	Escalate         []string      `json:"escalate,omitempty"`           // who may approve too, once After has passed
	After            time.Duration `json:"after,omitempty"`              // nanoseconds
	EditArgs         bool          `json:"edit_args,omitempty"`          // an approver may change the arguments
	Grants           []string      `json:"grants,omitempty"`             // what an approver may have remembered; nil for the defaults
}

// SameDemands reports whether what met one is all that the other asks for.
func SameDemands(a, b []Demand) bool {
	return slices.EqualFunc(a, b, func(x, y Demand) bool {
		return x.Name == y.Name && x.People() == y.People() && x.Self == y.Self && x.EachBehindBridge == y.EachBehindBridge && x.After == y.After && x.EditArgs == y.EditArgs &&
			slices.Equal(x.Approvers, y.Approvers) && slices.Equal(x.Escalate, y.Escalate) && slices.Equal(x.Grants, y.Grants)
	})
}

// People is how many must approve, at least one.
func (d *Demand) People() int { return max(d.Quorum, 1) }

// Lacking tells how many more people must approve, at least, before all demands of an ask are met: one person may count
// for several. Two votes of one uid are one person's, and those of all whom one bridge speaks for too, unless the demand says
// otherwise: whoever takes a bridge over speaks for all of them.
func (a *Approval) Lacking() int {
	if len(a.Decision.Demands) == 0 {
		return max(1-len(a.Votes), 0)
	}
	lacking := 0
	for _, d := range a.Decision.Demands {
		people := map[voter]bool{}
		for i := range a.Votes {
			v := &a.Votes[i]
			switch {
			case !slices.Contains(v.For, d.Name):
			case v.Bridge != "" && !d.EachBehindBridge:
				people[voter{bridge: v.Bridge}] = true
			default:
				people[voter{uid: v.UID}] = true
			}
		}
		lacking = max(lacking, d.People()-len(people))
	}
	return lacking
}

// voter is one person, as far as votes are counted.
type voter struct {
	uid    uint32
	bridge string
}

// Answer is what a person at a door says of an ask, beside yes or no.
type Answer struct {
	Revision uint64 `json:"revision,omitempty"` // decide only this revision; 0 for any
	Digest   string `json:"digest,omitempty"`   // decide only what was shown under this digest; "" for any
	Comment  string `json:"comment,omitempty"`  // for the agent
	// Args are run with in place of those that were asked with, where the policy permits that; nil for those.
	Args    []string `json:"args,omitzero"`
	ArgsB64 []string `json:"args_b64,omitempty"`
	// Edit is what the daemon makes of them.
	Edit *Edit `json:"-"`
	// Grant has the approval remembered; it needs the right to grant, too.
	Grant *GrantWish `json:"grant,omitempty"`
}
