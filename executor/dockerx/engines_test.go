package dockerx

import (
	"errors"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/testutil"
)

// What real engines other than Docker as root say of themselves, and why they run no commands.
func TestOtherEngines(t *testing.T) {
	for _, tt := range []struct {
		name     string
		start    func(testing.TB) *testutil.Dockerd
		engine   string
		rootless bool
		says     string
	}{
		{"podman", testutil.Podman, "podman", false, "it is podman "},
		{"rootless podman", func(t testing.TB) *testutil.Dockerd { return testutil.Rootless(t, "podman") }, "podman", false, "it is podman "},
		{"rootless docker", func(t testing.TB) *testutil.Dockerd { return testutil.Rootless(t, "docker") }, "docker", true, "it is rootless"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := engine(t, tt.start(t).Socket)
			a, err := e.About(t.Context())
			if err != nil || a.Name != tt.engine || a.Rootless != tt.rootless || a.Version == "" {
				t.Errorf("%+v, %v", a, err)
			}
			if err := e.Runs(t.Context()); !errors.Is(err, ErrUnfit) || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "docker { socket }") {
				t.Errorf("%v", err)
			}
		})
	}
}
