package profile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// The JSON form of a filter, by the OCI runtime specification (config-linux, "Seccomp") with Docker's archMap.
type ociSeccomp struct {
	DefaultAction   string       `json:"defaultAction"`
	DefaultErrnoRet *uint32      `json:"defaultErrnoRet,omitempty"`
	ArchMap         []ociArch    `json:"archMap"`
	Syscalls        []ociSyscall `json:"syscalls"`
}

type ociArch struct {
	Architecture     string   `json:"architecture"`
	SubArchitectures []string `json:"subArchitectures"`
}

type ociSyscall struct {
	Names    []string `json:"names"`
	Action   string   `json:"action"`
	ErrnoRet *uint32  `json:"errnoRet,omitempty"`
	Args     []ociArg `json:"args,omitempty"`
}

type ociArg struct {
	Index    int    `json:"index"`
	Value    uint64 `json:"value"`
	ValueTwo uint64 `json:"valueTwo,omitempty"`
	Op       string `json:"op"`
}

const (
	ociAllow = "SCMP_ACT_ALLOW"
	ociErrno = "SCMP_ACT_ERRNO"
)

// OCI makes a wall around the launcher of container settings. Of the target it takes the home directory alone.
func OCI(p *clawrden.Profile, t Target) (*Container, error) {
	wrong := func(err error) (*Container, error) {
		return nil, fmt.Errorf("cannot make container settings of profile %q: %w", p.Name, err)
	}
	c, err := resolve(p)
	if err != nil {
		return wrong(err)
	}
	if err := c.startable(); err != nil {
		return wrong(err)
	}
	lists, err := readFiles(&p.Filesystem)
	if err != nil {
		return wrong(err)
	}
	out := &Container{NoNewPrivileges: true, DropAll: true, Holds: OuterLimits}
	if out.Seccomp, err = out.seccomp(c); err != nil {
		return wrong(err)
	}
	if p.Filesystem.Restricted {
		out.ReadOnlyRoot, out.ReadOnlyCwd = rootUnwritten(lists.readWrite), cwdUnwritten(lists.readWrite)
		out.inside("filesystem", "what isn't listed is closed by Landlock")
	}
	paths, missed, err := t.hiddenPaths(&p.Filesystem)
	if err != nil {
		return wrong(err)
	}
	if out.Masked = paths; len(missed) > 0 {
		out.inside("filesystem.hidden", "these paths aren't known to the container engine: "+strings.Join(missed, ", "))
	} else {
		out.Holds |= OuterHidden
	}
	switch p.Network.Mode {
	case clawrden.NetworkNone, clawrden.NetworkLoopback:
		out.Network = "none"
		out.Holds |= OuterNetwork
	case clawrden.NetworkTCP:
		out.inside("network", "container engines don't bound ports")
	case clawrden.NetworkFull, "":
	}
	return out, out.limits(&p.Limits)
}

func (c *Container) inside(what, why string) { c.Inside = append(c.Inside, Gap{What: what, Why: why}) }

// rootUnwritten reports whether nothing of the image is to be written: only the working directory, which is a mount of its own,
// and devices, which are too.
func rootUnwritten(places []place) bool {
	return !slices.ContainsFunc(places, func(p place) bool {
		return p.base != BaseCwd && p.name != "/dev" && !strings.HasPrefix(p.name, "/dev/")
	})
}

// cwdUnwritten reports whether nothing of the working directory is to be written.
func cwdUnwritten(places []place) bool {
	cwd := place{base: BaseCwd}
	var nowhere Target
	return !slices.ContainsFunc(places, func(p place) bool {
		return p.base == BaseCwd || !strings.HasPrefix(p.name, "/dev") && nowhere.mayCover(p, cwd)
	})
}

