package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/profile"
)

var errNoProfile = errors.New("there is no profile")

var (
	profileForms = []string{"hcl", "systemd", "oci", "bpf"}
	profileArchs = []string{string(profile.AMD64), string(profile.ARM64)}
)

// formOptions say which form of a profile is shown, and for which machine.
type formOptions struct {
	as       string
	arch     string
	landlock int
	home     string
}

func (o *formOptions) flags(c *cobra.Command) {
	arch := runtime.GOARCH
	if !slices.Contains(profileArchs, arch) {
		arch = profileArchs[0]
	}
	c.Flags().StringVar(&o.as, "as", "hcl", "the `form`: "+strings.Join(profileForms, ", "))
	c.Flags().StringVar(&o.arch, "arch", arch, "of bpf: the `architecture`, "+strings.Join(profileArchs, " or "))
	c.Flags().IntVar(&o.landlock, "landlock", profile.LandlockABI, "of bpf: the `version` of Landlock that the kernel has, 0 for none")
	c.Flags().StringVar(&o.home, "home", "/home/user", "`directory` that stands for ~")
	_ = c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(profileForms, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("arch", cobra.FixedCompletions(profileArchs, cobra.ShellCompDirectiveNoFileComp))
}

func (o *formOptions) check() error {
	switch {
	case !slices.Contains(profileForms, o.as):
		return usageError{fmt.Errorf("%q is not a form of a profile", o.as), "use --as " + strings.Join(profileForms, ", ")}
	case !slices.Contains(profileArchs, o.arch):
		return usageError{fmt.Errorf("profiles aren't compiled for %q", o.arch), "use --arch " + strings.Join(profileArchs, " or ")}
	case o.landlock < 0:
		return usageError{fmt.Errorf("%d is not a version of Landlock", o.landlock), "use 0 for a kernel without"}
	}
	return nil
}

// form gives a profile in the wanted form, for people and as a value for JSON.
func (o *formOptions) form(p *clawrden.Profile) (string, any, error) {
	target := profile.Target{Arch: profile.Arch(o.arch), Landlock: o.landlock, Home: o.home}
	switch o.as {
	case "systemd":
		u, err := profile.Systemd(p, target)
		if err != nil {
			return "", nil, err
		}
		properties := map[string]any{}
		for _, x := range u.Properties {
			properties[x.Name] = x.Value
		}
		return u.Text(), map[string]any{"properties": properties, "only_inside": gaps(u.Inside)}, nil
	case "oci":
		c, err := profile.OCI(p, target)
		if err != nil {
			return "", nil, err
		}
		text, err := json.MarshalIndent(c, "", "  ")
		return string(text) + "\n", c, err
	case "bpf":
		all := *p
		all.BestEffort = true // what the launcher can't hold alone is to be seen, not refused
		plan, err := profile.Compile(&all, target)
		if err != nil {
			return "", nil, err
		}
		shown := planForm{Plan: plan, Filter: make([][4]uint32, len(plan.Filter))}
		for i, in := range plan.Filter {
			shown.Filter[i] = [4]uint32{uint32(in.Code), uint32(in.Jt), uint32(in.Jf), in.K}
		}
		return plan.Text(), shown, nil
	}
	return string(policy.WriteProfile(p)), p, nil
}

// planForm is the JSON form of a plan: instructions as code, jt, jf, k.
type planForm struct {
	*profile.Plan
	Filter [][4]uint32 `json:"filter"`
}

func gaps(list []profile.Gap) []profile.Gap {
	if list == nil {
		return []profile.Gap{}
	}
	return list
}
