package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/policy"
)

// policyOrRunning is a policy from files, or else the one that the daemon has in force.
type policyOrRunning struct{ policyFiles }

func (f *policyOrRunning) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.paths, "policy", nil, "judge by the policy of this file or directory instead of the daemon's; may be given again")
	f.devFlag(c)
}

// get reads the policy; one that is invalid is told and is an error.
func (f *policyOrRunning) get(ctx context.Context, a *app) (*policy.Policy, error) {
	if len(f.paths) == 0 {
		return a.runningPolicy(ctx)
	}
	p, diags, err := f.read()
	if err != nil {
		return nil, err
	}
	return p, a.complainPolicy(p, diags)
}

// runningPolicy compiles the text of the policy that the daemon has in force.
func (a *app) runningPolicy(ctx context.Context) (*policy.Policy, error) {
	d, err := a.connect()
	if err != nil {
		return nil, err
	}
	source, err := d.Policy(ctx)
	if errors.Is(err, client.ErrUnreachable) {
		return nil, hintedError{err, "does the daemon run? --policy DIR judges by files instead"}
	}
	if err != nil {
		return nil, err
	}
	if len(source.Files) == 0 {
		return nil, hintedError{errors.New("the daemon has no policy in force, so it denies everything"), "`clawrden policy check` shows why; --policy DIR judges by files instead"}
	}
	files := make(map[string][]byte, len(source.Files))
	for _, file := range source.Files {
		files[file.Name] = []byte(file.Text)
	}
	p, diags := wideOptions().Parse(files)
	if diags.HasErrors() {
		if err := a.complainPolicy(p, diags); err != nil {
			return nil, fmt.Errorf("cannot read the daemon's policy, which may be of another version: %w", err)
		}
	}
	return p, nil
}

// wideOptions are for a policy that the daemon took: it has what that names.
func wideOptions() policy.Options {
	o := policyOptions()
	o.Executors = []string{"mirror", "unit", "ghost", "local"}
	o.Enforces = policy.Enforceable
	return o
}
