package profile

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// Systemd makes a wall around the launcher of unit properties. Properties that systemd implements in eBPF on cgroup v2 aren't
// used (SocketBind*, IPAddress*, Device*, RestrictNetworkInterfaces, RestrictFileSystems), and none that names a path below
// the working directory, which PID 1 would follow for the agent. Of the target it takes the home directory alone.
func Systemd(p *clawrden.Profile, t Target) (*Unit, error) {
	wrong := func(err error) (*Unit, error) {
		return nil, fmt.Errorf("cannot make unit properties of profile %q: %w", p.Name, err)
	}
	c, err := resolve(p)
	if err != nil {
		return wrong(err)
	}
	if err := c.startable(); err != nil {
		return wrong(err)
	}
	u := &Unit{Holds: OuterLimits | OuterTime}
	u.set("NoNewPrivileges", true)
	u.set("SystemCallArchitectures", []string{"native"})
	u.calls(c)
	u.network(p.Network)
	if err := u.files(&p.Filesystem, &t); err != nil {
		return wrong(err)
	}
	u.Properties = append(u.Properties, UnitLimits(&p.Limits)...)
	if p.Limits.Output > 0 {
		u.inside("limits.output", "systemd doesn't count the output")
	}
	return u, nil
}

func (u *Unit) set(name string, value any) {
	u.Properties = append(u.Properties, Property{Name: name, Value: value})
}

func (u *Unit) inside(what, why string) { u.Inside = append(u.Inside, Gap{What: what, Why: why}) }

// calls are refused with an error also where the profile kills: the launcher's own filter does that, and the stricter
// of two filters decides.
func (u *Unit) calls(c *calls) {
	open, shut, compared := c.wall()
	byItself, _ := syscalls.Group("@default") // systemd allows these beside any list, in the version that it knows
	filter := Names{Allow: true, List: slices.DeleteFunc(open, func(name string) bool { return slices.Contains(byItself, name) })}
	if c.def == clawrden.SyscallAllow {
		filter = Names{Allow: false, List: shut}
	}
	if len(filter.List) > 0 {
		u.set("SystemCallFilter", filter)
		u.set("SystemCallErrorNumber", int32(unix.EPERM))
	}
	if len(compared) > 0 {
		u.inside("syscalls", "systemd's filters don't look at arguments: "+strings.Join(compared, ", "))
	}
}

func (u *Unit) network(n clawrden.Network) {
	local, ip := []string{"AF_UNIX"}, []string{"AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"}
	switch n.Mode {
	case "":
	case clawrden.NetworkNone:
		u.set("RestrictAddressFamilies", Names{Allow: true, List: local})
		u.set("PrivateNetwork", true)
		u.Holds |= OuterNetwork
	case clawrden.NetworkLoopback:
		u.set("RestrictAddressFamilies", Names{Allow: true, List: ip})
		u.set("PrivateNetwork", true)
		u.Holds |= OuterNetwork
	case clawrden.NetworkTCP:
		u.set("RestrictAddressFamilies", Names{Allow: true, List: ip})
		u.inside("network", "systemd bounds ports by eBPF only")
	case clawrden.NetworkFull:
		u.set("RestrictAddressFamilies", Names{Allow: true, List: ip})
	}
}

func (u *Unit) files(f *clawrden.Filesystem, t *Target) error {
	if _, err := readFiles(f); err != nil {
		return err
	}
	if f.Restricted {
		u.inside("filesystem", "what isn't listed is closed by Landlock")
	}
	paths, missed, err := t.hiddenPaths(f)
	if err != nil {
		return err
	}
	if len(missed) > 0 {
		u.inside("filesystem.hidden", "these paths aren't known to systemd: "+strings.Join(missed, ", "))
	} else {
		u.Holds |= OuterHidden
	}
	if len(paths) > 0 {
		for i := range paths {
			paths[i] = "-" + paths[i] // need not exist
		}
		u.set("InaccessiblePaths", paths)
		u.Mounts = true
	}
	return nil
}

// UnitLimits are the properties for limits alone, for a run without a profile. The output isn't systemd's to hold.
func UnitLimits(l *clawrden.Limits) []Property {
	u := &Unit{}
	if l.Memory > 0 {
		u.set("MemoryMax", l.Memory)
		u.set("MemorySwapMax", uint64(0))
	}
	if l.Tasks > 0 {
		u.set("TasksMax", uint64(l.Tasks))
	}
	if l.CPU > 0 {
		const perCent = 10_000 // microseconds a second
		u.set("CPUQuotaPerSecUSec", uint64(l.CPU)*perCent)
	}
	if l.OpenFiles > 0 {
		u.set("LimitNOFILE", uint64(l.OpenFiles))
		u.set("LimitNOFILESoft", uint64(l.OpenFiles))
	}
	if l.Time > 0 {
		u.set("RuntimeMaxUSec", uint64(max(l.Time.Microseconds(), 1)))
	}
	return u.Properties
}
