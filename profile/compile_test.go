package profile

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// modern is a machine that lacks nothing but mounts, namespaces and cgroups.
var modern = Target{Arch: AMD64, Landlock: 7, Home: "/home/ann"}

func base(change func(*clawrden.Profile)) *clawrden.Profile {
	p := &clawrden.Profile{Name: "p", Syscalls: clawrden.Syscalls{Allow: []clawrden.Syscall{{Name: "@system-service"}}}}
	if change != nil {
		change(p)
	}
	return p
}

func made(arch Arch, name string, args ...uint64) *data {
	nr, ok := syscalls.Number(string(arch), name)
	if !ok {
		panic(name + " has no number on " + string(arch))
	}
	d := &data{nr: uint32(nr), arch: arch.audit()}
	copy(d.args[:], args)
	return d
}

func rules(t *testing.T, texts ...string) []clawrden.Syscall {
	t.Helper()
	var out []clawrden.Syscall
	for _, text := range texts {
		s, err := syscalls.Parse(text)
		if err != nil {
			t.Fatal(text, err)
		}
		out = append(out, s)
	}
	return out
}

const (
	allowed = uint32(unix.SECCOMP_RET_ALLOW)
	high    = 0xdead << 32
)

func TestCalls(t *testing.T) {
	eperm, enosys, eacces := refuse(unix.EPERM), refuse(unix.ENOSYS), refuse(unix.EACCES)
	network := func(n clawrden.Network) func(*clawrden.Profile) {
		return func(p *clawrden.Profile) { p.Network = n }
	}
	for _, row := range []struct {
		what   string
		change func(*clawrden.Profile)
		call   *data
		want   uint32
	}{
		{"a call of the group", nil, made(AMD64, "read"), allowed},
		{"a call of a group within the group", nil, made(AMD64, "openat"), allowed},
		{"a call of no list", nil, made(AMD64, "mount"), eperm},
		{"a call that is newer than the groups", nil, made(AMD64, "mseal"), enosys},
		{"a number that no call has", nil, &data{nr: 1000, arch: unix.AUDIT_ARCH_X86_64}, enosys},
		{"x32", nil, &data{nr: x32Bit, arch: unix.AUDIT_ARCH_X86_64}, retKill},
		{"32 bits", nil, &data{nr: 3, arch: unix.AUDIT_ARCH_I386}, retKill},
		{"another machine", nil, &data{nr: 63, arch: unix.AUDIT_ARCH_AARCH64}, retKill},
		{"taken away by a tracer", nil, &data{nr: noNumber, arch: unix.AUDIT_ARCH_X86_64}, enosys},
		{"deny is stronger", func(p *clawrden.Profile) { p.Syscalls.Deny = rules(t, "read") }, made(AMD64, "read"), eperm},
		{"a newer call that is denied by name", func(p *clawrden.Profile) { p.Syscalls.Deny = rules(t, "mseal") }, made(AMD64, "mseal"), eperm},
		{"a newer call that is allowed by name", func(p *clawrden.Profile) { p.Syscalls.Allow = rules(t, "@system-service", "mseal") }, made(AMD64, "mseal"), allowed},
		{"the errno", func(p *clawrden.Profile) { p.Syscalls.Errno = "EACCES" }, made(AMD64, "mount"), eacces},
		{"clone3 is refused as if it weren't there", func(p *clawrden.Profile) { p.Syscalls.Deny = rules(t, "clone3") }, made(AMD64, "clone3"), enosys},
		{"killed", func(p *clawrden.Profile) { p.Syscalls.Default = clawrden.SyscallKill }, made(AMD64, "mount"), retKill},
		{"killed for a number that no call has", func(p *clawrden.Profile) { p.Syscalls.Default = clawrden.SyscallKill }, &data{nr: 1000, arch: unix.AUDIT_ARCH_X86_64}, retKill},
		{"denied by name beside a default that kills", func(p *clawrden.Profile) {
			p.Syscalls.Default, p.Syscalls.Deny = clawrden.SyscallKill, rules(t, "mount")
		}, made(AMD64, "mount"), eperm},
		{"allowed by default", func(p *clawrden.Profile) { p.Syscalls = clawrden.Syscalls{Default: clawrden.SyscallAllow} }, made(AMD64, "mount"), allowed},
		{"denied where the default allows", func(p *clawrden.Profile) {
			p.Syscalls = clawrden.Syscalls{Default: clawrden.SyscallAllow, Deny: rules(t, "@mount")}
		}, made(AMD64, "mount"), eperm},
		{"x32 where the default allows", func(p *clawrden.Profile) { p.Syscalls = clawrden.Syscalls{Default: clawrden.SyscallAllow} }, &data{nr: x32Bit, arch: unix.AUDIT_ARCH_X86_64}, retKill},

		{"an argument that fits", func(p *clawrden.Profile) {
			p.Syscalls.Allow = rules(t, "execve", "execveat", "personality: arg0 == 0", "personality: arg0 == 8")
		}, made(AMD64, "personality", 8), allowed},
		{"an argument that doesn't", func(p *clawrden.Profile) {
			p.Syscalls.Allow = rules(t, "execve", "execveat", "personality: arg0 == 0", "personality: arg0 == 8")
		}, made(AMD64, "personality", 9), eperm},
		{"both of two", func(p *clawrden.Profile) {
			p.Syscalls.Allow = rules(t, "execve", "execveat", "kill: arg0 == 1 && arg1 == 2")
		}, made(AMD64, "kill", 1, 3), eperm},
		{"an int with its upper half set is refused all the same", func(p *clawrden.Profile) { p.Syscalls.Deny = rules(t, "ioctl: arg1 == TIOCSTI") }, made(AMD64, "ioctl", 0, unix.TIOCSTI|high), eperm},
		{"another ioctl", func(p *clawrden.Profile) { p.Syscalls.Deny = rules(t, "ioctl: arg1 == TIOCSTI") }, made(AMD64, "ioctl", 0, unix.TCGETS), allowed},
		{"the upper half doesn't make two numbers unequal", func(p *clawrden.Profile) {
			p.Syscalls.Allow = rules(t, "execve", "execveat", "socket: arg0 != AF_VSOCK")
		}, made(AMD64, "socket", unix.AF_VSOCK|high), eperm},

		{"none: socket", network(clawrden.Network{Mode: clawrden.NetworkNone}), made(AMD64, "socket", unix.AF_UNIX, unix.SOCK_STREAM), eperm},
		{"none: a pair", network(clawrden.Network{Mode: clawrden.NetworkNone}), made(AMD64, "socketpair", unix.AF_UNIX, unix.SOCK_STREAM), allowed},
		{"none: a pair of another kind", network(clawrden.Network{Mode: clawrden.NetworkNone}), made(AMD64, "socketpair", unix.AF_TIPC, unix.SOCK_STREAM), eperm},
		{"none: io_uring", network(clawrden.Network{Mode: clawrden.NetworkNone}), made(AMD64, "io_uring_setup"), eperm},
		{"not said: io_uring", nil, made(AMD64, "io_uring_setup"), allowed},
		{"full: tcp", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "socket", unix.AF_INET6, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.IPPROTO_TCP), allowed},
		{"full: raw", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP), eperm},
		{"full: routes", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "socket", unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE), allowed},
		{"full: audit", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "socket", unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_AUDIT), eperm},
		{"full: vsock", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "socket", unix.AF_VSOCK, unix.SOCK_STREAM), eperm},
		{"full: vsock by the upper half", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "socket", unix.AF_VSOCK|high, unix.SOCK_STREAM), eperm},
		{"full: listen", network(clawrden.Network{Mode: clawrden.NetworkFull}), made(AMD64, "listen"), allowed},
		{"tcp: tcp", network(clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_STREAM), allowed},
		{"tcp: mptcp", network(clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP), eperm},
		{"tcp: sctp", network(clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_SCTP), eperm},
		{"tcp: udp", network(clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_DGRAM), eperm},
		{"tcp: udp that is wanted", network(clawrden.Network{Mode: clawrden.NetworkTCP, UDP: true}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_DGRAM), allowed},
		{"tcp: ping", network(clawrden.Network{Mode: clawrden.NetworkTCP, UDP: true}), made(AMD64, "socket", unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP), eperm},
		{"tcp: a connection by sending", network(clawrden.Network{Mode: clawrden.NetworkTCP}), made(AMD64, "sendto", 3, 0, 0, unix.MSG_FASTOPEN|unix.MSG_NOSIGNAL), eperm},
		{"tcp: sending", network(clawrden.Network{Mode: clawrden.NetworkTCP}), made(AMD64, "sendto", 3, 0, 0, unix.MSG_NOSIGNAL), allowed},
		{"tcp: a port by listening", network(clawrden.Network{Mode: clawrden.NetworkTCP}), made(AMD64, "listen"), eperm},
		{"tcp: listening on a port", network(clawrden.Network{Mode: clawrden.NetworkTCP, BindTCP: []uint16{8080}}), made(AMD64, "listen"), allowed},
		{"the network narrows what the list has", func(p *clawrden.Profile) {
			p.Syscalls.Allow, p.Network.Mode = rules(t, "execve", "execveat", "socket: arg0 == AF_INET && arg1 == SOCK_DGRAM"), clawrden.NetworkFull
		}, made(AMD64, "socket", unix.AF_UNIX, unix.SOCK_DGRAM), eperm},
		{"and not more", func(p *clawrden.Profile) {
			p.Syscalls.Allow, p.Network.Mode = rules(t, "execve", "execveat", "socket: arg0 == AF_INET && arg1 == SOCK_DGRAM"), clawrden.NetworkFull
		}, made(AMD64, "socket", unix.AF_INET, unix.SOCK_DGRAM), allowed},
		{"the network gives nothing back that is denied", func(p *clawrden.Profile) {
			p.Syscalls.Deny, p.Network.Mode = rules(t, "socket"), clawrden.NetworkFull
		}, made(AMD64, "socket", unix.AF_INET, unix.SOCK_DGRAM), eperm},
		{"where the default allows, the network narrows", func(p *clawrden.Profile) {
			p.Syscalls, p.Network.Mode = clawrden.Syscalls{Default: clawrden.SyscallAllow}, clawrden.NetworkFull
		}, made(AMD64, "socket", unix.AF_VSOCK, unix.SOCK_DGRAM), eperm},
		{"arm64", nil, made(AMD64, "read"), allowed},
	} {
		plan, err := Compile(base(row.change), modern)
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		got, err := execute(plan.Filter, row.call)
		if err != nil || got != row.want {
			t.Errorf("%s: %#x (%v), want %#x", row.what, got, err, row.want)
		}
	}
}

