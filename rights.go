package clawrden

// Right is what a caller at a door may do.
type Right string

// The rights.
const (
	RightRead   Right = "read"
	RightDecide Right = "decide"
	RightGrant  Right = "grant"
	RightKill   Right = "kill"
	RightUnlock Right = "unlock"
	RightReload Right = "reload"
	RightActFor Right = "act_for"
)

// Caller is who stands at a door: an identity by the kernel's word and the door's name.
type Caller struct {
	Identity Identity
	Door     string // control, dbus, http, bridge
}
