package guard

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// writeStub writes into the held process what it does in place of its first instruction. It writes the text with its own system
// call: a full pipe holds up nobody but itself.
func writeStub(pid int, s *stub) error {
	var regs unix.PtraceRegsArm64
	if err := unix.PtraceGetRegSetArm64(pid, unix.NT_PRSTATUS, &regs); err != nil {
		return err
	}
	var code []byte
	op := func(c uint32) { code = binary.LittleEndian.AppendUint32(code, c) }
	load := func(register uint32, v uint64) { // movz, then movk for the higher parts
		op(0xd2800000 | uint32(v&0xffff)<<5 | register) //nolint:gosec // 16 bits
		for part := uint32(1); part < 4; part++ {
			op(0xf2800000 | part<<21 | uint32(v>>(16*part)&0xffff)<<5 | register) //nolint:gosec // 16 bits
		}
	}
	const svc, udf, self = 0xd4000001, 0, 0x14000000
	call := func(nr uint64) { load(8, nr); op(svc) }
	if path := s.path(); path != nil {
		at := (regs.Sp - pathBelow) &^ 15
		argv, envp, err := stack(pid, regs.Sp)
		if err == nil {
			err = put(pid, uintptr(at), path)
		}
		if err != nil {
			return err
		}
		load(0, at)
		load(1, argv)
		load(2, envp)
		call(unix.SYS_EXECVE)
	}
	at := (regs.Sp - below) &^ 15
	if put(pid, uintptr(at), s.text) == nil && len(s.text) > 0 { // else the reason is lost, the refusal isn't
		load(0, 2)
		load(1, at)
		load(2, uint64(len(s.text)))
		call(unix.SYS_WRITE)
	}
	load(0, uint64(s.code)) //nolint:gosec // an exit status
	call(unix.SYS_EXIT_GROUP)
	op(udf) // a filter may refuse even the exit
	op(self)
	return poke(pid, uintptr(regs.Pc), code)
}
