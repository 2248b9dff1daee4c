package launch

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/profile"
)

// ruleNetPort is LANDLOCK_RULE_NET_PORT (Linux 6.7).
const ruleNetPort = 2

// LandlockABI is the version of Landlock that this kernel has; 0 without. Executors compile their profiles for it: they run
// on the launcher's own kernel.
func LandlockABI() int {
	n, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// landlock makes the rule set. Its paths are opened with the user's rights, from the working directory that was entered.
func (l *launcher) landlock() *Refusal {
	p := l.order.Plan
	if p == nil || p.Landlock.ABI == 0 {
		return nil
	}
	rules := &p.Landlock
	if have := LandlockABI(); have < rules.ABI {
		return refuse(StepProfile, fmt.Sprintf("the profile %s needs version %d of Landlock, and this kernel has %d", p.Name, rules.ABI, have), nil)
	}
	var err error
	if l.ruleset, err = newRuleset(rules); err != nil {
		return refuse(StepProfile, "Landlock", err)
	}
	home := -1
	if p.Home != "" {
		if home, err = open(unix.AT_FDCWD, p.Home, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC); err == nil {
			defer func() { _ = unix.Close(home) }()
		} else if !absent(err) {
			return refuse(StepProfile, p.Home, err)
		}
	}
	for i := range rules.Paths {
		if err := l.allow(&rules.Paths[i], home); err != nil {
			return refuse(StepProfile, "Landlock: "+rules.Paths[i].Name, err)
		}
	}
	for _, port := range rules.Ports {
		attr := [2]uint64{port.Access, uint64(port.Port)}
		if err := addRule(l.ruleset, ruleNetPort, unsafe.Pointer(&attr)); err != nil {
			return refuse(StepProfile, fmt.Sprintf("Landlock: TCP port %d", port.Port), err)
		}
	}
	return nil
}

// newRuleset tells the kernel what is handled, in the form of the version that the rules need.
func newRuleset(rules *profile.Landlock) (int, error) {
	const withNet, withScopes = 4, 6 // versions
	attr := [3]uint64{rules.Access, rules.Net, rules.Scoped}
	size := unsafe.Sizeof(attr[0])
	if rules.ABI >= withNet {
		size = 2 * unsafe.Sizeof(attr[0])
	}
	if rules.ABI >= withScopes {
		size = unsafe.Sizeof(attr)
	}
	fd, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil // close-on-exec
}

// allow gives a path its rights. One that isn't there, or that the user can't get to, is passed over.
func (l *launcher) allow(p *profile.Path, home int) error {
	fd, err := openBelow(p, home)
	if absent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	access := p.Access
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= profile.FileAccess
	}
	if access == 0 {
		return nil
	}
	attr := struct { // struct landlock_path_beneath_attr is packed: its 12 bytes are the first of these
		access uint64
		fd     int32
	}{access, int32(fd)}
	return addRule(l.ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, unsafe.Pointer(&attr))
}

// openBelow opens a path of the plan: below the working directory and the home without following a link, since those are
// the agent's to make.
func openBelow(p *profile.Path, home int) (int, error) {
	base := home
	switch p.Base {
	case profile.BaseRoot:
		return open(unix.AT_FDCWD, p.Name, unix.O_PATH|unix.O_CLOEXEC)
	case profile.BaseCwd:
		base = unix.AT_FDCWD
	case profile.BaseHome:
		if home < 0 {
			return -1, unix.ENOENT
		}
	}
	name := p.Name
	if name == "" {
		name = "."
	}
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS}
	for {
		fd, err := unix.Openat2(base, name, &how)
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

func addRule(ruleset int, kind uintptr, attr unsafe.Pointer) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), kind, uintptr(attr), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// absent reports whether an error says that there is nothing to give rights to.
func absent(err error) bool {
	for _, e := range []error{unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.EACCES, unix.EXDEV} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
