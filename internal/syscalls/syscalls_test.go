package syscalls

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

func TestNumbers(t *testing.T) {
	for _, row := range []struct {
		name         string
		amd64, arm64 int // -1: none
	}{
		{"read", 0, 63},
		{"execve", 59, 221},
		{"execveat", 322, 281},
		{"newfstatat", 262, 79},
		{"clone3", 435, 435},
		{"open", 2, none},
		{"landlock_restrict_self", 446, 446},
		{"_llseek", none, none},
		{"riscv_flush_icache", none, none},
	} {
		for arch, want := range map[string]int{"amd64": row.amd64, "arm64": row.arm64, "mips": none} {
			got, ok := Number(arch, row.name)
			if ok != (want != none) || ok && got != want {
				t.Errorf("%s on %s: %d, %t; want %d", row.name, arch, got, ok, want)
			}
		}
		if !Known(row.name) {
			t.Errorf("%s isn't known", row.name)
		}
	}
	for _, name := range []string{"", "opne", "@file-system", "arch_specific_syscall", "syscall_mask"} {
		if Known(name) {
			t.Errorf("%q is known", name)
		}
	}
	if runtime.GOARCH == "amd64" {
		if n, _ := Number("amd64", "seccomp"); n != unix.SYS_SECCOMP {
			t.Errorf("seccomp is %d", n)
		}
	}
}

// The table is that of the x/sys that the module uses.
func TestTableIsGenerated(t *testing.T) {
	want, err := exec.CommandContext(t.Context(), "go", "run", "generate.go", "-table").Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("table.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("table.go isn't what generate.go writes: run go generate ./internal/syscalls")
	}
}

// Where this machine's systemd is the one that the groups were taken from, they are still its groups.
func TestGroupsAreSystemds(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "--version").Output()
	if fields := strings.Fields(string(out)); err != nil || len(fields) < 2 || fields[1] != GroupsVersion {
		t.Skip("this isn't systemd " + GroupsVersion)
	}
	for _, name := range Groups() {
		out, err := exec.CommandContext(t.Context(), "systemd-analyze", "--no-pager", "syscall-filter", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for word := range strings.FieldsSeq(strings.Join(slices.DeleteFunc(strings.Split(string(out), "\n"), func(l string) bool {
			return strings.HasPrefix(strings.TrimSpace(l), "#") || strings.HasPrefix(l, "@")
		}), "\n")) {
			if strings.HasPrefix(word, "@") {
				inner, ok := Group(word)
				if !ok {
					t.Fatalf("%s holds %s, which isn't known", name, word)
				}
				want = append(want, inner...)
				continue
			}
			want = append(want, word)
		}
		slices.Sort(want)
		got, _ := Group(name)
		if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestGroupsHoldKnownCalls(t *testing.T) {
	if _, ok := Group("@nothing"); ok {
		t.Error("@nothing is a group")
	}
	for _, name := range Groups() {
		names, ok := Group(name)
		if !ok || len(names) == 0 {
			t.Errorf("%s is empty", name)
		}
		for _, call := range names {
			if !Known(call) {
				t.Errorf("%s holds %s, which isn't known", name, call)
			}
		}
	}
}

var rules = []struct {
	text string
	want clawrden.Syscall
	err  string
}{
	{"ptrace", clawrden.Syscall{Name: "ptrace"}, ""},
	{" @mount ", clawrden.Syscall{Name: "@mount"}, ""},
	{"socket: arg0 == AF_UNIX", clawrden.Syscall{Name: "socket", Args: []clawrden.SyscallArg{{Op: "==", Value: 1}}}, ""},
	{"kill:arg0!=1&&arg1<0x10", clawrden.Syscall{Name: "kill", Args: []clawrden.SyscallArg{{Op: "!=", Value: 1}, {Index: 1, Op: "<", Value: 16}}}, ""},
	{"clone: arg0 & CLONE_NEWNS|CLONE_NEWUSER != 0", clawrden.Syscall{Name: "clone", Args: []clawrden.SyscallArg{{Op: "!=", Mask: 0x10020000}}}, ""},
	{"chmod: arg1 & 0o6000 == 0", clawrden.Syscall{Name: "chmod", Args: []clawrden.SyscallArg{{Index: 1, Mask: 0o6000, Op: "=="}}}, ""},
	{"mmap: arg5 >= 1 && arg5 <= 2 && arg4 > 3", clawrden.Syscall{Name: "mmap", Args: []clawrden.SyscallArg{{Index: 5, Op: ">=", Value: 1}, {Index: 5, Op: "<=", Value: 2}, {Index: 4, Op: ">", Value: 3}}}, ""},
	{"", clawrden.Syscall{}, "names no system call"},
	{": arg0 == 1", clawrden.Syscall{}, "names no system call"},
	{"ptarce", clawrden.Syscall{}, `no system call named "ptarce"`},
	{"@mounts", clawrden.Syscall{}, `no group named "@mounts"`},
	{"@mount: arg0 == 1", clawrden.Syscall{}, "arguments of a group"},
	{"kill:", clawrden.Syscall{}, "isn't a comparison"},
	{"kill: arg6 == 1", clawrden.Syscall{}, "arg0 to arg5"},
	{"kill: pid == 1", clawrden.Syscall{}, "isn't a comparison"},
	{"kill: arg0", clawrden.Syscall{}, "needs one of"},
	{"kill: arg0 = 1", clawrden.Syscall{}, "isn't a comparison"},
	{"kill: arg0 == ", clawrden.Syscall{}, "value is missing"},
	{"kill: arg0 == -1", clawrden.Syscall{}, "is negative"},
	{"kill: arg0 == 0x10000000000000000", clawrden.Syscall{}, "at most 64 bits"},
	{"kill: arg0 == SIGHOP", clawrden.Syscall{}, `no constant named "SIGHOP"`},
	{"kill: arg0 | 1 == 1", clawrden.Syscall{}, "only & and a mask"},
	{"kill: arg0 & 0 == 0", clawrden.Syscall{}, "leaves nothing"},
	{"kill: arg0 & 1 == 2", clawrden.Syscall{}, "never equal"},
	{"kill: " + strings.Repeat("arg0 == 1 && ", 12) + "arg0 == 1", clawrden.Syscall{}, "more than 12 times"},
	{strings.Repeat("x", 1000), clawrden.Syscall{}, "more than 512"},
}

func TestParse(t *testing.T) {
	for _, row := range rules {
		got, err := Parse(row.text)
		if row.err != "" {
			if err == nil || !strings.Contains(err.Error(), row.err) {
				t.Errorf("%q: %v, want %q", row.text, err, row.err)
			}
			if u, ok := errors.AsType[*UnknownError](err); ok && !slices.IsSorted(u.Known) {
				t.Errorf("%q: what is known isn't sorted", row.text)
			}
			continue
		}
		if err != nil || !cmp.Equal(got, row.want) {
			t.Errorf("%q: %v %s", row.text, err, cmp.Diff(row.want, got))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, row := range rules {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(Text(s)); err != nil || !cmp.Equal(again, s) {
			t.Errorf("%q is written as %q, which is read as %+v (%v)", text, Text(s), again, err)
		}
	})
}
