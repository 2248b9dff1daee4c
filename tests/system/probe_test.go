package system

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/testutil"
	"github.com/clawrden/clawrden/launch"
	"github.com/clawrden/clawrden/profile"
)

// A unit lets a command do what the documented table says, under each profile that is shipped: the same as the launcher alone.
func TestUnitProfileTable(t *testing.T) {
	if have := launch.LandlockABI(); have < profile.LandlockABI {
		t.Skipf("the kernel has version %d of Landlock", have)
	}
	onEach(t, func(t *testing.T, m *machine) {
		profiles := []string{"", "default", "read-only", "build", "offline", "network-client"}
		var rules strings.Builder
		for _, name := range profiles {
			tool, held := "probe", ""
			if name != "" {
				tool, held = "probe-"+name, "\n  profile  = profile."+name
			}
			fmt.Fprintf(&rules, "rule %q {\n  commands = [%q]\n  action   = \"allow\"\n  executor = executor.unit%s\n}\n", tool, tool, held)
			m.must(t, "ln", "-sf", "clawrden-shim", "/var/lib/clawrden/shims/"+tool)
			program, err := os.ReadFile(testutil.Probe(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(m.root, "usr/bin", tool), program, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", rules.String())
		m.enable(t)
		m.must(t, "systemd-run", "--quiet", "--unit=listener", "--collect", "/usr/bin/probe", "listen")
		defer m.must(t, "systemctl", "stop", "listener")
		eventually(t, "something listens outside", func() bool { return m.run("grep", "-q", "@clawrden-probe", "/proc/net/unix").code == 0 })
		uid, _ := strconv.Atoi(m.must(t, "id", "-u", "agent"))
		tries := map[string][]testutil.Tried{}
		for _, name := range profiles {
			m.must(t, "rm", "-rf", "/home/agent/probed")
			testutil.ProbeLayout(t, m.root, "/home/agent/probed", "/home/agent", testutil.ProbeTmp, uid, uid)
			m.must(t, "sh", "-ec", "mkdir -p "+testutil.ProbeTmp+"; cp /usr/bin/probe "+testutil.ProbeTmp+"/true") // its /tmp is a mount
			tool := strings.TrimSuffix("probe-"+name, "-")
			r := finish(m.command("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "sh", "-c",
				`cd /home/agent/probed && HOME=/home/agent exec "/var/lib/clawrden/shims/$0"`, tool))
			if r.code != 0 {
				t.Fatalf("%s: %v", tool, r)
			}
			tries[name] = testutil.Tries(t, r.stdout)
			testutil.CompareTries(t, name, tries[name], tries[""], false)
		}
	})
}
