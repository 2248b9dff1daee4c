package clawrden

import "time"

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
	By       *Approver // who decided; nil unless approved or denied
	Comment  string    // the person's words for the agent
}

// Approver is a person who decided, and by which door.
type Approver struct {
	UID  uint32 `json:"uid"`
	User string `json:"user,omitempty"`
	Door string `json:"door"`           // control, dbus, http, bridge
	Self bool   `json:"self,omitempty"` // stands where only --dev or self_approval lets it decide
}

// Answer is what a person at a door says of an ask, beside yes or no.
type Answer struct {
	Revision uint64 `json:"revision,omitempty"` // decide only this revision; 0 for any
	Digest   string `json:"digest,omitempty"`   // decide only what was shown under this digest; "" for any
	Comment  string `json:"comment,omitempty"`  // for the agent
}
