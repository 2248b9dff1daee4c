package shim

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDependencies keeps the shim small: what it is made of changes only on purpose.
func TestDependencies(t *testing.T) {
	const golden = "testdata/deps.txt"
	c := exec.Command("go", "list", "-deps", "../cmd/clawrden-shim")
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	got, err := c.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	own := func(b []byte) (kept []string) { // the standard library's inner packages differ from release to release
		for line := range strings.FieldsSeq(string(b)) {
			if !strings.HasPrefix(line, "internal/") && !strings.HasPrefix(line, "runtime/") && !strings.HasPrefix(line, "math/") {
				kept = append(kept, line)
			}
		}
		return kept
	}
	if d := cmp.Diff(own(want), own(got)); d != "" {
		t.Errorf("the shim's dependencies changed (-golden +now); go test ./shim -update if that is meant:\n%s", d)
	}
	for _, never := range []string{"os", "fmt", "net", "encoding/json", "reflect"} {
		if strings.Contains("\n"+string(got), "\n"+never+"\n") {
			t.Errorf("the shim depends on %s", never)
		}
	}
}

func TestNameOfTheTool(t *testing.T) {
	for _, tt := range []struct {
		execfn string
		args   []string
		want   string
	}{
		{"/usr/local/bin/git", []string{"git"}, "git"},
		{"/usr/local/bin/git", []string{"weird"}, "git"},
		{"./git", nil, "git"},
		{"git", []string{""}, "git"},
		{"/dev/fd/5", []string{"git"}, "git"},
		{"/proc/self/fd/5", []string{"/usr/bin/git"}, "git"},
		{"/proc/self/fd/5", nil, ""},
		{"", nil, ""},
		{"/usr/bin/", []string{"x"}, ""},
	} {
		s := start{execfn: tt.execfn, args: tt.args}
		if got := s.tool(); got != tt.want {
			t.Errorf("called as %q with %q: %q, want %q", tt.execfn, tt.args, got, tt.want)
		}
	}
}

func TestGetenvTakesTheFirst(t *testing.T) {
	s := start{env: []string{"", "A", "AB=no", "A=1", "A=2", "EMPTY="}}
	for name, want := range map[string]string{"A": "1", "AB": "no", "EMPTY": "", "B": ""} {
		if got := s.getenv(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}
