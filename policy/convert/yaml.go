package convert

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"github.com/hashicorp/hcl/v2"
)

// file is the text with what is needed to say where something stands in it.
type file struct {
	name    string
	data    []byte
	lines   []int // where each line begins
	anchors map[string]ast.Node
}

func newFile(name string, data []byte) file {
	f := file{name: name, data: data, lines: []int{0}, anchors: map[string]ast.Node{}}
	for i, c := range data {
		if c == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// parse reads the one document. The body is nil for an empty file.
func (f *file) parse() (body ast.Node, d *hcl.Diagnostic) {
	if d := f.unreadable(); d != nil {
		return nil, d
	}
	defer func() { // the parser is not ours; whatever it does, a bad file is only a bad file
		if v := recover(); v != nil {
			body, d = nil, f.problem(nil, "The file can't be parsed", "The parser failed: %v.", v)
		}
	}()
	tree, err := parser.ParseBytes(f.data, 0)
	if err != nil {
		if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
			at := f.rangeOf(e.GetToken())
			return nil, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Invalid YAML", Detail: sentence(e.GetMessage()), Subject: &at}
		}
		return nil, f.problem(nil, "Invalid YAML", "%s", sentence(err.Error()))
	}
	var docs []ast.Node
	for _, doc := range tree.Docs {
		if doc != nil && doc.Body != nil {
			docs = append(docs, doc.Body)
		}
	}
	switch {
	case len(docs) == 0:
		return nil, nil
	case len(docs) > 1:
		return nil, f.problem(docs[1], "Two documents", "A policy is one document; take the --- out.")
	}
	ast.Walk(f, docs[0])
	return docs[0], nil
}

// Visit gathers the anchors.
func (f *file) Visit(n ast.Node) ast.Visitor {
	if a, ok := n.(*ast.AnchorNode); ok && a.Name != nil {
		f.anchors[a.Name.GetToken().Value] = a.Value
	}
	return f
}

// unreadable refuses what isn't text, or is nested deeper than anyone writes: the parser recurses.
func (f *file) unreadable() *hcl.Diagnostic {
	const deepest = 100
	switch {
	case len(f.data) > maxBytes:
		return f.problem(nil, "Too large", "The file holds more than %d KiB.", maxBytes>>10)
	case !utf8.Valid(f.data) || bytes.IndexByte(f.data, 0) >= 0:
		return f.problem(nil, "Not text", "The file isn't UTF-8.")
	}
	open := 0
	for i, from := range f.lines {
		line := f.data[from:]
		if i+1 < len(f.lines) {
			line = f.data[from:f.lines[i+1]]
		}
		lead := len(line) - len(bytes.TrimLeft(line, " -?:!&*\t"))
		open += bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{")) - bytes.Count(line, []byte("]")) - bytes.Count(line, []byte("}"))
		open = max(open, 0)
		marks := bytes.Count(line, []byte(" !")) + bytes.Count(line, []byte(" &")) + bytes.Count(line, []byte("? "))
		if lead > deepest || open > deepest || marks > deepest || bytes.Count(line, []byte("[")) > 10*deepest || bytes.Count(line, []byte("{")) > 10*deepest {
			pos := hcl.Pos{Line: i + 1, Column: 1, Byte: from}
			return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Nested too deeply", Detail: "No policy is nested like this.", Subject: &hcl.Range{Filename: f.name, Start: pos, End: pos}}
		}
	}
	return nil
}

// problem is an error at a node; nil for the file's beginning.
func (f *file) problem(n ast.Node, summary, format string, args ...any) *hcl.Diagnostic {
	at := hcl.Range{Filename: f.name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if n != nil {
		at = f.rangeOf(n.GetToken())
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: &at}
}

// rangeOf is where a token stands: its column counts characters.
func (f *file) rangeOf(t *token.Token) hcl.Range {
	at := hcl.Range{Filename: f.name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if t == nil || t.Position == nil || t.Position.Line < 1 {
		return at
	}
	line := min(t.Position.Line, len(f.lines))
	from := f.lines[line-1]
	col := 1
	for col < t.Position.Column && from < len(f.data) && f.data[from] != '\n' {
		_, n := utf8.DecodeRune(f.data[from:])
		from += n
		col++
	}
	at.Start = hcl.Pos{Line: line, Column: col, Byte: from}
	size := len(strings.TrimSpace(t.Value))
	if rest := bytes.IndexByte(f.data[from:], '\n'); rest >= 0 {
		size = min(size, rest)
	} else {
		size = min(size, len(f.data)-from)
	}
	at.End = hcl.Pos{Line: line, Column: col + size, Byte: from + size}
	return at
}

func (f *file) line(n ast.Node) int { return f.rangeOf(n.GetToken()).Start.Line }

// sentence makes the parser's message one.
func sentence(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if s == "" {
		return "The file isn't YAML."
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// pair is one key with its value.
type pair struct {
	key   string
	at    ast.Node
	value ast.Node
}

// plain follows aliases, and takes anchors and tags away.
func (r *reader) plain(n ast.Node) ast.Node {
	for range 32 {
		switch x := n.(type) {
		case *ast.AnchorNode:
			n = x.Value
		case *ast.TagNode:
			n = x.Value
		case *ast.AliasNode:
			target := r.anchors[x.Value.GetToken().Value]
			if target == nil {
				r.fail(n, "Unknown alias", "There is no anchor named %q.", x.Value.GetToken().Value)
				return nil
			}
			n = target
		default:
			return n
		}
	}
	r.fail(n, "Circular alias", "This alias leads to itself.")
	return nil
}

func (r *reader) mapping(n ast.Node, what string) ([]pair, bool) {
	var values []*ast.MappingValueNode
	switch x := r.plain(n).(type) {
	case nil:
		return nil, false
	case *ast.MappingNode:
		values = x.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{x}
	default:
		r.fail(n, "Wrong type of value", "%s must be keys with values; this is %s.", what, friendly(x))
		return nil, false
	}
	var out []pair
	for _, v := range values {
		if v.Key == nil || v.Key.IsMergeKey() {
			r.fail(v, "Merge key", "<< isn't read here; write the values out.")
			continue
		}
		out = append(out, pair{key: strings.Trim(v.Key.GetToken().Value, `"'`), at: v.Key, value: v.Value})
	}
	return out, true
}

func (r *reader) list(p pair) ([]ast.Node, bool) {
	switch x := r.plain(p.value).(type) {
	case *ast.SequenceNode:
		return x.Values, true
	case nil:
		return nil, false
	case *ast.NullNode:
		return nil, true
	default:
		r.fail(p.value, "Wrong type of value", "%s must be a list; this is %s.", p.key, friendly(x))
		return nil, false
	}
}

func (r *reader) text(p pair) string { return r.scalar(p.value, p.key) }

// scalar is a value as it is written: numbers and true are words here.
func (r *reader) scalar(n ast.Node, what string) string {
	switch x := r.plain(n).(type) {
	case *ast.StringNode:
		if x.Value == "" {
			break
		}
		return x.Value
	case *ast.LiteralNode:
		return x.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return x.GetToken().Value
	case nil:
		return ""
	case *ast.NullNode:
	default:
		r.fail(n, "Wrong type of value", "%s must be a text; this is %s.", what, friendly(x))
		return ""
	}
	r.fail(n, "Missing value", "%s is empty.", what)
	return ""
}

func friendly(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	}
	return "a single value"
}
