package guard

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// writeExit makes the held process write text to its standard error and exit, in place of its first instruction. It writes
// with its own system call: a full pipe holds up nobody but itself.
func writeExit(pid, code int, text []byte) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &regs); err != nil {
		return err
	}
	at := (regs.Rsp - below) &^ 15
	if err := poke(pid, uintptr(at), text); err != nil {
		text = nil // the reason is lost, the refusal isn't
	}
	var stub []byte
	if len(text) > 0 {
		stub = append(stub, 0xbf, 2, 0, 0, 0) // mov edi, 2
		stub = binary.LittleEndian.AppendUint64(append(stub, 0x48, 0xbe), at)
		stub = binary.LittleEndian.AppendUint32(append(stub, 0xba), uint32(len(text)))
		stub = append(stub, 0xb8, unix.SYS_WRITE, 0, 0, 0, 0x0f, 0x05) // mov eax, write; syscall
	}
	stub = binary.LittleEndian.AppendUint32(append(stub, 0xbf), uint32(code))
	stub = append(stub, 0xb8, unix.SYS_EXIT_GROUP, 0, 0, 0, 0x0f, 0x05) // mov eax, exit_group; syscall
	stub = append(stub, 0x0f, 0x0b, 0xeb, 0xfe)                         // ud2; jmp .: a filter may refuse even the exit
	return poke(pid, uintptr(regs.Rip), stub)
}
