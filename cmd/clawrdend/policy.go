package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/packaging"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/convert"
)

// loader gives the function that the daemon calls at start and at each reload. Without layers the default policy that is
// embedded in the program is used. A policy in the YAML form is converted in memory.
func loader(layers []string, groups *users.DB, dev bool, log *slog.Logger) func() (daemon.Policy, error) {
	o := policy.Options{Convert: convert.JSON, Group: func(name string) (uint32, error) {
		g, err := groups.GroupByName(name)
		return g.GID, err
	}}
	return func() (daemon.Policy, error) {
		var p *policy.Policy
		var diags hcl.Diagnostics
		if len(layers) == 0 {
			files, err := embedded()
			if err != nil {
				return nil, err
			}
			p, diags = o.Parse(files)
		} else {
			p, diags = policy.Load(policy.Source{Layers: layers, Owner: uint32(os.Geteuid()), Dev: dev, Options: o})
		}
		var text strings.Builder
		if err := policy.WriteDiagnostics(&text, p, diags, 0, false); err != nil {
			return nil, err
		}
		if diags.HasErrors() {
			return nil, errors.New(strings.TrimSpace(text.String()))
		}
		if text.Len() > 0 {
			log.Warn("the policy has warnings", slog.String("diagnostics", text.String()))
		}
		return p, nil
	}
}

// embedded is the default policy by file name.
func embedded() (map[string][]byte, error) {
	files := map[string][]byte{}
	const dir = "policy.d"
	entries, err := fs.ReadDir(packaging.Policy, dir)
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if files[name], err = packaging.Policy.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return files, err
}
