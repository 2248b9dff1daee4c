package policy

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// decodeFiles reads all files as one namespace: first variables and locals, then every other block with their values.
func decodeFiles(files []*hcl.File) ([]*node, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	var blocks hcl.Blocks
	for _, f := range files {
		content, ds := f.Body.Content(fileSchema.body())
		diags = append(diags, ds...)
		blocks = append(blocks, content.Blocks...)
	}
	ctx, ds := names(blocks)
	diags = append(diags, ds...)
	if diags.HasErrors() {
		return nil, diags
	}
	var nodes []*node
	for _, b := range blocks {
		if b.Type == variableSchema.name || b.Type == localsSchema.name {
			continue
		}
		n, ds := decodeBlock(b, fileSchema.block(b.Type), ctx)
		diags = append(diags, ds...)
		nodes = append(nodes, n)
	}
	return nodes, diags
}

// decodeBlocks reads one file that uses no names.
func decodeBlocks(body hcl.Body, schema *block) ([]*node, hcl.Diagnostics) {
	n, diags := decode(body, schema, &hcl.EvalContext{Functions: functions})
	return n.nodes, diags
}

// names evaluates variables and locals into the context for all other expressions.
func names(blocks hcl.Blocks) (*hcl.EvalContext, hcl.Diagnostics) {
	var diags hcl.Diagnostics
	vars := map[string]cty.Value{}
	placed := map[string]hcl.Range{}
	exprs := map[string]*hcl.Attribute{}
	ctx := &hcl.EvalContext{Functions: functions}
	for _, b := range blocks {
		switch b.Type {
		case variableSchema.name:
			n, ds := decodeBlock(b, variableSchema, ctx)
			diags = append(diags, ds...)
			if at, ok := placed["var."+n.name]; ok {
				diags = append(diags, problem(b.DefRange, "Duplicate variable", "The variable %q stands at %s already.", n.name, place(at)))
				continue
			}
			placed["var."+n.name] = b.DefRange
			if v, ok := n.vals["default"].v.(cty.Value); ok {
				vars[n.name] = v
			}
		case localsSchema.name:
			attrs, ds := b.Body.JustAttributes()
			diags = append(diags, ds...)
			for name, a := range attrs {
				if old, ok := exprs[name]; ok {
					diags = append(diags, problem(a.NameRange, "Duplicate local", "The local %q stands at %s already.", name, place(old.NameRange)))
					continue
				}
				exprs[name] = a
			}
		}
	}
	ctx.Variables = map[string]cty.Value{"var": cty.ObjectVal(vars), "local": cty.EmptyObjectVal}
	if diags.HasErrors() {
		return ctx, diags
	}
	l := locals{exprs: exprs, ctx: ctx, vals: map[string]cty.Value{}, state: map[string]visit{}}
	for _, name := range slices.Sorted(maps.Keys(exprs)) {
		l.eval(name)
	}
	ctx.Variables["local"] = cty.ObjectVal(l.vals)
	return ctx, l.diags
}

// locals evaluates each local after those that it uses.
type locals struct {
	exprs map[string]*hcl.Attribute
	ctx   *hcl.EvalContext
	vals  map[string]cty.Value
	state map[string]visit
	diags hcl.Diagnostics
	depth int
}

type visit uint8

const (
	unseen visit = iota
	entered
	done
)

// maxChain bounds how many locals may use each other in a row.
const maxChain = 200

func (l *locals) eval(name string) {
	a := l.exprs[name]
	if l.state[name] == done {
		return
	}
	if l.state[name] == entered || l.depth > maxChain {
		l.diags = append(l.diags, problem(a.NameRange, "Circular local", "The local %q uses itself, by way of others or directly.", name))
		return
	}
	l.state[name] = entered
	l.depth++
	for _, t := range a.Expr.Variables() {
		if t.RootName() != "local" || len(t) < 2 {
			continue
		}
		if step, ok := t[1].(hcl.TraverseAttr); ok && l.exprs[step.Name] != nil && step.Name != name {
			l.eval(step.Name)
		} else if ok && step.Name == name {
			l.diags = append(l.diags, problem(a.NameRange, "Circular local", "The local %q uses itself.", name))
		}
	}
	l.depth--
	l.state[name] = done
	if l.diags.HasErrors() {
		return
	}
	l.ctx.Variables["local"] = cty.ObjectVal(l.vals)
	if d := unknownName(a.Expr, l.ctx); d != nil {
		l.diags = append(l.diags, d)
		return
	}
	v, ds := a.Expr.Value(l.ctx)
	l.diags = append(l.diags, hinted(ds)...)
	l.vals[name] = v
}
