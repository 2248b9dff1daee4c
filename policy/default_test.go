package policy

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDefaultPolicyLoads(t *testing.T) {
	names, err := filepath.Glob("../packaging/policy.d/*.hcl")
	if err != nil || len(names) == 0 {
		t.Fatal("no default policy: ", err)
	}
	files := map[string][]byte{}
	for _, n := range names {
		if files[n], err = os.ReadFile(n); err != nil {
			t.Fatal(err)
		}
	}
	if p, diags := Parse(files); len(diags) > 0 {
		t.Error(printed(p, diags))
	}
}
