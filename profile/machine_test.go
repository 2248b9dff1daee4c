package profile

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"
)

// data is what a filter looks at: struct seccomp_data.
type data struct {
	nr   uint32
	arch uint32
	ip   uint64
	args [6]uint64
}

func (d *data) bytes() []byte {
	b := binary.LittleEndian.AppendUint32(nil, d.nr)
	b = binary.LittleEndian.AppendUint32(b, d.arch)
	b = binary.LittleEndian.AppendUint64(b, d.ip)
	for _, a := range d.args {
		b = binary.LittleEndian.AppendUint64(b, a)
	}
	return b
}

// execute is a machine for the part of classic BPF that filters are made of, ours and those of libseccomp. It refuses all
// that the kernel's own check refuses.
func execute(prog []unix.SockFilter, d *data) (uint32, error) {
	mem := d.bytes()
	var acc, x uint32
	var scratch [16]uint32
	for pc, steps := 0, 0; ; steps++ {
		if pc < 0 || pc >= len(prog) {
			return 0, fmt.Errorf("left the program at %d of %d", pc, len(prog))
		}
		in := prog[pc]
		pc++
		switch in.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			if in.K%4 != 0 || int(in.K)+4 > len(mem) {
				return 0, fmt.Errorf("loads from %d", in.K)
			}
			acc = binary.LittleEndian.Uint32(mem[in.K:])
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			acc &= in.K
		case unix.BPF_ST:
			scratch[in.K] = acc
		case unix.BPF_LD | unix.BPF_MEM:
			acc = scratch[in.K]
		case unix.BPF_MISC | unix.BPF_TAX:
			x = acc
		case unix.BPF_MISC | unix.BPF_TXA:
			acc = x
		case unix.BPF_JMP | unix.BPF_JA:
			pc += int(in.K)
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			pc += choose(acc == in.K, in)
		case unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K:
			pc += choose(acc > in.K, in)
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			pc += choose(acc >= in.K, in)
		case unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K:
			pc += choose(acc&in.K != 0, in)
		case unix.BPF_RET | unix.BPF_K:
			return in.K, nil
		default:
			return 0, fmt.Errorf("instruction %d has the code %#x", pc-1, in.Code)
		}
	}
}

func choose(yes bool, in unix.SockFilter) int {
	if yes {
		return int(in.Jt)
	}
	return int(in.Jf)
}
