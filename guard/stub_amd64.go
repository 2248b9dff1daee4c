package guard

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// writeStub writes into the held process what it does in place of its first instruction. It writes the text with its own system
// call: a full pipe holds up nobody but itself.
func writeStub(pid int, s *stub) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(pid, &regs); err != nil {
		return err
	}
	var code []byte
	load64 := func(op byte, v uint64) { code = binary.LittleEndian.AppendUint64(append(code, 0x48, op), v) }
	load32 := func(op byte, v uint32) { code = binary.LittleEndian.AppendUint32(append(code, op), v) }
	call := func(nr uint32) {
		load32(0xb8, nr)                // mov eax, nr; here, since the exec has a result of its own to put there
		code = append(code, 0x0f, 0x05) // syscall
	}
	const rdi, rsi, rdx, edi, edx = 0xbf, 0xbe, 0xba, 0xbf, 0xba
	if path := s.path(); path != nil {
		at := (regs.Rsp - pathBelow) &^ 15
		argv, envp, err := stack(pid, regs.Rsp)
		if err == nil {
			err = put(pid, uintptr(at), path)
		}
		if err != nil {
			return err
		}
		load64(rdi, at)
		load64(rsi, argv)
		load64(rdx, envp)
		call(unix.SYS_EXECVE)
	}
	at := (regs.Rsp - below) &^ 15
	if put(pid, uintptr(at), s.text) == nil && len(s.text) > 0 { // else the reason is lost, the refusal isn't
		load32(edi, 2)
		load64(rsi, at)
		load32(edx, uint32(len(s.text)))
		call(unix.SYS_WRITE)
	}
	load32(edi, uint32(s.code))
	call(unix.SYS_EXIT_GROUP)
	code = append(code, 0x0f, 0x0b, 0xeb, 0xfe) // ud2; jmp .: a filter may refuse even the exit
	return poke(pid, uintptr(regs.Rip), code)
}
