package policy

import (
	"maps"
	"slices"
)

// toolset finds a tool's grammar by name.
type toolset struct {
	byName map[string]*tool
	globs  []toolGlob
}

// tool is one grammar, which may not have been read yet.
type tool struct {
	load func() *grammar
}

type toolGlob struct {
	glob *wordGlob
	tool *tool
}

// find gives the grammar of a tool, or nil.
func (t *toolset) find(name string) *grammar {
	if x := t.lookup(name); x != nil {
		return x.load()
	}
	return nil
}

func (t *toolset) lookup(name string) *tool {
	if t == nil {
		return nil
	}
	if x := t.byName[name]; x != nil {
		return x
	}
	for i := range t.globs {
		if t.globs[i].glob.match(name) {
			return t.globs[i].tool
		}
	}
	return nil
}

// tools compiles tool blocks on top of those of base.
func (c *compiler) tools(nodes []*node, base *toolset) *toolset {
	t := &toolset{byName: map[string]*tool{}}
	if base != nil {
		maps.Copy(t.byName, base.byName)
		t.globs = slices.Clone(base.globs)
	}
	for _, n := range nodes {
		if n.schema != toolSchema {
			continue
		}
		old := t.lookup(n.name)
		var known *grammar
		if old != nil {
			known = old.load()
		}
		g := c.grammar(n, nil, known)
		t.replace(old, &tool{load: func() *grammar { return g }}, n.name)
		c.alsoNamed(n, t)
	}
	return t
}

// replace puts a tool in the place of another, under all its names.
func (t *toolset) replace(old, x *tool, name string) {
	for name, other := range t.byName {
		if old != nil && other == old {
			t.byName[name] = x
		}
	}
	for i := range t.globs {
		if old != nil && t.globs[i].tool == old {
			t.globs[i].tool = x
		}
	}
	t.byName[name] = x
}

func (c *compiler) alsoNamed(n *node, t *toolset) {
	v := n.vals["also"]
	for i, name := range n.texts("also") {
		if err := t.also(t.byName[n.name], name); err != nil {
			c.problem(v.elemAt(i), "Bad glob", "%q is not a glob: %v.", name, err)
		}
	}
}

// also gives a tool one more name, which may be a glob.
func (t *toolset) also(x *tool, name string) error {
	if !isGlob(name) {
		t.byName[name] = x
		return nil
	}
	glob, err := compileWord(name)
	if err != nil {
		return err
	}
	t.globs = append(t.globs, toolGlob{glob: glob, tool: x})
	return nil
}
