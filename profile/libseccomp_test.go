package profile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// The compiler is held against libseccomp on the filter that most containers in the world run under, Docker's: each
// number to 1023 on both architectures, with argument values around those that its rules compare with.

// rule is one rule in the terms of libseccomp.
type rule struct {
	name   string
	action uint32
	args   []specs.LinuxSeccompArg
}

// dockers gives the rules of Docker's default profile for an architecture and a set of capabilities.
func dockers(t *testing.T, arch string, caps []string) []rule {
	t.Helper()
	var out []rule
	holds := func(f *moby.Filter, all bool) bool {
		if f == nil {
			return all
		}
		named := func(list, have []string) bool {
			return !slices.ContainsFunc(list, func(s string) bool { return slices.Contains(have, s) == !all })
		}
		if all {
			return named(f.Caps, caps) && (len(f.Arches) == 0 || slices.Contains(f.Arches, arch))
		}
		return !named(f.Caps, caps) || slices.Contains(f.Arches, arch)
	}
	for _, s := range moby.DefaultProfile().Syscalls {
		if !holds(s.Includes, true) || holds(s.Excludes, false) {
			continue
		}
		action := uint32(unix.SECCOMP_RET_ALLOW)
		if s.Action == specs.ActErrno {
			action = refuse(unix.EPERM)
			if s.ErrnoRet != nil {
				action = refuse(unix.Errno(*s.ErrnoRet))
			}
		} else if s.Action != specs.ActAllow {
			t.Fatalf("the action %s isn't known to this test", s.Action)
		}
		for _, name := range s.Names {
			out = append(out, rule{name: name, action: action, args: s.Args})
		}
	}
	return out
}

// dockerFilter is the same as our filter. Docker means all 64 bits of an argument.
func dockerFilter(t *testing.T, arch Arch, rules []rule) *filter {
	t.Helper()
	f := &filter{arch: arch, calls: map[uint32]body{}, other: refuse(unix.EPERM), foreign: retKill, x32: retKill}
	ops := map[specs.LinuxSeccompOperator]clawrden.CompareOp{
		specs.OpEqualTo: clawrden.OpEqual, specs.OpNotEqual: clawrden.OpNotEqual, specs.OpMaskedEqual: clawrden.OpEqual,
		specs.OpGreaterThan: clawrden.OpGreater, specs.OpGreaterEqual: clawrden.OpGreaterEqual, specs.OpLessThan: clawrden.OpLess, specs.OpLessEqual: clawrden.OpLessEqual,
	}
	for _, r := range rules {
		nr, ok := syscalls.Number(string(arch), r.name)
		if !ok {
			continue
		}
		br := branch{action: r.action}
		for _, a := range r.args {
			x := test{index: int(a.Index), mask: ^uint64(0), op: ops[a.Op], value: a.Value}
			if a.Op == specs.OpMaskedEqual {
				x.mask, x.value = a.Value, a.ValueTwo
			}
			br.tests = append(br.tests, x)
		}
		f.calls[uint32(nr)] = append(f.calls[uint32(nr)], br)
	}
	for nr, b := range f.calls {
		f.calls[nr] = append(b, branch{action: f.other})
	}
	return f
}

// exporter compiles the program that has libseccomp make filters.
func exporter(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("gcc isn't installed")
	}
	bin := filepath.Join(t.TempDir(), "export")
	if out, err := exec.CommandContext(t.Context(), cc, "-O1", "-o", bin, "testdata/libseccomp.c", "-lseccomp").CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("seccomp.h")) || bytes.Contains(out, []byte("-lseccomp")) {
			t.Skip("libseccomp's headers aren't installed (libseccomp-dev)")
		}
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// export gives libseccomp's program, and the rules that it could take.
func export(t *testing.T, bin string, arch Arch, rules []rule) ([]unix.SockFilter, []rule) {
	t.Helper()
	return exportDefault(t, bin, arch, refuse(unix.EPERM), rules)
}

func exportDefault(t *testing.T, bin string, arch Arch, def uint32, rules []rule) ([]unix.SockFilter, []rule) {
	t.Helper()
	names := map[Arch]string{AMD64: "x86_64", ARM64: "aarch64"}
	ops := map[specs.LinuxSeccompOperator]string{
		specs.OpEqualTo: "eq", specs.OpNotEqual: "ne", specs.OpMaskedEqual: "masked",
		specs.OpGreaterThan: "gt", specs.OpGreaterEqual: "ge", specs.OpLessThan: "lt", specs.OpLessEqual: "le",
	}
	var in strings.Builder
	fmt.Fprintf(&in, "arch %s\ndefault %#x\n", names[arch], def)
	for _, r := range rules {
		if r.action == def {
			continue // libseccomp refuses rules that say what the default says
		}
		nr, ok := syscalls.Number(string(arch), r.name)
		if !ok {
			nr = -1
		}
		fmt.Fprintf(&in, "rule %#x %s %d", r.action, r.name, nr)
		for _, a := range r.args {
			mask, value := ^uint64(0), a.Value
			if a.Op == specs.OpMaskedEqual {
				mask, value = a.Value, a.ValueTwo
			}
			fmt.Fprintf(&in, " %d %s %d %d", a.Index, ops[a.Op], mask, value)
		}
		in.WriteByte('\n')
	}
	cmd := exec.CommandContext(t.Context(), bin)
	cmd.Stdin = strings.NewReader(in.String())
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	prog := make([]unix.SockFilter, len(out)/8)
	for i := range prog {
		b := out[8*i:]
		prog[i] = unix.SockFilter{Code: binary.LittleEndian.Uint16(b), Jt: b[2], Jf: b[3], K: binary.LittleEndian.Uint32(b[4:])}
	}
	return prog, slices.DeleteFunc(slices.Clone(rules), func(r rule) bool { return strings.Contains(errs.String(), "unknown "+r.name+"\n") })
}

func TestAgreesWithLibseccomp(t *testing.T) {
	bin := exporter(t)
	for _, arch := range []Arch{AMD64, ARM64} {
		for what, caps := range map[string][]string{
			"without capabilities": nil,
			"with Docker's":        {"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"},
			"with all":             {"CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON", "CAP_SYS_PTRACE", "CAP_SYS_MODULE", "CAP_SYS_BOOT", "CAP_SYS_TIME", "CAP_SYS_NICE", "CAP_SYSLOG", "CAP_DAC_READ_SEARCH", "CAP_SYS_RAWIO", "CAP_SYS_PACCT", "CAP_SYS_CHROOT", "CAP_SYS_TTY_CONFIG"},
		} {
			t.Run(string(arch)+" "+what, func(t *testing.T) {
				all := dockers(t, string(arch), caps)
				total := len(all)
				theirs, rules := export(t, bin, arch, all)
				if total-len(rules) > 50 {
					t.Fatalf("libseccomp knows only %d of %d calls", len(rules), total)
				}
				ours, err := dockerFilter(t, arch, rules).program()
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("%d rules; %d instructions, libseccomp's %d", len(rules), len(ours), len(theirs))
				compare(t, arch, rules, ours, theirs)
			})
		}
	}
}

// compare asks both programs about everything that the rules tell apart.
func compare(t *testing.T, arch Arch, rules []rule, ours, theirs []unix.SockFilter) {
	t.Helper()
	around := slices.Clone(values)
	for _, r := range rules {
		for _, a := range r.args {
			around = append(around, a.Value, a.Value-1, a.Value+1, a.Value|1<<32, a.ValueTwo, ^a.Value)
		}
	}
	slices.Sort(around)
	around = slices.Compact(around)
	known := syscalls.Numbers(string(arch))
	for _, of := range []uint32{unix.AUDIT_ARCH_X86_64, unix.AUDIT_ARCH_AARCH64, unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_ARM} {
		for nr := range uint32(1024) {
			for _, flags := range []uint32{0, x32Bit} {
				for _, v := range around {
					for index := -1; index < 6; index++ {
						d := &data{nr: nr | flags, arch: of}
						for i := range d.args {
							if index < 0 || i == index {
								d.args[i] = v
							}
						}
						if known[int(nr)] == "" && v != 0 {
							break // no arguments to speak of
						}
						if !agree(t, ours, theirs, d) {
							return // the first says enough
						}
					}
				}
			}
		}
	}
}

func agree(t *testing.T, ours, theirs []unix.SockFilter, d *data) bool {
	t.Helper()
	got, err := execute(ours, d)
	if err != nil {
		t.Fatal(err)
	}
	want, err := execute(theirs, d)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%+v: %#x, by libseccomp %#x", d, got, want)
	}
	return got == want
}
