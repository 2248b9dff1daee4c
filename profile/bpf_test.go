package profile

import (
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

var operators = []clawrden.CompareOp{
	clawrden.OpEqual, clawrden.OpNotEqual, clawrden.OpLess, clawrden.OpLessEqual, clawrden.OpGreater, clawrden.OpGreaterEqual,
}

// holds says in plain words what the compiled tests must.
func (t *test) holds(args [6]uint64) bool {
	a, v := args[t.index], t.value
	if t.low {
		a, v = a&0xffffffff, v&0xffffffff
	}
	a &= t.mask
	switch t.op {
	case clawrden.OpEqual:
		return a == v
	case clawrden.OpNotEqual:
		return a != v
	case clawrden.OpLess:
		return a < v
	case clawrden.OpLessEqual:
		return a <= v
	case clawrden.OpGreater:
		return a > v
	case clawrden.OpGreaterEqual:
		return a >= v
	}
	return false
}

func (f *filter) verdict(d *data) uint32 {
	if d.arch != f.arch.audit() {
		return f.foreign
	}
	if f.arch == AMD64 && d.nr == noNumber {
		return refuse(unix.ENOSYS)
	}
	if f.arch == AMD64 && d.nr >= x32Bit {
		return f.x32
	}
	for _, br := range f.calls[d.nr] {
		if !slices.ContainsFunc(br.tests, func(t test) bool { return !t.holds(d.args) }) {
			return br.action
		}
	}
	return f.other
}

// values are those around which comparisons turn.
var values = []uint64{
	0, 1, 2, 5, 16, 40, 0x7e020000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 1 << 32, 1<<32 + 1, 1<<32 + 5, 5 << 32, 1<<63 + 5,
	0xffffffff00000000, 0xffffffff00000005, 0xfffffffffffffffe, 0xffffffffffffffff,
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func randomFilter(r *rand.Rand) *filter {
	f := &filter{arch: pick(r, []Arch{AMD64, ARM64}), calls: map[uint32]body{}, other: refuse(unix.EPERM), foreign: retKill, x32: retKill}
	for range r.IntN(200) {
		var b body
		for range r.IntN(4) {
			br := branch{action: refuse(unix.Errno(r.IntN(100)))}
			for range 1 + r.IntN(4) {
				t := test{index: r.IntN(6), low: r.IntN(2) == 0, mask: ^uint64(0), op: pick(r, operators), value: pick(r, values)}
				if r.IntN(2) == 0 {
					t.mask = pick(r, values) | 1
				}
				br.tests = append(br.tests, t)
			}
			b = append(b, br)
		}
		f.calls[uint32(r.IntN(500))] = append(b, branch{action: pick(r, []uint32{unix.SECCOMP_RET_ALLOW, retKill, refuse(unix.EACCES)})})
	}
	return f
}

func TestProgramDecidesAsItsFilter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		f := randomFilter(r)
		prog, err := f.program()
		if err != nil {
			continue // too long, which has a test of its own
		}
		for range 2000 {
			d := &data{nr: uint32(r.IntN(520)), arch: f.arch.audit()}
			switch r.IntN(20) {
			case 0:
				d.nr = pick(r, []uint32{x32Bit, x32Bit + 59, noNumber, noNumber - 1, 1 << 31})
			case 1:
				d.arch = pick(r, []uint32{unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_ARM, unix.AUDIT_ARCH_AARCH64, unix.AUDIT_ARCH_X86_64, 0})
			}
			for i := range d.args {
				d.args[i] = pick(r, values)
			}
			got, err := execute(prog, d)
			if want := f.verdict(d); err != nil || got != want {
				t.Fatalf("%+v: the program says %#x (%v), the filter %#x", d, got, err, want)
			}
		}
	}
}

// Whatever half of an argument the kernel reads: what is allowed is meant, and what is meant to be refused is refused.
func TestReadingIsTheStricter(t *testing.T) {
	for _, op := range operators {
		for _, value := range values {
			for _, mask := range append([]uint64{0}, values[1:]...) {
				a := clawrden.SyscallArg{Op: op, Value: value, Mask: mask}
				allow, deny := reading(a, true), reading(a, false)
				whole := test{mask: allow.mask, op: op, value: value}
				low := whole
				low.low = true
				wide := mask>>32 != 0 || value>>32 != 0
				for _, arg := range values {
					args := [6]uint64{arg}
					both, either := whole.holds(args), whole.holds(args)
					if !wide {
						both, either = both && low.holds(args), either || low.holds(args)
					}
					if got := allow.holds(args); got != both {
						t.Errorf("allowing %+v holds for %#x: %t, want %t", a, arg, got, both)
					}
					if got := deny.holds(args); got != either {
						t.Errorf("denying %+v holds for %#x: %t, want %t", a, arg, got, either)
					}
				}
			}
		}
	}
}

func TestProgramTooLong(t *testing.T) {
	f := &filter{arch: AMD64, calls: map[uint32]body{}, other: retKill}
	for nr := range uint32(400) {
		var b body
		for i := range 8 {
			b = append(b, branch{tests: []test{{mask: ^uint64(0), op: clawrden.OpEqual, value: uint64(nr)<<8 + uint64(i)}}, action: unix.SECCOMP_RET_ALLOW})
		}
		f.calls[nr] = append(b, branch{action: retKill})
	}
	if prog, err := f.program(); err == nil {
		t.Errorf("a program of %d instructions is made", len(prog))
	}
}
