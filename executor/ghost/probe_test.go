package ghost

import (
	"os"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/testutil"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/policy"
	"github.com/clawrden/clawrden/profile"
)

// A ghost lets a command do what the documented table says, under each profile that is shipped: the same as the launcher alone.
// Without a profile the engine's own filter is all there is, so that isn't compared.
func TestProfileTable(t *testing.T) {
	if have := launch.LandlockABI(); have < profile.LandlockABI {
		t.Skipf("the kernel has version %d of Landlock", have)
	}
	docker := testutil.Docker(t)
	s := newStand(t, docker)
	program, err := os.ReadFile(testutil.Probe(t))
	if err != nil {
		t.Fatal(err)
	}
	docker.Image(t, "probe:1", map[string][]byte{"usr/local/bin/probe": program, "usr/bin/true": program, "etc/passwd": []byte("root:x:0:0::/:/bin/sh\n")})
	p, diags := policy.Parse(map[string][]byte{"p.hcl": []byte("policy {\n  default = \"deny\"\n}\n")})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	run := func(held *clawrden.Profile) []testutil.Tried {
		if err := os.RemoveAll(s.dir); err != nil {
			t.Fatal(err)
		}
		testutil.ProbeLayout(t, "/", s.dir, s.dir+"/home", s.dir+"/tmp", stranger, stranger)
		j := s.command("")
		j.Request.Tool, j.Request.Argv = "probe", []string{"probe"}
		j.Decision.Place.Image, j.Decision.Place.Network, j.Decision.Profile = "probe:1", "host", held
		got, err := s.run(t.Context(), j)
		if code := got.exit.Code(); err != nil || code == nil || *code != 0 {
			t.Fatalf("%+v, %v", got, err)
		}
		return testutil.Tries(t, got.out)
	}
	bare := run(nil)
	for _, name := range []string{"default", "read-only", "build", "offline", "network-client"} {
		b, ok := p.Profile(name)
		if !ok {
			t.Fatalf("there is no profile %q", name)
		}
		t.Run(name, func(t *testing.T) { testutil.CompareTries(t, name, run(&b.Profile), bare, true) })
	}
	s.gone()
}
