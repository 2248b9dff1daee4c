package guard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExcess names each capability with which a session could leave its boundary, and none of those that containers have by default.
func TestExcess(t *testing.T) {
	for _, list := range []map[string]uint{tooMuch, ofRoot} {
		for name, n := range list {
			if got := excess(1<<n, tooMuch, ofRoot); got != name {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	const docker = 0xa80425fb // chown to setfcap, as engines give them
	if got := excess(docker, tooMuch); got != "" {
		t.Errorf("root in a container of the engine's defaults is refused for %s", got)
	}
	if got := excess(docker, tooMuch, ofRoot); got == "" {
		t.Error("a user with root's capabilities is let in")
	}
}

// TestTraceable refuses sessions where nothing can be held.
func TestTraceable(t *testing.T) {
	for scope, ok := range map[string]bool{"0\n": true, "1\n": true, "2\n": true, "3\n": false} {
		file := filepath.Join(t.TempDir(), "ptrace_scope")
		if err := os.WriteFile(file, []byte(scope), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := traceable(file); (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "ptrace_scope is 3") {
			t.Errorf("%q: %v", scope, err)
		}
	}
	if err := traceable(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Error(err)
	}
}
