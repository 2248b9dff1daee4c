package launch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/profile"
)

// What a session has of a layout where nobody makes one for it: `clawrden run --dev` without systemd. Landlock and a filter are what a
// process can do to itself; the rest its starter says to lack, and the guard takes it for no boundary.

// readPlan reads a plan from a descriptor, named by a word like /proc/self/fd/N or its number.
func readPlan(word string) (*profile.Plan, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(word, "/proc/self/fd/"))
	if err != nil || n < 3 {
		return nil, fmt.Errorf("%q is no descriptor", word)
	}
	unix.CloseOnExec(n)
	f := os.NewFile(uintptr(n), "plan")
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, profile.MaxPlan+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the plan of the session's layout: %v", err)
	}
	return profile.Decode(b)
}

// layout has Landlock hold what of a plan it can. filter is to be called once the guard has the session.
func layout(p *profile.Plan) (filter func() error, err error) {
	if p == nil {
		return func() error { return nil }, nil
	}
	l := launcher{order: &Order{Plan: p}, ruleset: -1}
	if r := l.landlock(); r != nil {
		return nil, r
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return nil, err
	}
	if l.ruleset >= 0 {
		_, _, errno := unix.RawSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(l.ruleset), 0, 0)
		_ = unix.Close(l.ruleset)
		if errno != 0 {
			return nil, fmt.Errorf("cannot enter the Landlock ruleset: %v", errno)
		}
	}
	return func() error {
		if len(p.Filter) == 0 {
			return nil
		}
		if len(p.Filter) > unix.BPF_MAXINSNS {
			return errors.New("the profile's filter is too long")
		}
		program := unix.SockFprog{Len: uint16(len(p.Filter)), Filter: &p.Filter[0]} //nolint:gosec // see above
		if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 {
			return fmt.Errorf("the profile's filter: %v", errno)
		}
		return nil
	}, nil
}
