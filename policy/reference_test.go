package policy

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReference checks that docs/policy-reference.md is what the code says; with UPDATE set it is written anew.
func TestReference(t *testing.T) {
	var b bytes.Buffer
	if err := writeReference(&b); err != nil {
		t.Fatal(err)
	}
	const name = "../docs/policy-reference.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Errorf("%s isn't up to date; run UPDATE=1 go test ./policy -run Reference", name)
	}
}

func TestSchemaTables(t *testing.T) {
	var walk func(b *block, path string)
	seen := map[*block]bool{}
	walk = func(b *block, path string) {
		if seen[b] {
			return
		}
		seen[b] = true
		for _, a := range b.attrs {
			if a.doc == "" || !strings.HasSuffix(a.doc, ".") && !strings.Contains(a.doc, "After so many") {
				t.Errorf("%s.%s has no sentence of documentation: %q", path, a.name, a.doc)
			}
			if b.attr(a.name) == nil || (a.kind == kindEnum || a.kind == kindRef) != (len(a.enum) > 0) {
				t.Errorf("%s.%s: kind and enum don't fit", path, a.name)
			}
		}
		for _, c := range b.blocks {
			walk(c, path+"."+c.name)
		}
	}
	walk(fileSchema, "")
}

// What the reference says beside the schema speaks of what is there.
func TestReferenceTables(t *testing.T) {
	for name := range functions {
		if functionDocs[name] == "" {
			t.Errorf("the function %s has no sentence in the reference", name)
		}
	}
	if len(functionDocs) != len(functions) {
		t.Error("the reference has sentences about functions that aren't there")
	}
	for key := range defaults {
		block, name, _ := strings.Cut(key, ".")
		if b := fileSchema.block(block); b == nil || b.attr(name) == nil {
			t.Errorf("the reference has a default of %s, which isn't there", key)
		}
	}
}

func TestJSONSchema(t *testing.T) {
	var s struct {
		Properties map[string]any            `json:"properties"`
		Defs       map[string]map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(JSONSchema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, b := range fileSchema.blocks {
		if s.Properties[b.name] == nil || s.Defs["file."+b.name] == nil {
			t.Errorf("the schema lacks %s", b.name)
		}
	}
}

// TestFilesAreFormatted keeps the policy files that come with Clawrden in their canonical layout.
func TestFilesAreFormatted(t *testing.T) {
	for _, pattern := range []string{"tools/*.hcl", "../packaging/policy.d/*.hcl"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: no files, %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			formatted := Format(name, data)
			if !bytes.Equal(data, formatted) {
				if os.Getenv("UPDATE") != "" {
					if err := os.WriteFile(name, formatted, 0o600); err != nil {
						t.Fatal(err)
					}
					continue
				}
				t.Errorf("%s isn't formatted; run UPDATE=1 go test ./policy -run Formatted", name)
			}
		}
	}
}
