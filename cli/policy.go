package cli

import (
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/convert"
	"github.com/clawrden/clawrden/profile"
)

func (a *app) policyCommand() *cobra.Command {
	return group("policy", "Check, test, understand and change the policy",
		a.policyCheckCommand(), a.policyTestCommand(), a.policyExplainCommand(), a.policyDiffCommand(), a.policyStageCommand(), a.policyPromoteCommand(), a.policyRollbackCommand(), a.policyLogCommand(), a.policyLearnCommand(), a.policyFmtCommand(), a.policyConvertCommand(), a.policySchemaCommand())
}

// policyFiles is where a command finds the policy: the paths that it was given, else what the settings of this host name.
type policyFiles struct {
	paths    []string
	dev      bool // files that others may change are a warning
	untested bool // the caller runs the tests itself
}

func (f *policyFiles) devFlag(c *cobra.Command) {
	c.Flags().BoolVar(&f.dev, "dev", false, "files that others may change are a warning, as with `clawrdend --dev`")
}

// read reads the policy as the daemon would. What is wrong with it stands in the diagnostics.
func (f *policyFiles) read() (*policy.Policy, hcl.Diagnostics, error) {
	paths := f.paths
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return nil, nil, fmt.Errorf("cannot read the policy: %w", err)
		}
	}
	if len(paths) == 0 {
		c, err := settings()
		if err != nil {
			return nil, nil, err
		}
		paths = c.Paths.Policy
	}
	o := policyOptions()
	o.Untested = f.untested
	p, diags := policy.Load(policy.Source{Layers: paths, Owner: uint32(os.Geteuid()), Dev: f.dev, Options: o})
	return p, diags, nil
}

// policyOptions are the daemon's own: the same text must mean the same here.
func policyOptions() policy.Options {
	db := users.Host
	var bridges []string
	if c, err := settings(); err == nil {
		for _, b := range c.Bridges {
			bridges = append(bridges, b.Name)
		}
	}
	return policy.Options{Convert: convert.JSON, CheckProfile: profile.Check, Enforces: []string{"profile"}, Bridges: bridges, Group: func(name string) (uint32, error) {
		g, err := db.GroupByName(name)
		return g.GID, err
	}}
}

// complainPolicy shows the diagnostics of a policy that isn't itself what was asked for; an invalid one is the end.
func (a *app) complainPolicy(p *policy.Policy, diags hcl.Diagnostics) error {
	if err := policy.WriteDiagnostics(a.stderr, p, diags, a.width(), a.color()); err != nil {
		return err
	}
	if diags.HasErrors() {
		return hintedError{fmt.Errorf("%w: it would not be loaded", clawrden.ErrPolicyInvalid), ""}
	}
	return nil
}