func TestCallsOfARM(t *testing.T) {
	plan, err := Compile(base(nil), Target{Arch: ARM64, Landlock: 7})
	if err != nil {
		t.Fatal(err)
	}
	for what, row := range map[string]struct {
		call *data
		want uint32
	}{
		"a call of the group": {made(ARM64, "openat"), allowed},
		"of no list":          {made(ARM64, "mount"), refuse(unix.EPERM)},
		"32 bits":             {&data{nr: 3, arch: unix.AUDIT_ARCH_ARM}, retKill},
		"a high number":       {&data{nr: x32Bit, arch: unix.AUDIT_ARCH_AARCH64}, refuse(unix.ENOSYS)},
	} {
		if got, err := execute(plan.Filter, row.call); err != nil || got != row.want {
			t.Errorf("%s: %#x (%v), want %#x", what, got, err, row.want)
		}
	}
}

const (
	toRead  = rightsRead
	toWrite = rightsRead | rightsWrite
	toExec  = rightsExec
)

func TestLandlockPlan(t *testing.T) {
	files := func(f clawrden.Filesystem) *clawrden.Profile {
		f.Restricted = true
		return base(func(p *clawrden.Profile) { p.Filesystem = f })
	}
	for what, row := range map[string]struct {
		profile *clawrden.Profile
		target  Target
		want    Landlock
	}{
		"nothing said": {base(nil), modern, Landlock{}},
		"lists": {
			files(clawrden.Filesystem{ReadOnly: []string{"/usr"}, ReadWrite: []string{"cwd", "~/.cache", "/tmp"}}), modern,
			Landlock{ABI: 3, Access: rightsAll, Paths: []Path{
				{Name: "/usr", Access: toRead | toExec}, {Base: BaseCwd, Access: toWrite | toExec}, {Base: BaseHome, Name: ".cache", Access: toWrite | toExec}, {Name: "/tmp", Access: toWrite | toExec},
			}},
		},
		"programs from some places": {
			files(clawrden.Filesystem{ReadOnly: []string{"/"}, Exec: []string{"/usr", "cwd/bin"}}), modern,
			Landlock{ABI: 3, Access: rightsAll, Paths: []Path{{Name: "/", Access: toRead}, {Name: "/usr", Access: toExec}, {Base: BaseCwd, Name: "bin", Access: toExec}}},
		},
		"ports": {
			base(func(p *clawrden.Profile) {
				p.Network = clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}, BindTCP: []uint16{80}}
			}), modern,
			Landlock{ABI: 4, Net: rightsNet, Ports: []Port{{443, unix.LANDLOCK_ACCESS_NET_CONNECT_TCP}, {80, unix.LANDLOCK_ACCESS_NET_BIND_TCP}}},
		},
		"no ports": {
			base(func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkTCP }), modern,
			Landlock{ABI: 4, Net: rightsNet},
		},
		"an old kernel, with mounts": {
			files(clawrden.Filesystem{ReadWrite: []string{"/tmp"}}),
			Target{Arch: AMD64, Landlock: 2, Holds: OuterPaths},
			Landlock{ABI: 2, Access: rightsAll &^ unix.LANDLOCK_ACCESS_FS_TRUNCATE, Paths: []Path{{Name: "/tmp", Access: (toWrite | toExec) &^ unix.LANDLOCK_ACCESS_FS_TRUNCATE}}},
		},
		"hidden where nothing covers it": {
			files(clawrden.Filesystem{ReadOnly: []string{"/usr"}, Hidden: []string{"~/.ssh", "/etc/shadow"}}), modern,
			Landlock{ABI: 3, Access: rightsAll, Paths: []Path{{Name: "/usr", Access: toRead | toExec}}},
		},
		"hidden, and the working directory is known to lie elsewhere": {
			files(clawrden.Filesystem{ReadWrite: []string{"cwd"}, Hidden: []string{"~/.ssh"}}),
			Target{Arch: AMD64, Landlock: 7, Home: "/home/ann", Cwd: "/srv/x"},
			Landlock{ABI: 3, Access: rightsAll, Paths: []Path{{Base: BaseCwd, Access: toWrite | toExec}}},
		},
	} {
		plan, err := Compile(row.profile, row.target)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if diff := cmp.Diff(row.want, plan.Landlock); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		b, err := plan.Append(nil)
		if err != nil {
			t.Fatal(what, err)
		}
		if again, err := Decode(b); err != nil || !cmp.Equal(again, plan) {
			t.Errorf("%s: the plan doesn't come back: %v", what, err)
		}
	}
}

