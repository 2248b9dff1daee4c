package system

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// scrape reads the metrics' port from inside the machine, with what every machine has.
func (m *machine) scrape() result {
	return m.run("timeout", "60", "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/9478 && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && cat <&3`)
}

// The port for metrics is off until it is enabled, is handed to a daemon that runs already, and stays over restarts; the first
// who reads it starts the daemon.
func TestMetricsPort(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		if r := m.agent("id"); r.code != 0 {
			t.Fatal(r)
		}
		if r := m.scrape(); r.code == 0 {
			t.Errorf("the port was there before it was enabled: %v", r)
		}
		m.must(t, "systemctl", "enable", "clawrden-metrics.socket")
		m.must(t, "systemctl", "stop", "clawrden.service")
		m.must(t, "systemctl", "start", "clawrden-metrics.socket", "clawrden.service")
		tells := func(when string, lines ...string) {
			t.Helper()
			eventually(t, fmt.Sprintf("%s, the port tells %q", when, lines), func() bool {
				r := m.scrape()
				return r.code == 0 && !slices.ContainsFunc(lines, func(line string) bool { return !strings.Contains(r.stdout, "\n"+line) })
			})
		}
		tells("enabled", "clawrden_build_info{", "clawrden_bus_up 1\n", "clawrden_policy_last_reload_successful 1\n")
		if r := m.agent("id"); r.code != 0 {
			t.Error(r)
		}
		tells("used", `clawrden_requests_total{executor="mirror",verdict="allow",way="shim"} 1`)
		m.must(t, "systemctl", "restart", "clawrden.service")
		tells("restarted", "clawrden_kill_switch_on 0\n")
		m.must(t, "systemctl", "stop", "clawrden.service")
		tells("stopped and read", "clawrden_kill_switch_on 0\n")
	})
}
