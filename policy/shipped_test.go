package policy

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// The example policies load by themselves, which includes that their examples and tests hold, and lint clean.
func TestExamplePolicies(t *testing.T) {
	names, err := filepath.Glob("../packaging/examples/*.hcl")
	if err != nil || len(names) < 4 {
		t.Fatal("the example policies are missing: ", names, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p, diags := Parse(map[string][]byte{name: data})
			if diags = append(diags, p.Lint()...); len(diags) > 0 {
				t.Fatal(printed(p, diags))
			}
			if len(p.tests) < 5 {
				t.Errorf("%s has only %d tests", name, len(p.tests))
			}
		})
	}
}

// The default policy allows interpreters to run the project's programs and says so; the linter has nothing else to say.
func TestDefaultPolicyLintsClean(t *testing.T) {
	p := defaultPolicy(t)
	var found hcl.Diagnostics
	for _, d := range p.Lint() {
		if d.Summary != "Interpreter without a profile" {
			found = append(found, d)
		}
	}
	if len(found) > 0 {
		t.Error(printed(p, found))
	}
}

// What an operator may well change isn't a test inside the policy, which a rule of the operator's own would then make invalid.
func TestDefaultPolicyAlone(t *testing.T) {
	names, err := filepath.Glob("../packaging/policy.d/*.hcl")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"alone.hcl": []byte(`
test "downloaded shell text, in a session" {
  argv       = ["sh"]
  way        = "guard"
  started_by = ["?bash"]
  cwd        = "/home/dev/project"
  verdict    = "ask"
}
`)}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	if p, diags := Parse(files); diags.HasErrors() {
		t.Error(printed(p, diags))
	}
	files["alone.hcl"] = []byte("rule \"shells\" {\n  commands = [\"sh\", \"bash\", \"dash\", \"mkdir\", \"chmod\", \"npm\", \"make\"]\n  action   = \"allow\"\n}\n")
	if p, diags := Parse(files); diags.HasErrors() {
		t.Error(printed(p, diags))
	}
}
