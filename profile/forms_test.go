package profile

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// walled are profiles whose walls must leave what their plans allow.
func walled(t *testing.T) map[string]*clawrden.Profile {
	t.Helper()
	return map[string]*clawrden.Profile{
		"plain": base(nil),
		"tcp": base(func(p *clawrden.Profile) {
			p.Network = clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}}
		}),
		"full": base(func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkFull }),
		"none": base(func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkNone }),
		"arguments": base(func(p *clawrden.Profile) {
			p.Syscalls.Allow = rules(t, "execve", "execveat", "personality: arg0 == 0", "personality: arg0 == 0xffffffff", "keyctl: arg0 != 5", "mseal: arg2 < 3", "fork: arg0 > 7",
				"vfork: arg0 > 3 && arg0 < 9", "bpf: arg1 & 0x6 == 2", "mount: arg0 & 0x6 != 2")
		}),
		"denied arguments": base(func(p *clawrden.Profile) {
			p.Syscalls.Deny = rules(t, "ioctl: arg1 == TIOCSTI", "chmod: arg1 & S_ISUID != 0", "clone: arg0 & CLONE_NEWUSER != 0", "clone3", "openat2")
		}),
		"kill": base(func(p *clawrden.Profile) { p.Syscalls.Default = clawrden.SyscallKill }),
		"deny list": base(func(p *clawrden.Profile) {
			p.Syscalls = clawrden.Syscalls{Default: clawrden.SyscallAllow, Errno: "EACCES", Deny: rules(t, "@mount", "ptrace", "kill: arg1 == 9")}
		}),
	}
}

// everything asks about each call of a machine with all the values for each argument.
func everything(arch Arch, ask func(name string, d *data)) {
	around := append([]uint64{unix.TIOCSTI, unix.S_ISUID, unix.CLONE_NEWUSER, unix.MSG_FASTOPEN, 3, 4, 6, 7, 8, 9}, values...)
	for nr, name := range syscalls.Numbers(string(arch)) {
		for index := range 6 {
			for _, v := range around {
				d := &data{nr: uint32(nr), arch: arch.audit()}
				d.args[index] = v
				ask(name, d)
			}
		}
	}
}

func TestUnitIsAWall(t *testing.T) {
	for what, p := range walled(t) {
		u, err := Systemd(p, modern)
		if err != nil {
			t.Fatal(what, err)
		}
		plan, err := Compile(p, modern)
		if err != nil {
			t.Fatal(what, err)
		}
		filter := property[Names](t, u, "SystemCallFilter")
		if byItself, _ := syscalls.Group("@default"); filter.Allow {
			filter.List = append(filter.List, byItself...)
		}
		everything(AMD64, func(name string, d *data) {
			inside, err := execute(plan.Filter, d)
			if err != nil {
				t.Fatal(err)
			}
			outside := slices.Contains(filter.List, name) == filter.Allow
			if inside == allowed && !outside {
				t.Fatalf("%s: the plan allows %s, and the unit doesn't", what, name)
			}
		})
		for _, name := range launcherCalls {
			if slices.Contains(filter.List, name) != filter.Allow {
				t.Errorf("%s: the launcher can't call %s", what, name)
			}
		}
		for _, bad := range []string{"mount", "ptrace", "kexec_load"} {
			if what != "arguments" && what != "deny list" && slices.Contains(filter.List, bad) == filter.Allow {
				t.Errorf("%s: the unit leaves %s open", what, bad)
			}
		}
	}
}

func property[T any](t *testing.T, u *Unit, name string) T {
	t.Helper()
	for _, p := range u.Properties {
		if v, ok := p.Value.(T); ok && p.Name == name {
			return v
		}
	}
	t.Fatalf("the unit has no %s: %+v", name, u.Properties)
	panic("unreachable")
}

func TestUnitProperties(t *testing.T) {
	p := base(func(p *clawrden.Profile) {
		p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}, Hidden: []string{"/root", "~/.ssh", "cwd/secret"}}
		p.Network.Mode = clawrden.NetworkNone
		p.Limits = clawrden.Limits{Memory: 1 << 30, Tasks: 64, CPU: 150, OpenFiles: 1024, Time: 90e9, Output: 1 << 20}
	})
	u, err := Systemd(p, modern)
	if err != nil {
		t.Fatal(err)
	}
	u.Properties = slices.DeleteFunc(u.Properties, func(p Property) bool { return p.Name == "SystemCallFilter" })
	want := &Unit{
		Properties: []Property{
			{"NoNewPrivileges", true},
			{"SystemCallArchitectures", []string{"native"}},
			{"SystemCallErrorNumber", int32(1)},
			{"RestrictAddressFamilies", Names{true, []string{"AF_UNIX"}}},
			{"PrivateNetwork", true},
			{"InaccessiblePaths", []string{"-/root", "-/home/ann/.ssh"}},
			{"MemoryMax", uint64(1 << 30)},
			{"MemorySwapMax", uint64(0)},
			{"TasksMax", uint64(64)},
			{"CPUQuotaPerSecUSec", uint64(1_500_000)},
			{"LimitNOFILE", uint64(1024)},
			{"LimitNOFILESoft", uint64(1024)},
			{"RuntimeMaxUSec", uint64(90_000_000)},
		},
		Mounts: true,
		Holds:  OuterLimits | OuterTime | OuterNetwork,
	}
	var inside []string
	for _, g := range u.Inside {
		inside = append(inside, g.What)
	}
	u.Inside = nil
	if diff := cmp.Diff(want, u); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"syscalls", "filesystem", "filesystem.hidden", "limits.output"}, inside); diff != "" {
		t.Error(diff)
	}
	for _, p := range u.Properties {
		for _, ebpf := range []string{"SocketBind", "IPAddress", "Device", "RestrictNetworkInterfaces", "RestrictFileSystems", "PrivateDevices", "IPIngress", "IPEgress"} {
			if strings.HasPrefix(p.Name, ebpf) {
				t.Errorf("%s is eBPF", p.Name)
			}
		}
	}
}

