package cli

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/profile"
	"github.com/clawrden/clawrden/protocol"
)

// What `clawrden run --dev` lacks where there is no systemd to make a layout.
const aloneLacks = "it was started by clawrden run --dev, without a layout: sockets of other programs, /tmp and /run are open to it"

// runAlone becomes the launcher, which becomes the agent: there is nobody to make a layout, so that it has what Landlock can give.
func (a *app) runAlone(o *runOptions, agent []string) error {
	if o.wish.User != "" || o.wish.Profile != "" {
		return usageError{errors.New("--user and --profile take systemd"), "leave them out with --dev"}
	}
	plan, err := alonePlan()
	if err != nil {
		a.complain(fmt.Errorf("the session's layout: %v", err))
		return exitError{protocol.ExitFailed}
	}
	fmt.Fprintln(a.stderr, "clawrden: --dev: no systemd here, so this session is no boundary, and its records say so:\n"+
		"clawrden: sockets of other programs (the bus, container engines, ssh-agent, tmux), /tmp and /run are open to the agent;\n"+
		"clawrden: its commands are judged, and what it may write is that of the profile "+clawrden.SessionProfile)
	lacks := plan.Lacks()
	if plan.Landlock.Scoped&scopes == 0 {
		lacks = append(lacks, "abstract Unix sockets of processes outside, and signals to them (Linux 6.12)")
	}
	for _, gap := range lacks {
		fmt.Fprintln(a.stderr, "clawrden: this kernel can't hold: "+display.Line(gap))
	}
	fd, err := planFile(plan)
	if err != nil {
		a.complain(fmt.Errorf("the session's layout: %v", err))
		return exitError{protocol.ExitFailed}
	}
	if o.launcher == "" {
		o.launcher = besideSelf("clawrden-launch")
	}
	argv := []string{o.launcher, "init", "--guard", o.guard, "--lesser", strconv.Itoa(fd), aloneLacks}
	if o.wish.Name != "" {
		argv = append(argv, "--name", o.wish.Name)
	}
	err = syscall.Exec(o.launcher, append(append(argv, "--"), agent...), os.Environ())
	a.complain(fmt.Errorf("cannot start %s: %v", o.launcher, err))
	return exitError{protocol.ExitFailed}
}

// alonePlan is what a process can do to itself of the sessions' own profile, in this directory.
func alonePlan() (*profile.Plan, error) {
	p, diags := policy.Options{CheckProfile: profile.Check}.Parse(map[string][]byte{"session.hcl": []byte("policy {\n  default = \"deny\"\n}\n")})
	if diags.HasErrors() {
		return nil, diags
	}
	x, ok := p.Profile(clawrden.SessionProfile)
	if !ok {
		return nil, errors.New("there is no profile " + clawrden.SessionProfile)
	}
	cwd, err := unix.Getwd()
	if err != nil {
		return nil, fmt.Errorf("cannot name the working directory: %v", err)
	}
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		abi = 0
	}
	plan, err := profile.Compile(&x.Profile, profile.Target{Landlock: int(abi), Home: os.Getenv("HOME"), Cwd: cwd})
	if err == nil && abi >= scopeABI {
		plan.Landlock.ABI, plan.Landlock.Scoped = max(plan.Landlock.ABI, scopeABI), plan.Landlock.Scoped|scopes
	}
	return plan, err
}

// Landlock's scopes for abstract Unix sockets and for signals (Linux 6.12).
const (
	scopes   = 1 | 2
	scopeABI = 6
)

// planFile puts a plan where the launcher finds it: a file in memory, by a descriptor that stays open over the exec.
func planFile(plan *profile.Plan) (fd int, err error) {
	b, err := plan.Append(nil)
	if err != nil {
		return -1, err
	}
	if fd, err = unix.MemfdCreate("plan", 0); err != nil {
		return -1, err
	}
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if err != nil {
			return -1, err
		}
		b = b[n:]
	}
	return fd, nil
}
