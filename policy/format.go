package policy

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format gives a policy file in its canonical layout: the same tokens with even indentation and aligned values. It doesn't
// check the file. The JSON form has no canonical layout and is returned as it is.
func Format(name string, data []byte) []byte {
	if len(name) > 5 && name[len(name)-5:] == ".json" || tooDeep(source{name: name, data: data}) != nil {
		return data
	}
	return hclwrite.Format(data)
}

// Text is no policy but a file's text, to print diagnostics with.
func Text(name string, data []byte) *Policy {
	return denyAll(whyInvalid, map[string]*hcl.File{name: {Bytes: data}})
}

// Syntax checks a file's syntax alone. The policy serves to print the diagnostics.
func Syntax(name string, data []byte) (*Policy, hcl.Diagnostics) {
	f, diags := parseFile(source{name: name, data: data})
	if f == nil {
		f = &hcl.File{Bytes: data}
	}
	return denyAll(whyInvalid, map[string]*hcl.File{name: f}), diags
}