// The container's filter goes through libseccomp, as an engine's does.
func TestContainerIsAWall(t *testing.T) {
	bin := exporter(t)
	for what, p := range walled(t) {
		for _, arch := range []Arch{AMD64, ARM64} {
			plan, err := Compile(p, Target{Arch: arch, Landlock: 7})
			if err != nil {
				t.Fatal(what, err)
			}
			c, err := OCI(p, modern)
			if err != nil {
				t.Fatal(what, err)
			}
			def, given := readSeccomp(t, c.Seccomp)
			wall, left := exportDefault(t, bin, arch, def, given)
			foreign := map[string]bool{} // what this libseccomp doesn't know
			for _, r := range given {
				foreign[r.name] = true
			}
			for _, r := range left {
				delete(foreign, r.name)
			}
			everything(arch, func(name string, d *data) {
				inside, err := execute(plan.Filter, d)
				if err != nil {
					t.Fatal(err)
				}
				outside, err := execute(wall, d)
				if err != nil {
					t.Fatal(err)
				}
				if inside == allowed && outside != allowed && !foreign[name] {
					t.Fatalf("%s: the plan allows %s %+v, and the container doesn't: %#x", what, name, d, outside)
				}
				exact := len(c.Inside) == 0 && !slices.Contains(launcherCalls, name)
				if exact && inside != allowed && outside == allowed {
					t.Fatalf("%s: the plan refuses %s %+v, and the container says that nothing is left to it", what, name, d)
				}
			})
		}
	}
}

// readSeccomp reads the JSON as an engine does.
func readSeccomp(t *testing.T, b []byte) (uint32, []rule) {
	t.Helper()
	var s specs.LinuxSeccomp
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	action := func(a specs.LinuxSeccompAction, errno *uint) uint32 {
		switch {
		case a == specs.ActAllow:
			return allowed
		case a == specs.ActErrno && errno != nil:
			return refuse(unix.Errno(*errno))
		}
		t.Fatalf("the action %s isn't meant", a)
		return 0
	}
	var out []rule
	for _, c := range s.Syscalls {
		for _, name := range c.Names {
			out = append(out, rule{name: name, action: action(c.Action, c.ErrnoRet), args: c.Args})
		}
	}
	return action(s.DefaultAction, s.DefaultErrnoRet), out
}

func TestContainerSettings(t *testing.T) {
	for what, row := range map[string]struct {
		change func(*clawrden.Profile)
		want   Container
		inside []string
	}{
		"nothing said": {nil, Container{Holds: OuterLimits | OuterHidden}, nil},
		"files": {
			func(p *clawrden.Profile) {
				p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}, ReadWrite: []string{"/dev/null"}, Hidden: []string{"/root", "~/.ssh"}}
			},
			Container{ReadOnlyRoot: true, ReadOnlyCwd: true, Masked: []string{"/root", "/home/ann/.ssh"}, Holds: OuterLimits | OuterHidden},
			[]string{"filesystem"},
		},
		"the working directory is written": {
			func(p *clawrden.Profile) {
				p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}, ReadWrite: []string{"cwd/out", "/dev"}, Hidden: []string{"cwd/x"}}
			},
			Container{ReadOnlyRoot: true, Holds: OuterLimits},
			[]string{"filesystem", "filesystem.hidden"},
		},
		"the image is written": {
			func(p *clawrden.Profile) {
				p.Filesystem = clawrden.Filesystem{Restricted: true, ReadWrite: []string{"/tmp"}}
			},
			Container{Holds: OuterLimits | OuterHidden},
			[]string{"filesystem"},
		},
		"no network": {
			func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkNone },
			Container{Network: "none", Holds: OuterLimits | OuterHidden | OuterNetwork},
			nil,
		},
		"limits": {
			func(p *clawrden.Profile) {
				p.Limits = clawrden.Limits{Memory: 1 << 30, Tasks: 64, CPU: 50, OpenFiles: 99, Time: 1, Output: 1}
			},
			Container{Memory: 1 << 30, Pids: 64, NanoCPUs: 500_000_000, OpenFiles: 99, Holds: OuterLimits | OuterHidden},
			[]string{"limits.time", "limits.output"},
		},
	} {
		got, err := OCI(base(row.change), modern)
		if err != nil {
			t.Fatal(what, err)
		}
		var inside []string
		for _, g := range got.Inside {
			inside = append(inside, g.What)
		}
		got.Seccomp, got.Inside = nil, nil
		row.want.NoNewPrivileges, row.want.DropAll = true, true
		if diff := cmp.Diff(&row.want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if diff := cmp.Diff(row.inside, inside); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestFormsOfWrongProfiles(t *testing.T) {
	for what, change := range map[string]func(*clawrden.Profile){
		"call": func(p *clawrden.Profile) { p.Syscalls.Allow = []clawrden.Syscall{{Name: "opne"}} },
		"exec": func(p *clawrden.Profile) { p.Syscalls.Allow = nil },
		"path": func(p *clawrden.Profile) { p.Filesystem.Hidden = []string{"x"} },
		"mode": func(p *clawrden.Profile) { p.Network.Mode = "wifi" },
	} {
		if _, err := Systemd(base(change), modern); err == nil || !strings.Contains(err.Error(), "cannot make unit properties") {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := OCI(base(change), modern); err == nil || !strings.Contains(err.Error(), "cannot make container settings") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
