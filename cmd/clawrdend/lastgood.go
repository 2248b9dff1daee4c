package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/wholefile"
	"github.com/clawrden/clawrden/policy"
)

// lastGood is the copy, in the state directory, of the files of the last policy that loaded. A daemon that starts with
// bad files goes on with it.
type lastGood struct{ path string }

func newLastGood(state string) lastGood {
	return lastGood{filepath.Join(state, "policy-last-good.json")}
}

// keep writes the copy, unless it is there already. The grants that people let be written aren't in it: one that is taken back
// must not come back.
func (g lastGood) keep(p *policy.Policy, grants string) error {
	files := slices.DeleteFunc(slices.Clone(p.Files()), func(f clawrden.PolicyFile) bool { return f.Name == grants })
	b, err := json.Marshal(files)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(g.path); err == nil && string(old) == string(b) {
		return nil
	}
	return wholefile.Write(g.path, b)
}

// load compiles the copy; nil without one. It loaded before, so an error means that this build reads it otherwise.
func (g lastGood) load(o policy.Options, grants written) (*policy.Policy, error) {
	b, err := os.ReadFile(g.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var files []clawrden.PolicyFile
	if err := json.Unmarshal(b, &files); err != nil {
		return nil, fmt.Errorf("cannot read %s: %v", g.path, err)
	}
	text := make(map[string][]byte, len(files))
	for _, f := range files {
		text[f.Name] = []byte(f.Text)
	}
	p, diags := o.Parse(text)
	if diags.HasErrors() {
		return nil, fmt.Errorf("cannot use %s: %v", g.path, diags)
	}
	if grants.into(text) == nil { // they may be what is bad
		if all, diags := o.Parse(text); !diags.HasErrors() {
			return all, nil
		}
	}
	return p, nil
}
