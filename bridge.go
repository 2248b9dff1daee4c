package clawrden

// MaxPerson is how many bytes the id of a person behind a bridge may have: several times what chat services use.
const MaxPerson = 128

// Bridge is a service that passes asks on to people elsewhere. It decides for its people, and only what is routed to it.
type Bridge struct {
	Name   string
	Unit   string            // the system unit by which it is known
	People map[string]string // by the service's own id: the user of the host as whom that person decides
	Rules  []string          // globs of the names of rules: what one of them asks about is routed to it; none: all
	Rights []string          // beyond reading and deciding what is routed to it
}

// BridgeRights are the rights that a bridge can be given beside.
var BridgeRights = []Right{RightGrant, RightKill, RightUnlock}
