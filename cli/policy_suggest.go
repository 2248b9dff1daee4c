package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/policy/learn"
)

// suggest writes rules for what the policy asks about, or that in force, and people approved.
func (a *app) suggest(ctx context.Context, from policyFiles, past pastLog, paths []string) error {
	if past.file == "" {
		return usageError{errors.New("--suggest looks at past commands"), "add --replay"}
	}
	from.paths = paths
	one := policyOrRunning{from}
	p, err := one.get(ctx, a)
	if err != nil {
		return err
	}
	log, err := past.open(a)
	if err != nil {
		return err
	}
	defer log.close()
	found, err := learn.Suggest(log.Reader, p, func(name string, text []byte) (*policy.Policy, error) {
		files := map[string][]byte{name: text}
		for _, f := range p.Files() {
			files[f.Name] = []byte(f.Text)
		}
		q, diags := wideOptions().Parse(files)
		if diags.HasErrors() {
			return nil, diags
		}
		return q, nil
	})
	if err != nil {
		return fmt.Errorf("cannot judge the past commands: %w", err)
	}
	a.complainLines(found.Bad)
	if a.format == formatJSON {
		return a.json(found)
	}
	_, err = a.stdout.Write(found.HCL())
	return err
}
