package policy

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// The built-in grammars are tool blocks in the language that users write. Reading all of them takes longer than a daemon
// may take to start, and most are never needed: at first only their names are found, and a grammar is read when a rule
// or a command first names its tool.
//
//go:embed tools/*.hcl
var toolFiles embed.FS

// builtinTools finds the names of the built-in grammars, once. An error is one of every policy.
var builtinTools = sync.OnceValues(func() (*toolset, error) {
	entries, err := toolFiles.ReadDir("tools")
	if err != nil {
		return nil, fmt.Errorf("cannot read built-in grammars: %w", err)
	}
	set := &toolset{byName: map[string]*tool{}}
	for _, e := range entries {
		name := "tools/" + e.Name()
		data, err := toolFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read built-in grammars: %w", err)
		}
		if err := set.index(name, data); err != nil {
			return nil, fmt.Errorf("cannot read built-in grammars: %w", err)
		}
	}
	return set, nil
})

// The files are in canonical layout, which a test makes sure of: a block starts and ends in the first column, its own
// attributes in the third.
var (
	toolBlock = regexp.MustCompile(`(?ms)^tool "([^"]+)" \{(?:\}| [^\n]*\}$|.*?^\})`)
	toolAlso  = regexp.MustCompile(`(?ms)^  also +=\s*\[(.*?)\]`)
	quotedOne = regexp.MustCompile(`"([^"]+)"`)
)

// index adds the names in one file.
func (t *toolset) index(file string, data []byte) error {
	for _, at := range toolBlock.FindAllSubmatchIndex(data, -1) {
		block, name := data[at[0]:at[1]], string(data[at[2]:at[3]])
		line := 1 + bytes.Count(data[:at[0]], []byte("\n"))
		old := t.byName[name] // a second block adds to the first
		x := &tool{load: sync.OnceValue(func() *grammar {
			var base *grammar
			if old != nil {
				base = old.load()
			}
			return readTool(file, line, block, base)
		})}
		t.replace(old, x, name)
		also := toolAlso.FindSubmatch(block)
		if also == nil {
			continue
		}
		for _, q := range quotedOne.FindAllSubmatch(also[1], -1) {
			if err := t.also(x, string(q[1])); err != nil {
				return fmt.Errorf("%s: %s: %w", file, q[1], err)
			}
		}
	}
	return nil
}

// readTool compiles one built-in block. A fault in it is a fault of the build, which the tests find; so that it never
// opens a door, the tool is then one of which nothing is known but that it may run anything.
func readTool(file string, line int, block []byte, base *grammar) *grammar {
	broken := &grammar{name: file, opaque: true, operands: []operand{operandAny}}
	padded := append([]byte(strings.Repeat("\n", line-1)), block...) // so that messages name the right line
	f, diags := parseFile(source{name: file, data: append(padded, '\n')})
	if diags.HasErrors() {
		return broken
	}
	nodes, diags := decodeBlocks(f.Body, toolsSchema)
	c := &compiler{}
	if diags.HasErrors() || len(nodes) != 1 {
		return broken
	}
	g := c.grammar(nodes[0], nil, base)
	if c.diags.HasErrors() {
		return broken
	}
	return g
}

var toolsSchema = &block{name: "file", blocks: []*block{toolSchema}}
