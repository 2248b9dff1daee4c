package guard

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// writeExit makes the held process write text to its standard error and exit, in place of its first instruction. It writes
// with its own system call: a full pipe holds up nobody but itself.
func writeExit(pid, code int, text []byte) error {
	var regs unix.PtraceRegsArm64
	if err := unix.PtraceGetRegSetArm64(pid, unix.NT_PRSTATUS, &regs); err != nil {
		return err
	}
	at := (regs.Sp - below) &^ 15
	if err := poke(pid, uintptr(at), text); err != nil {
		text = nil // the reason is lost, the refusal isn't
	}
	var stub []byte
	op := func(code uint32) { stub = binary.LittleEndian.AppendUint32(stub, code) }
	load := func(register uint32, v uint64) { // movz, then movk for the higher parts
		op(0xd2800000 | uint32(v&0xffff)<<5 | register) //nolint:gosec // 16 bits
		for part := uint32(1); part < 4; part++ {
			op(0xf2800000 | part<<21 | uint32(v>>(16*part)&0xffff)<<5 | register) //nolint:gosec // 16 bits
		}
	}
	const svc, udf, self = 0xd4000001, 0, 0x14000000
	if len(text) > 0 {
		load(0, 2)
		load(1, at)
		load(2, uint64(len(text)))
		load(8, unix.SYS_WRITE)
		op(svc)
	}
	load(0, uint64(code)) //nolint:gosec // an exit status
	load(8, unix.SYS_EXIT_GROUP)
	op(svc)
	op(udf) // a filter may refuse even the exit
	op(self)
	return poke(pid, uintptr(regs.Pc), stub)
}
