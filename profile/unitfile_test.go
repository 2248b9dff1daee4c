package profile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

func TestUnitText(t *testing.T) {
	u := &Unit{
		Properties: []Property{
			{"NoNewPrivileges", true},
			{"PrivateNetwork", false},
			{"SystemCallArchitectures", []string{"native"}},
			{"SystemCallFilter", Names{Allow: true, List: []string{"read", "write"}}},
			{"RestrictAddressFamilies", Names{List: []string{"AF_UNIX"}}},
			{"SystemCallErrorNumber", int32(1)},
			{"CPUQuotaPerSecUSec", uint64(1_500_000)},
			{"RuntimeMaxUSec", uint64(90_000_000)},
			{"LimitNOFILE", uint64(10)},
			{"LimitNOFILESoft", uint64(10)},
			{"MemoryMax", uint64(1 << 20)},
		},
		Inside: []Gap{{"limits.output", "nobody counts"}},
	}
	const want = `NoNewPrivileges=yes
PrivateNetwork=no
SystemCallArchitectures=native
SystemCallFilter=read write
RestrictAddressFamilies=~AF_UNIX
SystemCallErrorNumber=EPERM
CPUQuota=150%
RuntimeMaxSec=90000000us
LimitNOFILE=10
MemoryMax=1048576
# not held by these properties, but by the launcher or the executor:
#   limits.output: nobody counts
`
	if got := u.Text(); got != want {
		t.Errorf("got\n%s", got)
	}
}

// Systemd itself reads every line.
func TestSystemdReadsTheUnit(t *testing.T) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze isn't installed")
	}
	for what, p := range walled(t) {
		p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}, Hidden: []string{"/root", "~/.ssh"}}
		p.Limits = clawrden.Limits{Memory: 1 << 30, Tasks: 64, CPU: 150, OpenFiles: 1024, Time: 90e9}
		u, err := Systemd(p, modern)
		if err != nil {
			t.Fatal(what, err)
		}
		file := filepath.Join(t.TempDir(), "job.service")
		if err := os.WriteFile(file, []byte("[Unit]\nDescription=test\n[Service]\nExecStart=/bin/true\n"+u.Text()), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), tool, "verify", "--man=no", "--recursive-errors=no", file).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "job.service") && !strings.Contains(line, "Failed to parse system call, ignoring") && !strings.Contains(line, "System call ") {
				t.Errorf("%s: %s", what, line)
			}
		}
		if err != nil && len(out) == 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestPlanText(t *testing.T) {
	p := &Plan{
		Name: "p", Arch: AMD64,
		Filter: []unix.SockFilter{
			load(offArch), jump(unix.BPF_JEQ, 0xc000003e, 1, 0), ret(retKill), load(offNumber), jump(unix.BPF_JGT, 9, 0, 1),
			{Code: unix.BPF_JMP | unix.BPF_JA, K: 2},
			load(offArgs + 12),
			{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 15},
			load(offArgs + 8), jump(unix.BPF_JGE, 3, 0, 1), ret(refuse(unix.EACCES)), ret(unix.SECCOMP_RET_ALLOW), ret(unix.SECCOMP_RET_LOG),
		},
		Landlock: Landlock{ABI: 4, Access: 15, Net: 3, Paths: []Path{{Name: "/usr", Access: 13}, {Base: BaseCwd, Access: 15}, {Base: BaseHome, Name: ".cache", Access: 15}}, Ports: []Port{{443, 2}}},
		Rlimits:  []Rlimit{{unix.RLIMIT_NOFILE, 64}},
		Gaps:     []Gap{{"limits.memory", "no cgroup"}},
	}
	const want = `# p on amd64: 13 instructions
   0  ld arch
   1  jeq 0xc000003e, 3, 2
   2  ret kill
   3  ld nr
   4  jgt 0x9, 5, 6
   5  ja 8
   6  ld args[1].high
   7  and 0xf
   8  ld args[1].low
   9  jge 0x3, 10, 11
  10  ret errno EACCES
  11  ret allow
  12  ret 0x7ffc0000
# Landlock, version 4: handled fs 0xf net 0x3 scoped 0x0
path 0x000d /usr
path 0x000f cwd
path 0x000f ~/.cache
port 0x0002 443
rlimit 7 64
# not held by this plan alone:
#   limits.memory: no cgroup
`
	if got := p.Text(); got != want {
		t.Errorf("got\n%s", got)
	}
}
