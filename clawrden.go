// Package clawrden holds the words of the project as types: request, identity, fact, verdict, decision, approval,
// record, rights. Every other package speaks in them.
//
// It imports only the standard library, does no I/O, keeps no state, and decides nothing.
package clawrden

import "fmt"

// Verdict is what the policy says of a command. The zero value is invalid and means deny.
type Verdict uint8

// The verdicts, from the mildest to the strictest; Invalid is as strict as Deny.
const (
	Invalid Verdict = iota
	Allow
	Ask
	Deny
)

// String gives the word used in policy, records and on every door.
func (v Verdict) String() string {
	switch v {
	case Allow:
		return "allow"
	case Ask:
		return "ask"
	case Deny:
		return "deny"
	case Invalid:
	}
	return "invalid"
}

// ParseVerdict reads one of the three words; anything else is an error and Invalid.
func ParseVerdict(s string) (Verdict, error) {
	switch s {
	case "allow":
		return Allow, nil
	case "ask":
		return Ask, nil
	case "deny":
		return Deny, nil
	}
	return Invalid, fmt.Errorf("%q is not a verdict; use \"allow\", \"deny\" or \"ask\"", s)
}

// MarshalText writes the word; it makes Verdict a JSON string.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the word; "invalid" is read back as Invalid.
func (v *Verdict) UnmarshalText(b []byte) error {
	if string(b) == "invalid" {
		*v = Invalid
		return nil
	}
	w, err := ParseVerdict(string(b))
	*v = w
	return err
}

// Strictness orders verdicts: 1 allow, 2 ask, 3 deny and invalid.
func (v Verdict) Strictness() int {
	switch v {
	case Allow:
		return 1
	case Ask:
		return 2
	case Deny, Invalid:
	}
	return 3
}

// Stricter returns the stricter of two verdicts; of Deny and Invalid it returns Deny.
func Stricter(a, b Verdict) Verdict {
	switch {
	case a.Strictness() > b.Strictness():
		return a
	case b.Strictness() > a.Strictness():
		return b
	case a == Invalid:
		return b
	}
	return a
}

// Way is how a command came in.
type Way string

// The ways in.
const (
	WayShim  Way = "shim"
	WayPlain Way = "plain" // one line of JSON on the shim socket
	WayGuard Way = "guard"
)

// Boundary is what enforces a decision.
type Boundary string

// The boundaries. BoundaryNone is cooperative: it binds an honest shim, not the agent's own code.
const (
	BoundaryNone      Boundary = "none"
	BoundaryGuard     Boundary = "guard"
	BoundaryUnit      Boundary = "unit"
	BoundaryContainer Boundary = "container"
)
