package profile

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// calls is what a profile says of each system call, by name: the form that all others are made of.
type calls struct {
	byName map[string]*call
	def    clawrden.SyscallAction // for what byName hasn't
	errno  unix.Errno
}

// call is what a profile says of one. Each way is a list of tests that must all hold; a way without tests always does.
type call struct {
	refused [][]test // stronger than allowed
	allowed [][]test
}

// inMemory are the calls whose arguments lie where a filter can't see them, so that they are refused where an older one can be
// looked at. They answer ENOSYS, as a kernel without them would: libraries then use the older one.
var inMemory = map[string]bool{"clone3": true, "openat2": true}

// resolve reads the profile's lists and adds what its network demands.
func resolve(p *clawrden.Profile) (*calls, error) {
	c := &calls{byName: map[string]*call{}, def: p.Syscalls.Default}
	switch c.def {
	case clawrden.SyscallAllow, clawrden.SyscallDeny, clawrden.SyscallKill:
	case "":
		c.def = clawrden.SyscallDeny
	default:
		return nil, fmt.Errorf("%q is not what can become of a system call; use \"deny\", \"kill\" or \"allow\"", c.def)
	}
	var err error
	if c.errno, err = errnoOf(p.Syscalls.Errno); err != nil {
		return nil, err
	}
	for _, s := range p.Syscalls.Allow {
		if err := c.add(s, true); err != nil {
			return nil, err
		}
	}
	for _, s := range p.Syscalls.Deny {
		if err := c.add(s, false); err != nil {
			return nil, err
		}
	}
	return c, c.network(p.Network)
}

// errnoOf reads the name of an error; "" is EPERM.
func errnoOf(name string) (unix.Errno, error) {
	if name == "" {
		return unix.EPERM, nil
	}
	for e := unix.Errno(1); e < 134; e++ { // asm-generic/errno.h ends with EHWPOISON, 133
		if unix.ErrnoName(e) == name {
			return e, nil
		}
	}
	return 0, fmt.Errorf("%q is not the name of an error; use one like \"EPERM\" or \"ENOSYS\"", name)
}

func (c *calls) add(s clawrden.Syscall, allow bool) error {
	names := []string{s.Name}
	if len(s.Name) > 0 && s.Name[0] == '@' {
		var ok bool
		if names, ok = syscalls.Group(s.Name); !ok {
			return fmt.Errorf("there is no group of system calls named %q", s.Name)
		}
	} else if !syscalls.Known(s.Name) {
		return fmt.Errorf("there is no system call named %q", s.Name)
	}
	if len(s.Args) > maxTests/2 {
		return fmt.Errorf("%s is compared more than %d times in one rule", s.Name, maxTests/2)
	}
	var tests []test
	for _, a := range s.Args {
		if a.Index < 0 || a.Index > 5 {
			return fmt.Errorf("%s has no argument %d", s.Name, a.Index)
		}
		if !slices.Contains([]clawrden.CompareOp{clawrden.OpEqual, clawrden.OpNotEqual, clawrden.OpLess, clawrden.OpLessEqual, clawrden.OpGreater, clawrden.OpGreaterEqual}, a.Op) {
			return fmt.Errorf("%q doesn't compare anything", a.Op)
		}
		tests = append(tests, reading(a, allow))
	}
	for _, name := range names {
		x := c.of(name)
		if allow {
			x.allowed = append(x.allowed, tests)
		} else {
			x.refused = append(x.refused, tests)
		}
	}
	return nil
}

// of gives the entry of a call, made anew where there is none.
func (c *calls) of(name string) *call {
	x := c.byName[name]
	if x == nil {
		x = &call{}
		if c.def == clawrden.SyscallAllow {
			x.allowed = [][]test{nil}
		}
		c.byName[name] = x
	}
	return x
}

