package profile

import (
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

// test is one comparison of an argument, of which it looks at the whole 64 bits or at the lower 32.
type test struct {
	index int
	low   bool
	mask  uint64 // never 0
	op    clawrden.CompareOp
	value uint64
}

// reading settles how many bits a comparison looks at. The kernel takes an int argument from a register's lower half and
// doesn't look at the upper, which the caller can fill as it likes (CVE-2019-7303 was a filter that looked there). Which
// arguments are ints isn't known here, so a rule that allows holds only if it does for both readings, and a rule that
// denies if it does for either. For each operator one of the two readings is the stricter one for all values.
func reading(a clawrden.SyscallArg, allows bool) test {
	t := test{index: a.Index, mask: a.Mask, op: a.Op, value: a.Value}
	if t.mask == 0 {
		t.mask = ^uint64(0)
	}
	if a.Mask>>32 != 0 || a.Value>>32 != 0 {
		return t // can be meant of 64 bits only
	}
	if a.Mask != 0 {
		t.low = true // the upper half is masked off in both readings
		return t
	}
	switch a.Op {
	case clawrden.OpEqual, clawrden.OpLess, clawrden.OpLessEqual:
		t.low = !allows // holds for fewer arguments when all 64 bits count
	case clawrden.OpNotEqual, clawrden.OpGreater, clawrden.OpGreaterEqual:
		t.low = allows
	}
	return t
}

// step is an instruction of a test, whose jumps may leave it: for the next test, or for what comes after a failed one.
type step struct {
	unix.SockFilter
	yes, no exit
}

type exit uint8

const (
	on   exit = iota // the jump is in the instruction
	pass             // the test holds
	fail
)

// steps gives a test's instructions. Where the last one neither returns nor jumps, the test holds.
func (t *test) steps() []step {
	lo, hi := uint32(offArgs+8*t.index), uint32(offArgs+8*t.index+4)
	out := []step{}
	if !t.low {
		out = append(out, half(hi, uint32(t.mask>>32))...)
		v := uint32(t.value >> 32)
		switch t.op {
		case clawrden.OpEqual:
			out = append(out, cond(unix.BPF_JEQ, v, on, fail))
		case clawrden.OpNotEqual:
			out = append(out, cond(unix.BPF_JEQ, v, on, pass))
		case clawrden.OpGreater, clawrden.OpGreaterEqual:
			out = append(out, cond(unix.BPF_JGT, v, pass, on), cond(unix.BPF_JEQ, v, on, fail))
		case clawrden.OpLess, clawrden.OpLessEqual:
			out = append(out, cond(unix.BPF_JGT, v, fail, on), cond(unix.BPF_JEQ, v, on, pass))
		}
	}
	out = append(out, half(lo, uint32(t.mask))...) //nolint:gosec // its lower half
	v := uint32(t.value)                           //nolint:gosec // its lower half
	switch t.op {
	case clawrden.OpEqual:
		out = append(out, cond(unix.BPF_JEQ, v, pass, fail))
	case clawrden.OpNotEqual:
		out = append(out, cond(unix.BPF_JEQ, v, fail, pass))
	case clawrden.OpGreater:
		out = append(out, cond(unix.BPF_JGT, v, pass, fail))
	case clawrden.OpGreaterEqual:
		out = append(out, cond(unix.BPF_JGE, v, pass, fail))
	case clawrden.OpLess:
		out = append(out, cond(unix.BPF_JGE, v, fail, pass))
	case clawrden.OpLessEqual:
		out = append(out, cond(unix.BPF_JGT, v, fail, pass))
	}
	return out
}

// half loads one half of an argument and masks it.
func half(offset, mask uint32) []step {
	out := []step{{SockFilter: load(offset)}}
	if mask != ^uint32(0) {
		out = append(out, step{SockFilter: unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}})
	}
	return out
}

func cond(op uint16, k uint32, yes, no exit) step {
	return step{SockFilter: jump(op, k, 0, 0), yes: yes, no: no}
}

// allOf returns the action if all tests hold, and else goes on behind itself. With at most twelve tests of at most seven
// instructions every jump is short enough; Compile refuses more.
func allOf(tests []test, action uint32) []unix.SockFilter {
	var all []step
	ends := make([]int, 0, len(tests)) // where each test's instructions end
	for i := range tests {
		all = append(all, tests[i].steps()...)
		ends = append(ends, len(all))
	}
	out := make([]unix.SockFilter, 0, len(all)+1)
	current := 0
	for i, s := range all {
		for i >= ends[current] {
			current++
		}
		to := func(e exit) uint8 {
			switch e {
			case pass:
				return uint8(ends[current] - i - 1) //nolint:gosec // below a hundred, as above
			case fail:
				return uint8(len(all) - i) //nolint:gosec // over the return: below a hundred, as above
			case on:
			}
			return 0
		}
		s.Jt, s.Jf = to(s.yes), to(s.no)
		out = append(out, s.SockFilter)
	}
	return append(out, ret(action))
}

// maxTests bounds the tests of one branch, so that jumps over them fit.
const maxTests = 24
