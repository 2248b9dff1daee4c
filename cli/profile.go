package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/policy"
)

func (a *app) profileCommand() *cobra.Command {
	return group("profile", "Look at the sandboxes that commands run in", a.profileListCommand(), a.profileShowCommand())
}

// profileFlag says where the policy is, for commands whose arguments are names.
func (f *policyFiles) profileFlag(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.paths, "policy", nil, "read the policy from this `path` instead of where the settings of this host say")
	f.devFlag(c)
}

// profiles reads the policy for the sake of its profiles, those that are built in too.
func (a *app) profiles(from *policyFiles) (*policy.Policy, error) {
	from.untested = true
	p, diags, err := from.read()
	if err != nil {
		return nil, err
	}
	return p, a.complainPolicy(p, diags)
}

func (a *app) profileListCommand() *cobra.Command {
	var from policyFiles
	c := &cobra.Command{
		Use:   "list",
		Short: "List the profiles, those of the policy and the built-in ones",
		Args:  args(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			p, err := a.profiles(&from)
			if err != nil {
				return err
			}
			rows := p.ProfileList()
			if a.format == formatJSON {
				return a.json(rows)
			}
			t := newTable(a.stdout, "NAME", "EXTENDS", "FROM", "MEANING")
			for _, r := range rows {
				place := "built in"
				if !r.BuiltIn {
					place = fmt.Sprintf("%s:%d", filepath.Base(r.File), r.Line)
				}
				t.row(display.Line(r.Name), display.Line(r.Extends), display.Line(place), display.Line(r.Description))
			}
			return t.flush()
		},
	}
	from.profileFlag(c)
	return c
}

func (a *app) profileShowCommand() *cobra.Command {
	var from policyFiles
	var as formOptions
	c := &cobra.Command{
		Use:   "show NAME",
		Short: "Show what a profile says, or what is made of it",
		Long: "Shows a profile with all that it extends, as HCL. --as shows what is made of it: systemd, the properties of a transient unit;\n" +
			"oci, the settings of a container; bpf, what the launcher applies itself, which is the program for the kernel, the rules of\n" +
			"Landlock, and limits. Lines that begin with # tell what a form doesn't hold by itself.",
		Example: "  clawrden profile show build\n  clawrden profile show build --as systemd\n  clawrden profile show build --as oci -o json | jq -r .seccomp",
		Args:    args(1, 1, "the name of a profile"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var names []cobra.Completion
			if p, _, err := from.read(); err == nil {
				for _, x := range p.Profiles() {
					names = append(names, cobra.CompletionWithDesc(x.Name, x.Description))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, names []string) error {
			if err := as.check(); err != nil {
				return err
			}
			p, err := a.profiles(&from)
			if err != nil {
				return err
			}
			x, ok := p.Profile(names[0])
			if !ok {
				return hintedError{fmt.Errorf("%w named %s", errNoProfile, display.Word(names[0])), nearest(names[0], p.Profiles())}
			}
			return a.showProfile(&x.Profile, &as)
		},
	}
	from.profileFlag(c)
	as.flags(c)
	return c
}

// nearest is a hint at the name that was probably meant.
func nearest(name string, known []*policy.Profile) string {
	const far = 4
	best, least := "", far
	names := make([]string, len(known))
	for i, x := range known {
		names[i] = x.Name
		if d := levenshtein.Distance(name, x.Name, nil); d < least {
			best, least = x.Name, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "there are " + strings.Join(names, ", ")
}

func (a *app) showProfile(p *clawrden.Profile, as *formOptions) error {
	text, value, err := as.form(p)
	if err != nil {
		return err
	}
	if a.format == formatJSON {
		return a.json(value)
	}
	_, err = fmt.Fprint(a.stdout, text)
	return err
}
