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
	RightRun    Right = "run" // a session, as oneself
)

// ApproversGroup is the group whose members may approve, unless the settings name another.
const ApproversGroup = "clawrden-approvers"

// Rights is the one table of rights, for every door: what membership of the approvers' group gives, and by which polkit
// action a caller on the message bus may come by it otherwise. Root has all of them. What lets commands run again after a
// kill, or changes what is in force, is root's. The polkit rule that is installed gives the group exactly these actions.
var Rights = []struct {
	Right  Right
	Group  bool   // members of the approvers' group have it
	Action string // polkit action; "" for a right that no caller on the bus can have
}{
	{RightRead, true, "org.clawrden1.read"},
	{RightDecide, true, "org.clawrden1.decide"},
	{RightGrant, true, "org.clawrden1.grant"},
	{RightKill, true, "org.clawrden1.kill"},
	{RightUnlock, false, "org.clawrden1.unlock"},
	{RightReload, false, "org.clawrden1.reload"},
	{RightActFor, false, ""},
	{RightRun, true, ""},
}

// GroupHas reports whether membership of the approvers' group gives the right.
func (r Right) GroupHas() bool {
	for _, row := range Rights {
		if row.Right == r {
			return row.Group
		}
	}
	return false
}

// Action is the right's polkit action; "" if there is none.
func (r Right) Action() string {
	for _, row := range Rights {
		if row.Right == r {
			return row.Action
		}
	}
	return ""
}

// Caller is who stands at a door: an identity by the kernel's word and the door's name.
type Caller struct {
	Identity Identity
	Door     string // control, dbus, http, bridge
	Token    *Token // by which it came in; nil where it came by itself. Its scope is all that the caller may
	For      string // the person, by the id that a bridge has for it, for whom a bridge decides: the caller's own word; "" for nobody
}
