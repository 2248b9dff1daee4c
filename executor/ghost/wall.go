package ghost

import (
	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/profile"
)

// home is the home directory in a ghost: memory of its own, since the image doesn't know the caller.
const home = "/tmp"

// build makes the walls of what the policy says: the container's settings, and within it what only the launcher can hold.
func (p *plan) build(profiles *profile.Cache, d *clawrden.Decision) error {
	if d.Profile == nil {
		return p.bare(&d.Limits)
	}
	var err error
	if p.wall, err = profiles.OCI(d.Profile, profile.Target{Home: home}); err != nil {
		return err
	}
	p.inner, err = profiles.Compile(d.Profile, profile.Target{
		Landlock: launch.LandlockABI(), Holds: p.wall.Holds | profile.OuterTime | profile.OuterOutput, Home: home, Cwd: p.dir.path,
	})
	if p.wall.ReadOnlyCwd {
		p.dir.mounts[0].ReadOnly = true
	}
	return err
}

// bare holds the limits of a rule without a profile. The time and the output are the daemon's to hold.
func (p *plan) bare(l *clawrden.Limits) error {
	const perCent = 10_000_000 // billionths of a processor
	p.wall = &profile.Container{
		Memory: int64(min(l.Memory, 1<<62)), Pids: int64(l.Tasks), OpenFiles: int64(l.OpenFiles), NanoCPUs: int64(l.CPU) * perCent,
	}
	return nil
}
