package policy

import (
	"embed"
	"fmt"
	"sync"
)

// The built-in grammars are tool blocks, one file a tool, in the language that users write.
//
//go:embed tools/*.hcl
var toolFiles embed.FS

// builtinTools compiles the built-in grammars, once. A fault in them is a fault of the build, which the tests find; so
// that it never opens a door, the error is then one of every policy.
var builtinTools = sync.OnceValues(func() (*toolset, error) {
	entries, err := toolFiles.ReadDir("tools")
	if err != nil {
		return nil, fmt.Errorf("cannot read built-in grammars: %w", err)
	}
	c := &compiler{}
	set := &toolset{}
	for _, e := range entries {
		name := "tools/" + e.Name()
		data, err := toolFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read built-in grammars: %w", err)
		}
		f, diags := parseFile(source{name: name, data: data})
		if diags.HasErrors() {
			return nil, fmt.Errorf("cannot read built-in grammars: %w", diags)
		}
		nodes, diags := decodeBlocks(f.Body, toolsSchema)
		if diags.HasErrors() {
			return nil, fmt.Errorf("cannot read built-in grammars: %w", diags)
		}
		set = c.tools(nodes, set)
		if c.diags.HasErrors() {
			return nil, fmt.Errorf("cannot read built-in grammars: %w", c.diags)
		}
	}
	return set, nil
})

var toolsSchema = &block{name: "file", blocks: []*block{toolSchema}}
