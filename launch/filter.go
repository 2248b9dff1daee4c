package launch

import (
	"encoding/binary"
	"runtime"

	"golang.org/x/sys/unix"
)

// A call's verdict by a filter, as far as it matters here.
type verdict uint8

const (
	unclear verdict = iota // the program holds an instruction that isn't known here
	allowed
	refused
)

// judge runs a filter over one call, as the kernel will: a launcher that is killed at the exec itself couldn't say so.
func judge(filter []unix.SockFilter, call int, args [6]uintptr) verdict {
	const nr, arch, ip, argsAt, size = 0, 4, 8, 16, 64
	var data [size]byte
	le := binary.LittleEndian
	le.PutUint32(data[nr:], uint32(call))
	le.PutUint32(data[arch:], auditArch())
	le.PutUint64(data[ip:], 0)
	for i, a := range args {
		le.PutUint64(data[argsAt+8*i:], uint64(a))
	}
	var acc, index uint32
	var memory [16]uint32
	for pc := 0; pc < len(filter); pc++ {
		f := filter[pc]
		operand := f.K
		if f.Code&unix.BPF_X != 0 {
			operand = index
		}
		jump := func(yes bool) {
			if yes {
				pc += int(f.Jt)
			} else {
				pc += int(f.Jf)
			}
		}
		switch f.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			if f.K > size-4 || f.K%4 != 0 {
				return unclear
			}
			acc = le.Uint32(data[f.K:])
		case unix.BPF_LD | unix.BPF_IMM:
			acc = f.K
		case unix.BPF_LDX | unix.BPF_IMM:
			index = f.K
		case unix.BPF_LD | unix.BPF_MEM:
			acc = memory[f.K%16]
		case unix.BPF_LDX | unix.BPF_MEM:
			index = memory[f.K%16]
		case unix.BPF_ST:
			memory[f.K%16] = acc
		case unix.BPF_STX:
			memory[f.K%16] = index
		case unix.BPF_MISC | unix.BPF_TAX:
			index = acc
		case unix.BPF_MISC | unix.BPF_TXA:
			acc = index
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, unix.BPF_ALU | unix.BPF_AND | unix.BPF_X:
			acc &= operand
		case unix.BPF_ALU | unix.BPF_OR | unix.BPF_K, unix.BPF_ALU | unix.BPF_OR | unix.BPF_X:
			acc |= operand
		case unix.BPF_JMP | unix.BPF_JA:
			if uint64(f.K) > uint64(len(filter)) {
				return unclear
			}
			pc += int(f.K)
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_X:
			jump(acc == operand)
		case unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGT | unix.BPF_X:
			jump(acc > operand)
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGE | unix.BPF_X:
			jump(acc >= operand)
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_X:
			jump(acc&operand != 0)
		case unix.BPF_RET | unix.BPF_K, unix.BPF_RET | unix.BPF_A:
			if f.Code == unix.BPF_RET|unix.BPF_K {
				acc = f.K
			}
			switch acc & unix.SECCOMP_RET_ACTION_FULL {
			case unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_LOG:
				return allowed
			}
			return refused
		default:
			return unclear
		}
	}
	return unclear
}

// auditArch is what the kernel tells a filter of this architecture.
func auditArch() uint32 {
	switch runtime.GOARCH {
	case "amd64":
		return unix.AUDIT_ARCH_X86_64
	case "arm64":
		return unix.AUDIT_ARCH_AARCH64
	}
	return 0
}
