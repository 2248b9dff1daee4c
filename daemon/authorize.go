package daemon

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/peercred"
)

// Authorize answers whether a caller at a door has a right, by the table of rights: nil, or ErrNotAuthorized with the reason.
// Whoever stands inside a command that is governed has none.
func (d *Daemon) Authorize(_ context.Context, by clawrden.Caller, right clawrden.Right) error {
	id := &by.Identity
	if by.Token != nil {
		if err := tokenMay(by.Token, right); err != nil {
			return err
		}
	}
	if d.isDeveloper(id) {
		return nil
	}
	if err := d.Barred(by); err != nil {
		return err
	}
	if by.Token != nil {
		return nil
	}
	if b := d.bridgeOf(id); b != nil {
		return bridgeMay(b, by, right)
	}
	switch {
	case id.UID == 0:
		return nil
	case d.o.ApproversGID != 0 && id.InGroup(d.o.ApproversGID) && right.GroupHas():
		return nil
	case right.GroupHas():
		return fmt.Errorf("%w: %q is for root and for members of the approvers' group", clawrden.ErrNotAuthorized, right)
	}
	return fmt.Errorf("%w: %q is for root", clawrden.ErrNotAuthorized, right)
}

// Barred refuses those who have no right at any door, whatever polkit may think of them: who stands inside a command that
// is governed, and root of a container.
func (d *Daemon) Barred(by clawrden.Caller) error {
	id := &by.Identity
	switch {
	case d.isDeveloper(id):
		return nil
	case d.governed(id):
		return fmt.Errorf("%w: the caller runs inside a governed command, which decides nothing", clawrden.ErrNotAuthorized)
	case id.UID == 0 && !id.HostNS:
		return fmt.Errorf("%w: root of a container, or of a unit with a mount namespace of its own, isn't root here", clawrden.ErrNotAuthorized)
	}
	return d.barredBridge(by)
}

// isDeveloper reports whether --dev lets this caller do everything. Root is one beside the daemon's own user: an ordinary user's
// daemon can't tell which namespaces root stands in, and root needs no permission of its.
func (d *Daemon) isDeveloper(id *clawrden.Identity) bool {
	return d.o.Dev && (id.UID == uint32(os.Geteuid()) || id.UID == 0)
}

// MayDecide tells a door, before it asks anybody else about a caller, whether that one may not decide this request whatever
// rights it has: because of where it stands, or because the policy names others: nil, ErrNotAuthorized, or ErrNotFound, ErrAmbiguous.
func (d *Daemon) MayDecide(by clawrden.Caller, id string) error {
	asked, err := d.o.Queue.Get(id)
	if err != nil {
		return err
	}
	_, err = d.mayDecide(by, &asked)
	return err
}

// mayDecide answers whether a caller may decide this request: as whom, and for which of its demands. Self says that the
// caller stands where only --dev, self_approval or being root on the host lets it decide.
func (d *Daemon) mayDecide(by clawrden.Caller, a *clawrden.Approval) (clawrden.Approver, error) {
	as, who, err := d.acting(by)
	if err != nil {
		return who, err
	}
	if b := d.bridgeOf(&by.Identity); b != nil {
		if !routed(b, &a.Request.Identity, a.Decision.Rules) {
			return who, fmt.Errorf("%w: %s", clawrden.ErrNotFound, a.ID) // that there is one isn't its affair either
		}
		if how, _ := d.near(&by.Identity, &a.Request.Identity); how != "" {
			return who, fmt.Errorf("%w: the bridge may not decide this request, because %s", clawrden.ErrNotAuthorized, how)
		}
	}
	id := &as
	if err := d.ofOtherTeam(by, id, &who, &a.Request.Identity, a.ID); err != nil {
		return who, err
	}
	near, ownUser := d.near(id, &a.Request.Identity)
	who.Self = near != ""
	root := id.UID == 0 && id.HostNS && !d.governed(id)
	trusted := root || d.isDeveloper(id) // --dev lets it approve itself, but the lists hold
	tooNear := false
	for _, demand := range demandsOf(&a.Decision) {
		if near != "" && !trusted && (!ownUser || !demand.Self) {
			tooNear = true
			continue
		}
		if root || d.listed(id, &who, &demand, time.Since(a.Created)) {
			who.For = append(who.For, demand.Name)
		}
	}
	switch {
	case len(who.For) > 0:
		return who, nil
	case tooNear:
		return who, fmt.Errorf("%w: the caller may not decide this request, because %s; another person has to", clawrden.ErrNotAuthorized, near)
	}
	return who, fmt.Errorf("%w: the caller is none of those who may decide this request: %s", clawrden.ErrNotAuthorized, approversText(&a.Decision))
}

// near says how a caller stands too near to the requester to judge it, or "". ownUser says that it is no more than that
// both have the same user.
func (d *Daemon) near(id, requester *clawrden.Identity) (how string, ownUser bool) {
	switch {
	case id.Container != "" && (id.Container == requester.Container || strings.Contains(requester.Cgroup, id.Container)):
		return "it stands in the requester's container", false
	case d.sameCgroup(id, requester):
		return "it stands in the requester's cgroup", false
	case id.UID == requester.UID:
		return "it is the requester's own user", true
	}
	return "", false
}

// sameCgroup compares cgroups where they say something: everything stands in the root cgroup, or in the daemon's own,
// where nobody has divided the host.
func (d *Daemon) sameCgroup(a, b *clawrden.Identity) bool {
	return a.Cgroup == b.Cgroup && a.Cgroup != "" && a.Cgroup != "/" && a.Cgroup != ownCgroup()
}

func ownCgroup() string {
	proc, err := unix.Open("/proc/self", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer func() { _ = unix.Close(proc) }()
	return peercred.CgroupOf(proc)
}

// jobUnits begins the names of the units that commands run in.
const jobUnits = "clawrden-job-"

// maxAncestors bounds the walk towards PID 1.
const maxAncestors = 128

// governed reports whether a process is, or descends from, a command in flight; of one that has gone since it connected
// nothing can be told, so it counts as governed. A child that gave itself another parent isn't found: against that stand
// the uid and the cgroup.
func (d *Daemon) governed(id *clawrden.Identity) bool {
	if strings.HasPrefix(id.Unit, jobUnits) {
		return true // whose child it is says nothing there
	}
	const tries = 8 // an ancestor that ends in mid-walk has its children taken over by another
	for range tries {
		governed, sure := d.walk(id)
		if sure {
			return governed
		}
	}
	return true
}

// walk goes from the process towards PID 1. It isn't sure where an ancestor ended meanwhile.
func (d *Daemon) walk(id *clawrden.Identity) (governed, sure bool) {
	pid := id.PID
	for range maxAncestors {
		if pid <= 1 {
			return false, true
		}
		start, parent, err := parentOf(pid)
		if pid == id.PID && (err != nil || start != id.Start) {
			return true, true
		}
		if err != nil {
			return true, false
		}
		if d.running.holds(pidStart{pid, start}) || d.sessions.begun(pidStart{pid, start}) {
			return true, true
		}
		pid = parent
	}
	return true, true
}

func parentOf(pid int) (start uint64, parent int, err error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0, err
	}
	return peercred.ParseStat(b)
}