// only narrows what is allowed of a call to some ways; without any it is refused.
func (c *calls) only(name string, ways ...[]test) error {
	x := c.of(name)
	var both [][]test
	for _, own := range simple(x.allowed) {
		for _, way := range ways {
			both = append(both, slices.Concat(own, way))
		}
	}
	if len(both) > maxWays {
		return fmt.Errorf("%s is allowed in more than %d ways, those of the network counted; compare less of its arguments", name, maxWays)
	}
	x.allowed = both
	if len(ways) == 0 {
		x.refused = [][]test{nil}
	}
	return nil
}

// maxWays bounds the ways of one call, and with them its part of the program.
const maxWays = 64

// simple leaves only the way without tests, where there is one: the others add nothing to it.
func simple(ways [][]test) [][]test {
	for _, w := range ways {
		if len(w) == 0 {
			return [][]test{nil}
		}
	}
	return ways
}

// always reports whether a call is allowed whatever its arguments are.
func (c *calls) always(name string) bool {
	x := c.byName[name]
	if x == nil {
		return c.def == clawrden.SyscallAllow
	}
	return len(x.refused) == 0 && len(simple(x.allowed)) == 1 && len(simple(x.allowed)[0]) == 0
}

// never reports whether a call is refused whatever its arguments are.
func (c *calls) never(name string) bool {
	x := c.byName[name]
	if x == nil {
		return c.def != clawrden.SyscallAllow
	}
	refused := simple(x.refused)
	return len(x.allowed) == 0 || len(refused) == 1 && len(refused[0]) == 0
}

// body gives the branches for one call.
func (c *calls) body(name string) body {
	x, refusal := c.byName[name], c.refusal(name)
	if x == nil {
		return body{{action: c.otherwise(name)}}
	}
	var b body
	for _, tests := range simple(x.refused) {
		b = append(b, branch{tests: tests, action: refusal})
	}
	for _, tests := range simple(x.allowed) {
		b = append(b, branch{tests: tests, action: unix.SECCOMP_RET_ALLOW})
	}
	if len(x.allowed) == 0 {
		return append(b, branch{action: c.otherwise(name)})
	}
	if c.def == clawrden.SyscallKill {
		refusal = c.otherwise(name)
	}
	return append(b, branch{action: refusal})
}

// refusal is what a call returns that is named, but not allowed as it is made.
func (c *calls) refusal(name string) uint32 {
	if inMemory[name] {
		return refuse(unix.ENOSYS)
	}
	return refuse(c.errno)
}

// otherwise is what becomes of a call that no list names.
func (c *calls) otherwise(name string) uint32 {
	switch c.def {
	case clawrden.SyscallAllow:
		return unix.SECCOMP_RET_ALLOW
	case clawrden.SyscallKill:
		return retKill
	case clawrden.SyscallDeny:
	}
	return c.refusal(name)
}

// filter makes what becomes of each number of an architecture. Where the default refuses, calls that are newer than
// the groups, and named by nobody, answer ENOSYS as on an older kernel, so that programs use what was there before.
func (c *calls) filter(arch Arch) *filter {
	f := &filter{arch: arch, calls: map[uint32]body{}, other: c.otherwise(""), foreign: retKill, x32: retKill}
	newer := newest(arch) + 1
	if c.def == clawrden.SyscallDeny {
		f.other = refuse(unix.ENOSYS)
	}
	for nr, name := range syscalls.Numbers(string(arch)) {
		if c.byName[name] == nil && c.def == clawrden.SyscallDeny && nr >= newer {
			continue
		}
		f.calls[uint32(nr)] = c.body(name)
	}
	return f
}

// newest is the highest number of a call that the groups hold.
func newest(arch Arch) int {
	highest := 0
	for _, group := range syscalls.Groups() {
		names, _ := syscalls.Group(group)
		for _, name := range names {
			if nr, ok := syscalls.Number(string(arch), name); ok {
				highest = max(highest, nr)
			}
		}
	}
	return highest
}
