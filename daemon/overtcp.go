package daemon

import (
	"fmt"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// TurnedAway says why a process of this host may not come in over TCP as a user, or nil. There anybody can connect, so whoever
// may be an agent's is refused whatever it shows: a cookie or a token that it has got hold of isn't its own. As its own user
// it comes in with no more than it could do at the control socket.
func (d *Daemon) TurnedAway(peer *clawrden.Identity, as uint32) error {
	switch {
	case d.isDeveloper(peer) && peer.UID == as:
		return nil
	case peer.Container != "":
		return fmt.Errorf("%w: the caller runs in a container", clawrden.ErrNotAuthorized)
	case peercred.InGovernedSlice(peer.Cgroup):
		return fmt.Errorf("%w: the caller runs in the slice of agents or of their commands", clawrden.ErrNotAuthorized)
	case peer.PID != 0 && d.governed(peer):
		return fmt.Errorf("%w: the caller runs inside a governed command, which decides nothing", clawrden.ErrNotAuthorized)
	case peer.UID == as:
		return nil
	case d.ofAgents()(peer.UID, peer.GID, peer.Groups):
		return fmt.Errorf("%w: the caller is an agent's user, and this login isn't its own", clawrden.ErrNotAuthorized)
	}
	if d.o.Registry == nil {
		return nil
	}
	name, err := d.o.Registry.Of(peer, "", false)
	switch {
	case err != nil:
		return fmt.Errorf("%w: cannot tell whether the caller is an agent: %v", clawrden.ErrNotAuthorized, err)
	case name != "":
		return fmt.Errorf("%w: the caller is agent %s", clawrden.ErrNotAuthorized, name)
	}
	return nil
}
