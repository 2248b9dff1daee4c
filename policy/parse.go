package policy

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/clawrden/clawrden"
)

// Options are what a policy depends on beside its files.
type Options struct {
	Executors []string                          // kinds of executor that this build has; nil means mirror, unit and local
	Enforces  []string                          // of Enforceable, what this build acts on; nil means none
	Group     func(name string) (uint32, error) // looks a group's id up; nil: names of groups are errors
	Bridges   []string                          // bridges whose people can be approvers; nil: this build has none
	// CheckProfile says what is wrong with a profile whose block reads well, such as that nothing could run under it; nil: it
	// is found when the profile is used.
	CheckProfile func(*clawrden.Profile) error
	Untested     bool // don't run the policy's own tests and examples: Tests and Examples tell how they end

	// Convert makes HCL's JSON form of a policy in the YAML form, each rule on the line where it stands; nil: there is none.
	Convert func(name string, text []byte) ([]byte, hcl.Diagnostics)
}

// Limits of what is read as policy.
const (
	maxFiles = 4096     // files of all layers
	maxBytes = 32 << 20 // of all files together; 10,000 rules take about 2 MiB
	maxDepth = 100      // brackets within brackets: the parser recurses
)

// Parse compiles a policy from memory: names, as messages show them, to contents. Names that end in .json hold HCL's JSON
// form. With errors in the diagnostics the returned policy denies all and serves to print them.
func Parse(files map[string][]byte) (*Policy, hcl.Diagnostics) { return Options{}.Parse(files) }

// Parse compiles a policy from memory, as the function Parse does.
func (o Options) Parse(files map[string][]byte) (*Policy, hcl.Diagnostics) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	// As Load has them: by the names without directories. Rules may go by their order, and the digest does.
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(baseName(a), baseName(b)), cmp.Compare(a, b)) })
	sources := make([]source, len(names))
	for i, name := range names {
		sources[i] = source{name: name, data: files[name]}
	}
	return o.parse(sources)
}

// source is one file's content, with the name that messages show.
type source struct {
	name string
	data []byte
	json []byte // what a file in the YAML form was converted to
}

// converted replaces a file in the YAML form, which must be the only one: first-match rules beside others would mean
// something else than either.
func (o *Options) converted(sources []source) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for i := range sources {
		s := &sources[i]
		switch {
		case !IsYAML(s.name):
			continue
		case o.Convert == nil:
			return append(diags, unplaced(s.name, "YAML can't be read here", "Convert it: `clawrden policy convert %s`.", s.name))
		case len(sources) > 1:
			other := sources[(i+1)%len(sources)].name
			return append(diags, unplaced(s.name, "YAML beside other files", "A policy in the YAML form stands alone, and %s is there too. Turn it into HCL with `clawrden policy convert %s`, or take the other files away.", other, s.name))
		}
		var ds hcl.Diagnostics
		s.json, ds = o.Convert(s.name, s.data)
		diags = append(diags, ds...)
	}
	return diags
}

// IsYAML reports whether a file is taken for a policy in the YAML form, by its name.
func IsYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// parse compiles files that are in their final order.
func (o Options) parse(sources []source) (*Policy, hcl.Diagnostics) {
	parsed := make(map[string]*hcl.File, len(sources))
	diags := o.converted(sources)
	if diags.HasErrors() {
		for _, s := range sources {
			parsed[s.name] = &hcl.File{Bytes: s.data}
		}
		return denyAll(whyInvalid, parsed), diags
	}
	var top []*hcl.File
	for _, s := range sources {
		f, ds := parseFile(s)
		diags = append(diags, ds...)
		if f == nil {
			f = &hcl.File{Bytes: s.data}
		} else {
			top = append(top, f)
		}
		parsed[s.name] = f
	}
	if diags.HasErrors() {
		return denyAll(whyInvalid, parsed), diags
	}
	nodes, ds := decodeFiles(top)
	diags = append(diags, ds...)
	if diags.HasErrors() {
		return denyAll(whyInvalid, parsed), diags
	}
	p, ds := compile(nodes, o)
	diags = append(diags, ds...)
	if diags.HasErrors() {
		return denyAll(whyInvalid, parsed), diags
	}
	p.files, p.digest, p.recalls = parsed, digest(sources), p.anyPred(hinges) || len(p.grants) > 0
	for _, s := range sources {
		if s.json != nil { // messages show what the operator wrote
			parsed[s.name] = &hcl.File{Bytes: s.data}
		}
		p.texts = append(p.texts, clawrden.PolicyFile{Name: s.name, Text: string(s.data)})
	}
	if !o.Untested {
		diags = append(diags, p.checkExamples()...)
		diags = append(diags, p.checkTests()...)
	}
	if diags.HasErrors() {
		return denyAll(whyInvalid, parsed), diags
	}
	if len(diags) == 0 { // nothing is left to show: the syntax trees can go
		for name, f := range parsed {
			parsed[name] = &hcl.File{Bytes: f.Bytes}
		}
	}
	return p, diags
}

const whyInvalid = "The policy has errors, so every command is denied; `clawrden policy check` shows them."

// parseFile reads one file's syntax. The file is nil where nothing of it can be used.
func parseFile(s source) (f *hcl.File, diags hcl.Diagnostics) {
	start := hcl.Range{Filename: s.name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if d := tooDeep(s); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	defer func() { // the parser is not ours; whatever it does, a bad file is only a bad file
		if r := recover(); r != nil {
			f, diags = nil, hcl.Diagnostics{problem(start, "The file can't be parsed", "The parser failed: %v.", r)}
		}
	}()
	if s.json != nil {
		return json.Parse(s.json, s.name)
	}
	if strings.HasSuffix(s.name, ".json") {
		return json.Parse(s.data, s.name)
	}
	return hclsyntax.ParseConfig(s.data, s.name, hcl.InitialPos)
}

// tooDeep refuses brackets nested deeper than anyone writes, before the recursive parser sees them. It counts those in
// texts and comments too, which does no harm.
func tooDeep(s source) *hcl.Diagnostic {
	depth := 0
	for i, c := range s.data {
		switch c {
		case '(', '[', '{':
			if depth++; depth > maxDepth {
				line := 1 + bytes.Count(s.data[:i], []byte("\n"))
				pos := hcl.Pos{Line: line, Column: 1, Byte: i}
				at := hcl.Range{Filename: s.name, Start: pos, End: pos}
				return problem(at, "Nested too deeply", "More than %d brackets are open here.", maxDepth)
			}
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return nil
}

func baseName(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// digest is over the names without their directories, so that a policy moved elsewhere is the same policy.
func digest(sources []source) string {
	h := sha256.New()
	for _, s := range sources {
		base := baseName(s.name)
		var n [16]byte
		binary.BigEndian.PutUint64(n[:8], uint64(len(base)))
		binary.BigEndian.PutUint64(n[8:], uint64(len(s.data)))
		h.Write(n[:])
		fmt.Fprint(h, base)
		h.Write(s.data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
