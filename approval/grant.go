package approval

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/reach"
)

// asked is one of the last asks.
type asked struct {
	reach.Ask
	id      string
	created time.Time
}

func askedOf(r *clawrden.Request, f *clawrden.Facts, d *clawrden.Decision) asked {
	same := *f
	same.Tool, same.Args, same.Cwd, same.Env, same.Identity = r.Tool, r.Args(), r.Cwd, r.Env, r.Identity
	return asked{Ask: reach.Of(&same, d), id: r.ID, created: time.Now()}
}

// How long grants may last.
const (
	maxFor     = time.Hour           // where the approval block doesn't say
	maxSession = 12 * time.Hour      // a session that goes on is asked again the next day
	maxEver    = 7 * 24 * time.Hour  // whatever the approval block says
	maxRule    = 90 * 24 * time.Hour // of a written rule: policies are gone over each quarter
)

// grantOf makes the grant that a person wishes for an ask, or says why it can't be had.
func grantOf(a *asked, w clawrden.GrantWish, by clawrden.Approver, now time.Time) (clawrden.Grant, error) {
	refuse := func(why string) (clawrden.Grant, error) {
		return clawrden.Grant{}, fmt.Errorf("%w: %s can't be granted: %s", clawrden.ErrBadRequest, a.id, why)
	}
	if a.Ungranted != "" {
		return refuse(a.Ungranted)
	}
	g := clawrden.Grant{
		Scope: w.Scope, Request: a.id, By: by, Created: clawrden.Timestamp{Time: now}, UID: a.Identity.UID, Container: a.Identity.Container,
		Agent: a.Identity.Agent, Tool: a.Tool, Exe: a.Exe.Resolved, SHA256: reach.ExeSum(&a.Exe), Cwd: a.Cwd, EnvSHA256: a.Env, Rules: a.Rules, Demands: a.Demands,
	}
	switch g.Scope {
	case "", clawrden.ScopeCommand:
		g.Scope, g.Args = clawrden.ScopeCommand, a.Args
	case clawrden.ScopeSubcommand:
		if g.Command = a.Sub; len(g.Command) == 0 {
			return refuse(a.Tool + " has no subcommand here; use the scope command")
		}
	case clawrden.ScopeRule:
		g.Args = a.Args
	case clawrden.ScopeRuleSubcommand:
		if g.Command = a.Sub; len(g.Command) == 0 {
			return refuse(a.Tool + " has no subcommand here; use the scope rule")
		}
	default:
		return refuse("the scopes are command, subcommand, rule and rule-subcommand")
	}
	if reach.Written(g.Scope) {
		return ruleOf(g, a, w.For, now)
	}
	span, err := spanOf(a, w.For)
	if err != nil {
		return refuse(err.Error())
	}
	if w.For == clawrden.ForSession {
		if g.Cgroup = a.Identity.Cgroup; g.Cgroup == "" || g.Cgroup == "/" {
			return refuse("its session can't be told from others; give a time instead")
		}
	}
	g.Expires = clawrden.Timestamp{Time: now.Add(span)}
	g.Words = reach.Words(&g, "for "+span.String())
	return g, nil
}

// ruleOf makes a grant one that is written into the policy, where every approval offers that.
func ruleOf(g clawrden.Grant, a *asked, text string, now time.Time) (clawrden.Grant, error) {
	span, err := parseSpan(text)
	switch {
	case !reach.OffersRule(a.Demands):
		err = errors.New("its approval doesn't offer written rules (grants = [\"rule\"] in each approval block that is asked for)")
	case err == nil && span > maxRule:
		err = fmt.Errorf("a written rule lasts at most %v", maxRule)
	}
	if err != nil {
		return clawrden.Grant{}, fmt.Errorf("%w: %s can't be granted: %w", clawrden.ErrBadRequest, a.id, err)
	}
	g.DemandsSHA256, g.Demands = reach.DemandsSum(a.Demands), nil
	g.Expires = clawrden.Timestamp{Time: now.Add(span).Truncate(time.Second)}
	g.Created = clawrden.Timestamp{Time: now.Truncate(time.Second)}
	g.Words = reach.WrittenWords(&g)
	return g, nil
}

// parseSpan reads a time; days may be written too, since written rules last some.
func parseSpan(text string) (time.Duration, error) {
	span, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		span = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || span < time.Second {
		return 0, fmt.Errorf("%q is no time like 30m or 7d", text)
	}
	return span, nil
}

// spanOf reads how long a grant is to last, and checks that every approval block allows that.
func spanOf(a *asked, text string) (time.Duration, error) {
	session := text == clawrden.ForSession
	span := maxSession
	if !session {
		var err error
		if span, err = parseSpan(text); err != nil {
			return 0, fmt.Errorf("%q is neither a time like 30m nor %q", text, clawrden.ForSession)
		}
	}
	demands := a.Demands
	if len(demands) == 0 {
		demands = []clawrden.Demand{{}}
	}
	for _, d := range demands {
		most, sessions := maxFor, true
		if d.Grants != nil {
			most, sessions = 0, slices.Contains(d.Grants, clawrden.ForSession)
			for _, g := range d.Grants {
				if t, err := time.ParseDuration(g); err == nil {
					most = max(most, min(t, maxEver))
				}
			}
		}
		if session && !sessions || !session && span > most {
			return 0, fmt.Errorf("the policy allows a time of at most %v%s", most, map[bool]string{true: ", or the session"}[sessions])
		}
	}
	return span, nil
}
