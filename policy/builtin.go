package policy

import (
	"embed"
	"fmt"
	"sync"
)

// The built-in profiles are profile blocks in the language that users write, one a file. They extend each other only: a
// block of a policy that takes the name of one doesn't change the others.
//
//go:embed profiles/*.hcl
var profileFiles embed.FS

var profilesSchema = &block{name: "file", blocks: []*block{profileSchema}}

// builtinProfiles reads them, once. An error is one of every policy; the tests find it.
var builtinProfiles = sync.OnceValues(func() (map[string]*Profile, error) {
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("cannot read built-in profiles: %w", err)
	}
	c := &compiler{policy: &Policy{profiles: map[string]*Profile{}}}
	for _, e := range entries {
		name := "profiles/" + e.Name()
		data, err := profileFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read built-in profiles: %w", err)
		}
		f, diags := parseFile(source{name: name, data: data})
		if diags.HasErrors() {
			return nil, fmt.Errorf("cannot read built-in profiles: %w", diags)
		}
		nodes, diags := decodeBlocks(f.Body, profilesSchema)
		if diags.HasErrors() {
			return nil, fmt.Errorf("cannot read built-in profiles: %w", diags)
		}
		for _, n := range nodes {
			c.profile(n)
		}
	}
	c.resolveProfiles(nil)
	if c.diags.HasErrors() {
		return nil, fmt.Errorf("cannot read built-in profiles: %w", c.diags)
	}
	for _, p := range c.policy.profiles {
		p.BuiltIn = true
	}
	return c.policy.profiles, nil
})
