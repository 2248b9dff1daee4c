package profile

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/internal/syscalls"
)

// The kernel's own machine is asked too. A child puts itself under a filter and makes calls; it can't take the filter off
// again, so it is a process of its own: this test program, started anew.
const childEnv = "CLAWRDEN_TEST_FILTERED"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		filtered()
	}
	os.Exit(m.Run())
}

// idle are calls without arguments and without an effect: a filter can look at whatever is given as arguments, and the
// kernel doesn't.
var idle = []string{"getppid", "getuid", "geteuid", "getgid", "getegid", "gettid", "sched_yield"}

// kernelFilter allows what the runtime needs, decides on the idle calls at random, and refuses everything else with an error that
// no call returns by itself.
func kernelFilter(seed uint64) *filter {
	r := rand.New(rand.NewPCG(seed, seed))
	f := &filter{arch: Arch(runtime.GOARCH), calls: map[uint32]body{}, other: refuse(unix.EXFULL), foreign: retKill, x32: retKill}
	for _, name := range launcherCalls {
		if nr, ok := syscalls.Number(runtime.GOARCH, name); ok {
			f.calls[uint32(nr)] = body{{action: allowed}}
		}
	}
	for _, name := range idle {
		nr, ok := syscalls.Number(runtime.GOARCH, name)
		if !ok {
			continue
		}
		var b body
		for range 1 + r.IntN(4) {
			br := branch{action: pick(r, []uint32{allowed, refuse(unix.EXFULL), refuse(unix.EBADSLT)})}
			for range 1 + r.IntN(3) {
				t := test{index: r.IntN(6), low: r.IntN(2) == 0, mask: ^uint64(0), op: pick(r, operators), value: pick(r, values)}
				if r.IntN(2) == 0 {
					t.mask = pick(r, values) | 1
				}
				br.tests = append(br.tests, t)
			}
			b = append(b, br)
		}
		f.calls[uint32(nr)] = append(b, branch{action: pick(r, []uint32{allowed, refuse(unix.EBADE)})})
	}
	return f
}

// filtered is the child: it prints one line for each call whose end isn't what the filter says.
func filtered() {
	runtime.LockOSThread()
	var seed uint64
	fmt.Sscan(os.Getenv(childEnv), &seed)
	f := kernelFilter(seed)
	prog, err := f.program()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	if err := apply(prog); err != nil {
		fmt.Println("apply:", err)
		os.Exit(1)
	}
	r := rand.New(rand.NewPCG(seed, 7))
	asked := 0
	ask := func(d *data) {
		want := f.verdict(d)
		_, _, errno := unix.RawSyscall6(uintptr(d.nr), uintptr(d.args[0]), uintptr(d.args[1]), uintptr(d.args[2]), uintptr(d.args[3]), uintptr(d.args[4]), uintptr(d.args[5]))
		got := allowed
		if errno != 0 {
			got = refuse(errno)
		}
		if asked++; got != want {
			fmt.Fprintf(out, "%+v: the kernel says %#x, the filter %#x\n", d, got, want)
		}
	}
	for range 3000 {
		nr, ok := syscalls.Number(runtime.GOARCH, pick(r, idle))
		if !ok {
			continue
		}
		d := &data{nr: uint32(nr), arch: f.arch.audit()}
		for i := range d.args {
			d.args[i] = pick(r, values)
		}
		ask(d)
	}
	// From Linux 6.14 on no filter sees uretprobe and uprobe, which the kernel itself puts into programs: made by
	// anybody else they end in SIGILL.
	const uretprobe, uprobe = 335, 336
	for nr := range uint32(1024) {
		if f.calls[nr] == nil && (f.arch != AMD64 || nr != uretprobe && nr != uprobe) {
			ask(&data{nr: nr, arch: f.arch.audit()})
		}
	}
	fmt.Fprintf(out, "asked %d\n", asked)
	out.Flush()
	os.Exit(0)
}

// apply binds this thread to a filter.
func apply(prog []unix.SockFilter) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	p := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	const setModeFilter = 1
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, setModeFilter, 0, uintptr(unsafe.Pointer(&p))); errno != 0 {
		return errno
	}
	return nil
}

func TestKernelDecidesAsTheFilter(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for seed := range 10 {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", childEnv, seed+1))
		out, err := cmd.CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0], "asked ") {
			t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(lines[:min(len(lines), 10)], "\n"))
		}
	}
}
