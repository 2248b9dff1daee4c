package system

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var units = []string{"clawrden.service", "clawrden.socket", "clawrden-control.socket", "clawrden-agents.path", "clawrden-jobs.slice", "clawrden-agents.slice"}

// The unit is as closed as it says, and as it runs.
func TestSandbox(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		const most = "30" // 3.0
		if r := m.run("systemd-analyze", "security", "--no-pager", "--threshold="+most, "clawrden.service"); r.code != 0 {
			t.Errorf("exposure: %v", r)
		}
		if r := m.run(append([]string{"systemd-analyze", "verify", "--man=no"}, units...)...); r.code != 0 || r.stderr != "" {
			t.Errorf("systemd-analyze verify: %v", r)
		}
		status := m.must(t, "cat", "/proc/"+m.mainPID()+"/status")
		for name, want := range map[string]string{
			"NoNewPrivs": "1",
			"Seccomp":    "2",
			"CapEff":     "0000000000080025", // chown, dac_read_search, kill, sys_ptrace
			"CapBnd":     "0000000000080025",
		} {
			if got := regexp.MustCompile(name + `:\s*(\S+)`).FindStringSubmatch(status); got == nil || got[1] != want {
				t.Errorf("%s is %v, want %s", name, got, want)
			}
		}
		for property, want := range map[string]string{
			"DevicePolicy": "auto", "DeviceAllow": "", "IPAddressAllow": "", "IPAddressDeny": "", "IPIngressFilterPath": "",
			"RestrictNetworkInterfaces": "", "RestrictFileSystems": "", "BPFProgram": "", "SocketBindDeny": "",
		} {
			if got := m.must(t, "systemctl", "show", "--value", "-p", property, "clawrden.service"); got != want && got != "~" { // all but nothing
				t.Errorf("%s is %q: systemd makes eBPF of that", property, got)
			}
		}
		if got := m.must(t, "systemctl", "show", "--value", "-p", "RestrictAddressFamilies", "clawrden.service"); got != "AF_UNIX" {
			t.Errorf("it may use the addresses %s", got)
		}
	})
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
