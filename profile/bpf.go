package profile

import (
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sys/unix"
)

// filter is what a program decides, before it is one: for each call number the branches that are tried in order.
//
//	load arch           another one ─────────────────────────▶ kill
//	load number         x32 (amd64, bit 30) ─────────────────▶ kill
//	                    −1, a call that a tracer took away ──▶ ENOSYS
//	binary tree over the numbers ──▶ a return, or tests of arguments and a return
type filter struct {
	arch    Arch
	calls   map[uint32]body
	other   uint32 // for numbers that calls hasn't
	foreign uint32 // for another architecture
	x32     uint32 // for amd64's third calling convention
}

// body is what becomes of one call: the first branch whose tests all hold decides. The last has no tests.
type body []branch

type branch struct {
	tests  []test
	action uint32 // SECCOMP_RET_*
}

// Offsets into struct seccomp_data (linux/seccomp.h). Both architectures are little-endian.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16
)

const (
	x32Bit   = 0x40000000 // __X32_SYSCALL_BIT
	noNumber = 0xffffffff
	retKill  = unix.SECCOMP_RET_KILL_PROCESS
)

func refuse(errno unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(errno) } //nolint:gosec // an errno is small

// auditArch is the architecture as the kernel names it to a filter.
func (a Arch) audit() uint32 {
	if a == ARM64 {
		return unix.AUDIT_ARCH_AARCH64
	}
	return unix.AUDIT_ARCH_X86_64
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func ret(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}

// jump goes yes or no instructions on, by comparing the accumulator with k. op is one of BPF_JEQ, JGT, JGE, JSET.
func jump(op uint16, k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, Jt: yes, Jf: no, K: k}
}

// program assembles the filter.
func (f *filter) program() ([]unix.SockFilter, error) {
	prog := []unix.SockFilter{
		load(offArch), jump(unix.BPF_JEQ, f.arch.audit(), 1, 0), ret(f.foreign),
		load(offNumber),
	}
	if f.arch == AMD64 {
		// A tracer that takes a call away sets its number to -1, which has bit 30 too.
		prog = append(prog,
			jump(unix.BPF_JGE, x32Bit, 0, 3),
			jump(unix.BPF_JEQ, noNumber, 0, 1), ret(refuse(unix.ENOSYS)), ret(f.x32),
		)
	}
	prog = append(prog, tree(f.spans())...)
	if len(prog) > MaxFilter {
		return nil, fmt.Errorf("its filter would have %d instructions, and the kernel takes %d; name fewer comparisons of arguments", len(prog), MaxFilter)
	}
	return prog, nil
}

// span is a run of call numbers with one fate, from first to where the next one begins.
type span struct {
	first uint32
	code  []unix.SockFilter
}

// spans cuts the numbers into runs, in order; the first begins at 0.
func (f *filter) spans() []span {
	other := []unix.SockFilter{ret(f.other)}
	out := []span{{first: 0, code: other}}
	add := func(first uint32, code []unix.SockFilter) {
		last := &out[len(out)-1]
		switch {
		case slices.Equal(last.code, code):
		case last.first == first:
			last.code = code
		default:
			out = append(out, span{first: first, code: code})
		}
	}
	next := uint32(0)
	for _, nr := range slices.Sorted(maps.Keys(f.calls)) {
		if nr != next {
			add(next, other)
		}
		add(nr, f.calls[nr].code())
		next = nr + 1
	}
	add(next, other)
	return out
}

// tree finds the span of the number in the accumulator by halving.
func tree(spans []span) []unix.SockFilter {
	if len(spans) == 1 {
		return spans[0].code
	}
	half := len(spans) / 2
	low, high := tree(spans[:half]), tree(spans[half:])
	var out []unix.SockFilter
	if len(low) <= 255 {
		out = append(out, jump(unix.BPF_JGE, spans[half].first, uint8(len(low)), 0)) //nolint:gosec // at most 255
	} else { // too far for a conditional jump
		out = append(out, jump(unix.BPF_JGE, spans[half].first, 0, 1),
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(len(low))})
	}
	return append(append(out, low...), high...)
}

// code assembles the branches one after the other. It ends in a return on every way.
func (b body) code() []unix.SockFilter {
	var out []unix.SockFilter
	for _, br := range b {
		out = append(out, allOf(br.tests, br.action)...)
		if len(br.tests) == 0 {
			break
		}
	}
	return out
}