func TestLacks(t *testing.T) {
	for _, row := range []struct {
		what   string
		change func(*clawrden.Profile)
		target Target
		want   []string // names of gaps
	}{
		{"no Landlock", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}}
		}, Target{}, []string{"filesystem"}},
		{"no Landlock, but mounts", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}}
		}, Target{Holds: OuterPaths}, nil},
		{"before truncate", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/"}}
		}, Target{Landlock: 2}, []string{"filesystem.read_only"}},
		{"hidden", func(p *clawrden.Profile) { p.Filesystem.Hidden = []string{"/root"} }, modern, []string{"filesystem.hidden"}},
		{"hidden by mounts", func(p *clawrden.Profile) { p.Filesystem.Hidden = []string{"/root"} }, Target{Landlock: 7, Holds: OuterHidden}, nil},
		{"hidden below what can be read", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/etc"}, Hidden: []string{"/etc/ssl/private"}}
		}, modern, []string{"filesystem.hidden"}},
		{"hidden, and the working directory could be anywhere", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadWrite: []string{"cwd"}, Hidden: []string{"~/.ssh"}}
		}, modern, []string{"filesystem.hidden"}},
		{"hidden, and the working directory lies above it", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadWrite: []string{"cwd"}, Hidden: []string{"~/.ssh"}}
		}, Target{Landlock: 7, Home: "/home/ann", Cwd: "/home/ann"}, []string{"filesystem.hidden"}},
		{"read-only below read-write", func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, ReadWrite: []string{"cwd"}, ReadOnly: []string{"cwd/.git"}}
		}, modern, []string{"filesystem.read_only"}},
		{"loopback", func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkLoopback }, modern, []string{"network.mode"}},
		{"loopback in a namespace", func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkLoopback }, Target{Holds: OuterNetwork}, nil},
		{"ports before Landlock knew them", func(p *clawrden.Profile) { p.Network.Mode = clawrden.NetworkTCP }, Target{Landlock: 3, Holds: 0xff}, []string{"network.connect_tcp"}},
		{"limits", func(p *clawrden.Profile) {
			p.Limits = clawrden.Limits{Memory: 1, Tasks: 16, CPU: 1, OpenFiles: 1, Time: 1, Output: 1}
		}, modern, []string{"limits.memory", "limits.tasks", "limits.cpu", "limits.time", "limits.output"}},
		{"limits of a cgroup", func(p *clawrden.Profile) {
			p.Limits = clawrden.Limits{Memory: 1, Tasks: 16, CPU: 1, Time: 1, Output: 1}
		}, Target{Holds: OuterLimits | OuterTime | OuterOutput}, nil},
	} {
		row.target.Arch = AMD64
		_, err := Compile(base(row.change), row.target)
		var lack *LackError
		if (len(row.want) > 0) != errors.As(err, &lack) {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		plan, err := Compile(base(func(p *clawrden.Profile) { row.change(p); p.BestEffort = true }), row.target)
		if err != nil {
			t.Errorf("%s: with best effort: %v", row.what, err)
			continue
		}
		var got []string
		for _, g := range plan.Gaps {
			got = append(got, g.What)
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s: %s", row.what, diff)
		}
		if lack != nil && len(lack.Lacks) != len(row.want) {
			t.Errorf("%s: %v", row.what, lack)
		}
	}
}