// seccomp writes the filter. Architectures that aren't listed are killed by libseccomp, x32 too.
func (c *Container) seccomp(all *calls) ([]byte, error) {
	errno := uint32(all.errno) //nolint:gosec // an errno is small
	s := ociSeccomp{
		DefaultAction: ociErrno, DefaultErrnoRet: &errno,
		ArchMap: []ociArch{{"SCMP_ARCH_X86_64", []string{}}, {"SCMP_ARCH_AARCH64", []string{}}},
	}
	open, shut, compared := all.wall()
	if all.def == clawrden.SyscallAllow {
		s.DefaultAction, s.DefaultErrnoRet = ociAllow, nil
		s.refuse(shut, errno)
		c.conditions(compared)
	} else {
		var loose []string
		for _, name := range compared {
			rules, ok := ociRules(all.byName[name])
			if !ok || slices.Contains(launcherCalls, name) {
				loose = append(loose, name)
				continue
			}
			open = slices.DeleteFunc(open, func(s string) bool { return s == name })
			for _, args := range rules {
				s.Syscalls = append(s.Syscalls, ociSyscall{Names: []string{name}, Action: ociAllow, Args: args})
			}
		}
		c.conditions(loose)
		var absent []string // so that the C library asks for what came before them
		for name := range inMemory {
			if all.never(name) && !slices.Contains(launcherCalls, name) {
				absent = append(absent, name)
			}
		}
		slices.Sort(absent)
		s.refuse(absent, uint32(unix.ENOSYS))
		s.Syscalls = append(s.Syscalls, ociSyscall{Names: open, Action: ociAllow})
	}
	return json.MarshalIndent(s, "", "  ")
}

func (s *ociSeccomp) refuse(names []string, errno uint32) {
	if len(names) > 0 {
		s.Syscalls = append(s.Syscalls, ociSyscall{Names: names, Action: ociErrno, ErrnoRet: &errno})
	}
}

func (c *Container) conditions(names []string) {
	if len(names) > 0 {
		c.inside("syscalls", "the arguments of these are looked at by the launcher's filter alone: "+strings.Join(names, ", "))
	}
}

// ociRules writes what is allowed of a call. It can't where some arguments are denied, where one argument is compared twice in
// one rule (engines then take either), or where the lower half alone is compared otherwise than for equality.
func ociRules(x *call) ([][]ociArg, bool) {
	if len(x.refused) > 0 {
		return nil, false
	}
	var out [][]ociArg
	for _, way := range simple(x.allowed) {
		var args []ociArg
		for i := range way {
			arg, ok := ociTest(&way[i])
			if !ok || slices.ContainsFunc(args, func(a ociArg) bool { return a.Index == arg.Index }) {
				return nil, false
			}
			args = append(args, arg)
		}
		out = append(out, args)
	}
	return out, true
}

func ociTest(t *test) (ociArg, bool) {
	if t.low || t.mask != ^uint64(0) {
		mask := t.mask
		if t.low {
			mask &= 0xffffffff
		}
		return ociArg{Index: t.index, Value: mask, ValueTwo: t.value & mask, Op: "SCMP_CMP_MASKED_EQ"}, t.op == clawrden.OpEqual
	}
	ops := map[clawrden.CompareOp]string{
		clawrden.OpEqual: "SCMP_CMP_EQ", clawrden.OpNotEqual: "SCMP_CMP_NE", clawrden.OpLess: "SCMP_CMP_LT",
		clawrden.OpLessEqual: "SCMP_CMP_LE", clawrden.OpGreater: "SCMP_CMP_GT", clawrden.OpGreaterEqual: "SCMP_CMP_GE",
	}
	return ociArg{Index: t.index, Value: t.value, Op: ops[t.op]}, true
}

func (c *Container) limits(l *clawrden.Limits) error {
	const most = 1 << 62
	if l.Memory > most {
		return fmt.Errorf("cannot make container settings: %d bytes of memory are more than an engine can be told", l.Memory)
	}
	c.Memory, c.Pids, c.OpenFiles = int64(l.Memory), int64(l.Tasks), int64(l.OpenFiles)
	const perCent = 10_000_000 // billionths
	c.NanoCPUs = int64(l.CPU) * perCent
	for _, x := range []struct {
		set  bool
		what string
	}{{l.Time > 0, "limits.time"}, {l.Output > 0, "limits.output"}} {
		if x.set {
			c.inside(x.what, "container engines don't bound it")
		}
	}
	return nil
}
