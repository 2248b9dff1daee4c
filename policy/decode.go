package policy

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/clawrden/clawrden"
)

// node is one block as decoded by its schema. Absent attributes aren't in the map.
type node struct {
	schema *block
	name   string // the label
	at     hcl.Range
	nameAt hcl.Range
	vals   map[string]value
	nodes  []*node
}

// value is one attribute's value: string, []string, bool, int, time.Duration, clawrden.Verdict or cty.Value.
type value struct {
	v       any
	at      hcl.Range   // of the value
	nameAt  hcl.Range   // of the attribute's name
	elemsAt []hcl.Range // of each text of a list written in place; else nil
}

func (n *node) has(name string) bool { _, ok := n.vals[name]; return ok }

func (n *node) text(name string) string { s, _ := n.vals[name].v.(string); return s }

func (n *node) texts(name string) []string { s, _ := n.vals[name].v.([]string); return s }

func (n *node) bool(name string) bool { b, _ := n.vals[name].v.(bool); return b }

func (n *node) number(name string) int { i, _ := n.vals[name].v.(int); return i }

func (n *node) duration(name string) time.Duration {
	d, _ := n.vals[name].v.(time.Duration)
	return d
}

func (n *node) verdict(name string) clawrden.Verdict {
	v, _ := n.vals[name].v.(clawrden.Verdict)
	return v
}

// children returns the inner blocks of one type.
func (n *node) children(name string) []*node {
	var out []*node
	for _, c := range n.nodes {
		if c.schema.name == name {
			out = append(out, c)
		}
	}
	return out
}

// elemAt is the place of the i-th text of a list: its own where it is written in place, else the whole value's.
func (v *value) elemAt(i int) hcl.Range {
	if i < len(v.elemsAt) {
		return v.elemsAt[i]
	}
	return v.at
}

// decode reads a block's body by its schema. It reports all mistakes that it finds and returns what it could read.
func decode(body hcl.Body, b *block, ctx *hcl.EvalContext) (*node, hcl.Diagnostics) {
	content, diags := body.Content(b.body())
	diags = withoutEchoes(diags)
	n := &node{schema: b, vals: make(map[string]value, len(content.Attributes))}
	for _, a := range content.Attributes {
		v, ds := decodeAttr(a, b.attr(a.Name), ctx)
		diags = append(diags, ds...)
		if !ds.HasErrors() {
			n.vals[a.Name] = v
		}
	}
	seen := map[string]hcl.Range{}
	for _, c := range content.Blocks {
		cb := b.block(c.Type)
		if at, ok := seen[c.Type]; ok && !cb.many {
			diags = append(diags, problem(c.DefRange, "Duplicate "+c.Type+" block", "The first stands at %s. Write both in one block.", place(at)))
			continue
		}
		seen[c.Type] = c.DefRange
		inner, ds := decodeBlock(c, cb, ctx)
		diags = append(diags, ds...)
		n.nodes = append(n.nodes, inner)
	}
	return n, diags
}

func decodeBlock(c *hcl.Block, b *block, ctx *hcl.EvalContext) (*node, hcl.Diagnostics) {
	n, diags := decode(c.Body, b, ctx)
	n.at = c.DefRange
	if len(c.Labels) > 0 {
		n.name, n.nameAt = c.Labels[0], c.LabelRanges[0]
		if d := checkName(b, n); d != nil {
			diags = append(diags, d)
		}
	}
	return n, diags
}

func decodeAttr(a *hcl.Attribute, spec *attr, ctx *hcl.EvalContext) (value, hcl.Diagnostics) {
	out := value{at: a.Expr.Range(), nameAt: a.NameRange}
	if spec.kind == kindRef {
		name, diags := reference(a.Expr, spec)
		out.v = name
		return out, diags
	}
	if d := unknownName(a.Expr, ctx); d != nil {
		return out, hcl.Diagnostics{d}
	}
	v, diags := a.Expr.Value(ctx)
	if diags.HasErrors() {
		return out, hinted(diags)
	}
	if !v.IsWhollyKnown() || v.IsNull() {
		return out, hcl.Diagnostics{problem(out.at, "Missing value", "%s must be %s, not null.", spec.name, spec.kind)}
	}
	var ok bool
	switch spec.kind {
	case kindText:
		out.v, ok = asText(v)
	case kindTexts:
		out.v, ok = asTexts(v)
		if exprs, ds := hcl.ExprList(a.Expr); !ds.HasErrors() {
			for _, e := range exprs {
				out.elemsAt = append(out.elemsAt, e.Range())
			}
		}
	case kindBool:
		if ok = v.Type() == cty.Bool; ok {
			out.v = v.True()
		}
	case kindNumber:
		out.v, ok = asNumber(v)
	case kindDuration, kindVerdict, kindEnum:
		var d *hcl.Diagnostic
		out.v, d = asWord(v, spec, out.at)
		if d != nil {
			return out, hcl.Diagnostics{d}
		}
		ok = true
	case kindTextMap:
		out.v, ok = asTextMap(v)
	case kindTextLists:
		out.v, ok = asTextLists(v)
	case kindNumbers:
		out.v, ok = asNumbers(v)
	case kindAny:
		out.v, ok = v, true
	case kindRef:
	}
	if !ok {
		return out, hcl.Diagnostics{problem(out.at, "Wrong type of value", "%s must be %s; this is %s.", spec.name, spec.kind, friendly(v))}
	}
	return out, nil
}

