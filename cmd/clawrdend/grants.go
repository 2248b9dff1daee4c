package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/wholefile"
	"github.com/clawrden/clawrden/policy"
)

// writtenName is the file in the state's policy.d that the daemon writes grants into. The name is its own, so that it masks
// no other file.
const writtenName = "clawrden-grants.hcl"

// written is the file of the grants that people let be written into the policy.
type written struct {
	path    string
	options policy.Options
}

func newWritten(state string, o policy.Options) written {
	return written{filepath.Join(state, "policy.d", writtenName), o}
}

// File is where the grants stand, as decisions show it.
func (w written) File() string { return w.path }

// With compiles the policy's own files with other grants; it reads none from the disk.
func (w written) With(p daemon.Policy, grants []clawrden.Grant) (daemon.Policy, []byte, error) {
	now, ok := p.(*policy.Policy)
	if !ok || len(now.Files()) == 0 {
		return nil, nil, errors.New("there is no valid policy that a rule could be written into")
	}
	var text []byte
	files := map[string][]byte{}
	if len(grants) > 0 {
		var err error
		if text, err = policy.FormatGrants(grants); err != nil {
			return nil, nil, err
		}
		files[w.path] = text
	}
	for _, f := range now.Files() {
		if f.Name != w.path {
			files[f.Name] = []byte(f.Text)
		}
	}
	next, diags := w.options.Parse(files)
	if diags.HasErrors() {
		return nil, nil, fmt.Errorf("cannot write the rule: %v", diags)
	}
	return next, text, nil
}

// Keep replaces the file, or removes it where it would hold nothing: some policies stand alone.
func (w written) Keep(text []byte) error {
	if text == nil {
		if err := os.Remove(w.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cannot take the rule back: %v", err)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(w.path), 0o700); err != nil {
		return fmt.Errorf("cannot keep the rule: %v", err)
	}
	if err := wholefile.Write(w.path, text); err != nil {
		return fmt.Errorf("cannot keep the rule: %v", err)
	}
	return nil
}

// beside gives the layers with the file among them, unless its directory is one.
func (w written) beside(layers []string) []string {
	for _, l := range layers {
		if filepath.Clean(l) == filepath.Dir(w.path) {
			return layers
		}
	}
	return append(append([]string{}, layers...), w.path)
}

// into adds the file's text to files that are no layers. Without the file, or with one that can't be read, there are no
// grants in them.
func (w written) into(files map[string][]byte) error {
	text, err := os.ReadFile(w.path)
	if err == nil {
		files[w.path] = text
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
