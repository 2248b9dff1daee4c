package daemon

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/users"
)

// Users looks people and groups up by the names that a policy has for them. *users.DB is one.
type Users interface {
	UserByName(name string) (users.User, error)
	GroupByName(name string) (users.Group, error)
	GroupIDs(users.User) ([]uint32, error)
}

// demandsOf gives what an approval of a decision must meet: the defaults where nothing says more.
func demandsOf(d *clawrden.Decision) []clawrden.Demand {
	if len(d.Demands) == 0 {
		return []clawrden.Demand{{}}
	}
	return d.Demands
}

// listed reports whether a person is among those who may answer a demand that was made so long ago. Groups are those that
// the kernel says the caller has.
func (d *Daemon) listed(id *clawrden.Identity, who *clawrden.Approver, demand *clawrden.Demand, ago time.Duration) bool {
	if len(demand.Approvers) == 0 {
		return true
	}
	return d.named(id, who, demand.Approvers) || demand.After > 0 && ago >= demand.After && d.named(id, who, demand.Escalate)
}

func (d *Daemon) named(id *clawrden.Identity, as *clawrden.Approver, list []string) bool {
	return slices.ContainsFunc(list, func(who string) bool {
		kind, name, _ := strings.Cut(who, ":")
		switch kind {
		case "user":
			uid, err := d.uid(name)
			return err == nil && uid == id.UID
		case "group":
			gid, err := d.gid(name)
			return err == nil && id.InGroup(gid)
		}
		return as.Bridge != "" && as.Bridge == kind && as.Person == name
	})
}

// uid is a user's number, by its name or written as such.
func (d *Daemon) uid(name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	if d.o.Users == nil {
		return 0, users.ErrUnknown
	}
	u, err := d.o.Users.UserByName(name)
	return u.UID, err
}

func (d *Daemon) gid(name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	if d.o.Users == nil {
		return 0, users.ErrUnknown
	}
	g, err := d.o.Users.GroupByName(name)
	return g.GID, err
}

// nobody says why no approval of a decision can come about, or "": because a list names only people that don't exist, or
// the requester alone, or fewer people than must approve. It is told at once, since waiting would help nobody. Root, who
// counts as one person, is left for what can be mended without the agent: it may decide, but isn't waited for where the
// policy names others. A name service that doesn't answer is no reason.
func (d *Daemon) nobody(requester *clawrden.Identity, dec *clawrden.Decision) string {
	for _, demand := range demandsOf(dec) {
		if len(demand.Approvers) == 0 {
			continue
		}
		people, bridges, any := map[uint32]bool{}, map[string]bool{}, false
		for _, who := range slices.Concat(demand.Approvers, demand.Escalate) {
			kind, name, _ := strings.Cut(who, ":")
			switch kind {
			case "user":
				uid, err := d.uid(name)
				if errors.Is(err, users.ErrUnknown) || err == nil && uid == requester.UID && !demand.Self && !d.o.Dev {
					continue
				}
				any = any || err != nil
				people[uid] = true
			case "group":
				_, err := d.gid(name)
				any = any || !errors.Is(err, users.ErrUnknown) // how many it has isn't known
			default:
				if d.speaksFor(kind, name) {
					any = any || demand.EachBehindBridge
					bridges[kind] = true
				}
			}
		}
		switch {
		case any:
		case len(people)+len(bridges) == 0:
			return "nobody can approve it: approval \"" + demand.Name + "\" names " + strings.Join(demand.Approvers, ", ") + ", and there is no such person but the requester at most"
		case len(people)+len(bridges)+1 < demand.People(): // with root
			return "nobody can approve it: approval \"" + demand.Name + "\" needs " + strconv.Itoa(demand.People()) + " people and names fewer"
		}
	}
	return ""
}

// approversText names who may decide, for the person who may not and for the agent that waits.
func approversText(dec *clawrden.Decision) string {
	var out []string
	for _, demand := range demandsOf(dec) {
		for _, who := range slices.Concat(demand.Approvers, demand.Escalate) {
			if !slices.Contains(out, who) {
				out = append(out, who)
			}
		}
	}
	if len(out) == 0 {
		return "those with the right to decide"
	}
	return strings.Join(out, ", ")
}

// escalations tells those who watch when more people may answer an ask. stop must be called once it has ended.
func (d *Daemon) escalations(c *call, ticket Ticket) (stop func()) {
	var timers []*time.Timer
	for _, demand := range c.decision.Demands {
		if demand.After > 0 {
			timers = append(timers, time.AfterFunc(time.Until(ticket.Result().Created.Add(demand.After)), func() {
				now := ticket.Result()
				if now.State != clawrden.StatePending {
					return
				}
				d.live.publish(clawrden.Event{
					Type: clawrden.LiveEscalated, Pending: pendingFrom(&now),
					Message: "nobody has answered; " + strings.Join(demand.Escalate, ", ") + " may now too",
				})
			}))
		}
	}
	return func() {
		for _, t := range timers {
			t.Stop()
		}
	}
}