func asText(v cty.Value) (string, bool) {
	if v.Type() != cty.String {
		return "", false
	}
	return v.AsString(), true
}

func asTexts(v cty.Value) ([]string, bool) {
	t := v.Type()
	if v.IsNull() || !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		return nil, false
	}
	out := make([]string, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() || e.Type() != cty.String {
			return nil, false
		}
		out = append(out, e.AsString())
	}
	return out, true
}

func asNumbers(v cty.Value) ([]uint32, bool) {
	if !v.Type().IsTupleType() && !v.Type().IsListType() {
		return nil, false
	}
	var out []uint32
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() {
			return nil, false
		}
		n, ok := asNumber(e)
		if !ok || n < 0 || n > math.MaxUint32 {
			return nil, false
		}
		out = append(out, uint32(n))
	}
	return out, true
}

func asTextMap(v cty.Value) (map[string][]string, bool) {
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return nil, false
	}
	out := map[string][]string{}
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		texts, ok := asTexts(e)
		if !ok {
			return nil, false
		}
		out[k.AsString()] = texts
	}
	return out, true
}

func asTextLists(v cty.Value) ([][]string, bool) {
	if !v.Type().IsTupleType() && !v.Type().IsListType() {
		return nil, false
	}
	var out [][]string
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		texts, ok := asTexts(e)
		if !ok {
			return nil, false
		}
		out = append(out, texts)
	}
	return out, true
}

func asNumber(v cty.Value) (int, bool) {
	n, err := convert.Convert(v, cty.Number)
	if err != nil || v.Type() != cty.Number {
		return 0, false
	}
	i, acc := n.AsBigFloat().Int64()
	return int(i), acc == big.Exact
}

// asWord reads a text that must be one of a few, and says which were meant.
func asWord(v cty.Value, spec *attr, at hcl.Range) (any, *hcl.Diagnostic) {
	s, ok := asText(v)
	if !ok {
		return nil, problem(at, "Wrong type of value", "%s must be %s; this is %s.", spec.name, spec.kind, friendly(v))
	}
	if spec.kind == kindDuration {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 || d > maxDuration {
			return nil, problem(at, "Not a duration", "%q is not a duration between 1ms and 7 days; write it like \"90s\", \"15m\" or \"2h\".", s)
		}
		return d, nil
	}
	if spec.kind == kindVerdict {
		w, err := clawrden.ParseVerdict(s)
		if err != nil {
			return nil, problem(at, "Not a verdict", "%q is not an action; use \"allow\", \"deny\" or \"ask\".%s", s, didYouMean(s, []string{"allow", "deny", "ask"}))
		}
		return w, nil
	}
	if !slices.Contains(spec.enum, s) {
		return nil, problem(at, "Not a value of "+spec.name, "%q is not known here; use %s.%s", s, oneOf(spec.enum), didYouMean(s, spec.enum))
	}
	return s, nil
}

// maxDuration bounds every duration in a policy: longer ones are typing mistakes.
const maxDuration = 7 * 24 * time.Hour

// reference reads TYPE.NAME, as in approval.two-person; it isn't evaluated.
func reference(e hcl.Expression, spec *attr) (string, hcl.Diagnostics) {
	want := spec.enum[0]
	wrong := func() (string, hcl.Diagnostics) {
		return "", hcl.Diagnostics{problem(e.Range(), "Not a name of an "+want, "%s must be the name of a block, like %s.NAME, without quotes.", spec.name, want)}
	}
	t, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() || len(t) != 2 || t.RootName() != want {
		return wrong()
	}
	step, ok := t[1].(hcl.TraverseAttr)
	if !ok {
		return wrong()
	}
	return step.Name, nil
}

// maxName bounds the labels of blocks: they are shown on every door.
const maxName = 128

func checkName(b *block, n *node) *hcl.Diagnostic {
	if n.name == "" || len(n.name) > maxName {
		return problem(n.nameAt, "Bad name", "The name of a %s block has 1 to %d characters.", b.name, maxName)
	}
	for _, r := range n.name {
		if r < ' ' || r == 0x7f || r > 0x7e && b.name != "test" {
			return problem(n.nameAt, "Bad name", "The name of a %s block holds printable ASCII characters only.", b.name)
		}
	}
	return nil
}

func place(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }
