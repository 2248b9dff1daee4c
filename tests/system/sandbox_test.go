package system

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var units = []string{"clawrden.service", "clawrden-guard.service", "clawrden.socket", "clawrden-control.socket", "clawrden-judge.socket", "clawrden-guard.socket", "clawrden-agents.path", "clawrden-diverted.path", "clawrden-diverted.service", "clawrden-jobs.slice", "clawrden-agents.slice"}

// The units are as closed as they say, and as they run.
func TestSandbox(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		m.must(t, "systemctl", "start", "clawrden-guard.service")
		if r := m.run(append([]string{"systemd-analyze", "verify", "--man=no"}, units...)...); r.code != 0 || r.stderr != "" {
			t.Errorf("systemd-analyze verify: %v", r)
		}
		m.closed(t, "clawrden.service", "0000000000080025")       // chown, dac_read_search, kill, sys_ptrace
		m.closed(t, "clawrden-guard.service", "0000000000080024") // the same without chown
	})
}

// closed looks at a service, which runs: its exposure, what it can, and that none of it is eBPF.
func (m *machine) closed(t *testing.T, unit, capabilities string) {
	t.Helper()
	const most = "30" // 3.0
	if r := m.run("systemd-analyze", "security", "--no-pager", "--threshold="+most, unit); r.code != 0 {
		t.Errorf("%s: exposure: %v", unit, r)
	}
	pid := m.must(t, "systemctl", "show", "--value", "-p", "MainPID", unit)
	status := m.must(t, "cat", "/proc/"+pid+"/status")
	for name, want := range map[string]string{"NoNewPrivs": "1", "Seccomp": "2", "CapEff": capabilities, "CapBnd": capabilities} {
		if got := regexp.MustCompile(name + `:\s*(\S+)`).FindStringSubmatch(status); got == nil || got[1] != want {
			t.Errorf("%s: %s is %v, want %s", unit, name, got, want)
		}
	}
	for property, want := range map[string]string{
		"DevicePolicy": "auto", "DeviceAllow": "", "IPAddressAllow": "", "IPAddressDeny": "", "IPIngressFilterPath": "",
		"RestrictNetworkInterfaces": "", "RestrictFileSystems": "", "BPFProgram": "", "SocketBindDeny": "",
	} {
		if got := m.must(t, "systemctl", "show", "--value", "-p", property, unit); got != want && got != "~" { // all but nothing
			t.Errorf("%s: %s is %q: systemd makes eBPF of that", unit, property, got)
		}
	}
	if got := m.must(t, "systemctl", "show", "--value", "-p", "RestrictAddressFamilies", unit); got != "AF_UNIX" {
		t.Errorf("%s: it may use the addresses %s", unit, got)
	}
}

// No unit file names a property that systemd makes eBPF of, nor the capability that would undo all else.
func TestNoBPFInUnits(t *testing.T) {
	never := regexp.MustCompile(`(?m)^(PrivateDevices|ProtectClock|DevicePolicy|DeviceAllow|IPAddress\w*|IPIngressFilterPath|IPEgressFilterPath|IPAccounting|SocketBind\w*|RestrictNetworkInterfaces|RestrictFileSystems|BPF\w*|NFTSet)=|CAP_SYS_ADMIN[^,]*$`)
	files, err := filepath.Glob("../../systemd/*.s*[et]*")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("../../systemd/*.path")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, paths...)
	if len(files) < len(units) {
		t.Fatalf("only %q", files)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if !strings.HasPrefix(line, "#") && never.MatchString(strings.TrimSpace(line)) {
				t.Errorf("%s: %s", file, line)
			}
		}
	}
}