func TestWrongProfiles(t *testing.T) {
	for want, change := range map[string]func(*clawrden.Profile){
		"don't allow execve,":             func(p *clawrden.Profile) { p.Syscalls.Deny = []clawrden.Syscall{{Name: "execve"}} },
		"don't allow execveat,":           func(p *clawrden.Profile) { p.Syscalls.Deny = []clawrden.Syscall{{Name: "@process"}} },
		"so nothing could run":            func(p *clawrden.Profile) { p.Syscalls.Allow = nil },
		`"reboot" is not what can become`: func(p *clawrden.Profile) { p.Syscalls.Default = "reboot" },
		`no system call named "opne"`:     func(p *clawrden.Profile) { p.Syscalls.Allow = append(p.Syscalls.Allow, clawrden.Syscall{Name: "opne"}) },
		`no group of system calls named`:  func(p *clawrden.Profile) { p.Syscalls.Deny = []clawrden.Syscall{{Name: "@files"}} },
		`"EFOO" is not the name`:          func(p *clawrden.Profile) { p.Syscalls.Errno = "EFOO" },
		"has no argument 6": func(p *clawrden.Profile) {
			p.Syscalls.Deny = []clawrden.Syscall{{Name: "kill", Args: []clawrden.SyscallArg{{Index: 6, Op: "=="}}}}
		},
		"doesn't compare": func(p *clawrden.Profile) {
			p.Syscalls.Deny = []clawrden.Syscall{{Name: "kill", Args: []clawrden.SyscallArg{{Op: "~"}}}}
		},
		"compared more than": func(p *clawrden.Profile) {
			p.Syscalls.Deny = []clawrden.Syscall{{Name: "kill", Args: make([]clawrden.SyscallArg, 30)}}
		},
		"ways": func(p *clawrden.Profile) {
			p.Network.Mode = clawrden.NetworkFull
			p.Syscalls.Allow = []clawrden.Syscall{{Name: "execve"}, {Name: "execveat"}}
			for i := range 20 {
				p.Syscalls.Allow = append(p.Syscalls.Allow, clawrden.Syscall{Name: "socket", Args: []clawrden.SyscallArg{{Index: 2, Op: "==", Value: uint64(i)}}})
			}
		},
		"isn't restricted":    func(p *clawrden.Profile) { p.Filesystem.ReadOnly = []string{"/"} },
		"not a path here":     func(p *clawrden.Profile) { p.Filesystem.Hidden = []string{"usr"} },
		"is a pattern":        func(p *clawrden.Profile) { p.Filesystem.Hidden = []string{"/home/*/.ssh"} },
		"not written plainly": func(p *clawrden.Profile) { p.Filesystem.Hidden = []string{"/usr/../etc"} },
		"nothing of the file": func(p *clawrden.Profile) {
			p.Filesystem = clawrden.Filesystem{Restricted: true, Exec: []string{"/usr"}}
		},
		"not a mode": func(p *clawrden.Profile) { p.Network.Mode = "wifi" },
		"for the network mode": func(p *clawrden.Profile) {
			p.Network = clawrden.Network{Mode: clawrden.NetworkFull, BindTCP: []uint16{1}}
		},
		"more than 1024 ports": func(p *clawrden.Profile) {
			p.Network = clawrden.Network{Mode: clawrden.NetworkTCP, BindTCP: make([]uint16, 1025)}
		},
		"limits.tasks is 3": func(p *clawrden.Profile) { p.Limits.Tasks = 3 },
	} {
		_, err := Compile(base(change), modern)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), `cannot compile profile "p": `) {
			t.Errorf("%q: %v", want, err)
		}
	}
	for what, target := range map[string]Target{"arch": {Arch: "mips"}, "home": {Arch: AMD64, Home: "home"}, "cwd": {Arch: AMD64, Cwd: "/a/../b"}} {
		if _, err := Compile(base(nil), target); err == nil {
			t.Errorf("%s: %s", what, fmt.Sprint(target))
		}
	}
}
