package unit

import (
	"fmt"
	"time"

	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/profile"
)

// spare is how much longer than the daemon systemd waits before it ends a run that is over its time: its own clock is for
// when the daemon is away, and can't say why.
const spare = 10 * time.Second

// wall gives the properties that hold the decision's profile and limits from outside, and puts the profile's plan into the
// order.
func (e *Executor) wall(j *job.Job, o *launch.Order) ([]property, error) {
	d := j.Decision
	o.Plan = &profile.Plan{NoNewPrivileges: true}
	if d == nil {
		return nil, nil
	}
	limits := d.Limits
	if limits.Time > 0 {
		limits.Time += spare
	}
	lack := unheld(&limits, cgroups)
	if lack != nil && (d.Profile == nil || !d.Profile.BestEffort) {
		return nil, lack
	}
	if d.Profile == nil {
		return variants(profile.UnitLimits(&limits)), nil
	}
	held := *d.Profile
	held.Limits = limits
	home, err := e.home(j, o)
	if err != nil {
		return nil, err
	}
	u, err := e.profiles.Systemd(&held, profile.Target{Home: home})
	if err != nil {
		return nil, err
	}
	if lack != nil {
		u.Holds &^= profile.OuterLimits // which makes it a gap that shows
	}
	o.Plan, err = e.profiles.Compile(&held, profile.Target{Landlock: launch.LandlockABI(), Holds: u.Holds | profile.OuterOutput, Home: home, Cwd: o.Cwd.Path})
	if err != nil {
		return nil, err
	}
	return variants(u.Properties), nil
}

// home is the home directory of who runs the tool; "" where that isn't known, and what lies below it is then closed.
func (e *Executor) home(j *job.Job, o *launch.Order) (string, error) {
	if place(j.Decision).User == "" {
		return j.Home, nil
	}
	u, err := e.o.Users.UserByID(o.User.UID)
	if err != nil {
		return "", fmt.Errorf("cannot tell the home directory of uid %d: %v", o.User.UID, err)
	}
	return u.Home, nil
}

func variants(properties []profile.Property) []property {
	out := make([]property, len(properties))
	for i, p := range properties {
		out[i] = variant(p.Name, p.Value)
	}
	return out
}
