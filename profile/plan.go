package profile

import (
	"golang.org/x/sys/unix"
)

// Plan is a profile made ready for one machine: what the launcher applies, in the order rlimits, Landlock, no new
// privileges, filter. All of it must succeed, or the tool isn't started.
type Plan struct {
	Name            string            `json:"profile"`
	Arch            Arch              `json:"arch"`              // what the filter is for; a launcher of another architecture refuses the plan
	NoNewPrivileges bool              `json:"no_new_privileges"` // always set by Compile
	Filter          []unix.SockFilter `json:"-"`                 // classic BPF over struct seccomp_data; none: no filter
	Landlock        Landlock          `json:"landlock"`          // the zero value restricts nothing
	Home            string            `json:"home,omitempty"`    // what BaseHome stands for, absolute; "" where no path needs it
	Rlimits         []Rlimit          `json:"rlimits,omitempty"`
	Gaps            []Gap             `json:"gaps,omitempty"` // what neither this plan nor the executor's own wall holds; the record says so
}

// Landlock is the rule set of a plan.
type Landlock struct {
	ABI    int    `json:"abi"`                // the oldest version that knows all of this; an older kernel must refuse the plan. 0: nothing to apply
	Access uint64 `json:"handled_access_fs"`  // LANDLOCK_ACCESS_FS_*: handled, so refused but where a path has it
	Net    uint64 `json:"handled_access_net"` // LANDLOCK_ACCESS_NET_*: handled, so refused but where a port has it
	Scoped uint64 `json:"scoped"`             // LANDLOCK_SCOPE_*
	Paths  []Path `json:"paths,omitempty"`
	Ports  []Port `json:"ports,omitempty"`
}

// Path gives rights below a place. One that doesn't exist is passed over: that gives less, never more.
type Path struct {
	Base   Base   `json:"base"`   // 0 root, 1 working directory, 2 home
	Name   string `json:"name"`   // BaseRoot: absolute; else relative to the base, "" for the base itself
	Access uint64 `json:"access"` // for a directory; FileAccess is what is left of it for a file
}

// Base is where a path starts. The launcher opens what lies below BaseCwd and BaseHome without following any symbolic
// link: the agent can make links there, and must not widen its sandbox by one.
type Base uint8

// The bases.
const (
	BaseRoot Base = iota // the root directory; links are followed
	BaseCwd              // the working directory's descriptor
	BaseHome             // Plan.Home
)

// Port gives rights on a TCP port.
type Port struct {
	Port   uint16 `json:"port"`
	Access uint64 `json:"access"`
}

// Rlimit is a resource limit, soft and hard alike. It only lowers: where the limit in force is lower, that one stays.
type Rlimit struct {
	Resource int    `json:"resource"` // RLIMIT_*
	Value    uint64 `json:"value"`
}

// Gap is something that a profile says and that isn't held here.
type Gap struct {
	What string `json:"what"` // in the words of the profile: "limits.memory", "network.connect_tcp"
	Why  string `json:"why"`  // a sentence without its full stop
}

// Lacks gives the gaps in words, for the record; nil for no plan.
func (p *Plan) Lacks() (words []string) {
	if p == nil {
		return nil
	}
	for _, g := range p.Gaps {
		words = append(words, g.What+": "+g.Why)
	}
	return words
}

// Arch is a machine architecture by Go's name.
type Arch string

// The architectures that profiles are compiled for.
const (
	AMD64 Arch = "amd64"
	ARM64 Arch = "arm64"
)
