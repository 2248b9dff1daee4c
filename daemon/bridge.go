package daemon

import (
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// doorBridge is the door's name in the record of what a bridge has decided for a person.
const doorBridge = "bridge"

// bridgeOf tells whether a caller is a bridge: by its system unit alone, whatever user and groups it runs with.
func (d *Daemon) bridgeOf(id *clawrden.Identity) *clawrden.Bridge {
	if id.Unit == "" || id.Container != "" {
		return nil
	}
	for i := range d.o.Bridges {
		if d.o.Bridges[i].Unit == id.Unit {
			return &d.o.Bridges[i]
		}
	}
	return nil
}

// bridgeMay answers whether a bridge has a right. Its groups give it none.
func bridgeMay(b *clawrden.Bridge, by clawrden.Caller, right clawrden.Right) error {
	switch right {
	case clawrden.RightRead, clawrden.RightDecide, clawrden.RightActFor:
		return nil
	case clawrden.RightGrant, clawrden.RightKill, clawrden.RightUnlock:
		if slices.Contains(b.Rights, string(right)) {
			if _, known := b.People[by.For]; by.For != "" && !known {
				return noSuchPerson(b, by.For)
			}
			return nil
		}
	case clawrden.RightRun, clawrden.RightReload:
	}
	return fmt.Errorf("%w: bridge %s hasn't the right %q; the settings can give it some (rights)", clawrden.ErrNotAuthorized, b.Name, right)
}

func noSuchPerson(b *clawrden.Bridge, who string) error {
	return fmt.Errorf("%w: bridge %s has no person %q", clawrden.ErrNotAuthorized, b.Name, shown(who, clawrden.MaxPerson))
}

// acting tells as whom a caller decides: as itself, or for a bridge as the user of this host that the settings have for the
// person that it names. The person's own rights don't count: to stand in the settings is the right.
func (d *Daemon) acting(by clawrden.Caller) (as clawrden.Identity, who clawrden.Approver, err error) {
	b := d.bridgeOf(&by.Identity)
	switch {
	case b == nil && by.For != "":
		return as, who, fmt.Errorf("%w: only a bridge decides for somebody else (act_for)", clawrden.ErrNotAuthorized)
	case b == nil:
		return by.Identity, *d.approver(by), nil
	case by.For == "":
		return as, who, fmt.Errorf("%w: bridge %s decides only for its people; it has to say for whom (act_for)", clawrden.ErrNotAuthorized, b.Name)
	}
	user, known := b.People[by.For]
	if !known {
		return as, who, noSuchPerson(b, by.For)
	}
	uid, err := d.uid(user)
	if err != nil || uid == 0 {
		return as, who, fmt.Errorf("%w: %s of bridge %s is to be the user %s, whom this host doesn't have", clawrden.ErrNotAuthorized, shown(by.For, clawrden.MaxPerson), b.Name, user)
	}
	as = clawrden.Identity{UID: uid, User: d.o.UserName(uid)}
	if d.o.Users != nil {
		if u, err := d.o.Users.UserByName(user); err == nil {
			as.GID = u.GID
			as.Groups, _ = d.o.Users.GroupIDs(u) // without them the person is on fewer lists
		}
	}
	return as, clawrden.Approver{UID: uid, User: as.User, Door: doorBridge, Bridge: b.Name, Person: by.For}, nil
}

// speaksFor reports whether there is such a person behind a bridge.
func (d *Daemon) speaksFor(bridge, person string) bool {
	return slices.ContainsFunc(d.o.Bridges, func(b clawrden.Bridge) bool {
		_, known := b.People[person]
		return b.Name == bridge && known
	})
}

// routed reports whether what somebody asks, and what these rules ask about, goes to a bridge.
func routed(b *clawrden.Bridge, id *clawrden.Identity, rules []clawrden.RuleRef) bool {
	return clawrden.Routed(b.Rules, b.Agents, id, rules)
}

// barredBridge keeps bridges from the bus, where polkit would answer by their groups, and nobody can be named to act for.
func (d *Daemon) barredBridge(by clawrden.Caller) error {
	b := d.bridgeOf(&by.Identity)
	if b == nil || by.Door != "dbus" {
		return nil
	}
	return fmt.Errorf("%w: bridge %s has rights at the control socket alone", clawrden.ErrNotAuthorized, b.Name)
}
