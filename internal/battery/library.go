package battery

import (
	"bytes"
	"encoding/binary"
	"runtime"
)

// library makes a shared library whose initialiser runs a program: one segment with the code, its words, and what the program
// loader wants to know of it.
func library(program string) ([]byte, error) {
	if runtime.GOARCH != "amd64" {
		return nil, notHere("its library is for x86-64 alone")
	}
	const (
		codeAt, dynamicAt, hashAt = 0x100, 0x200, 0x300
		symbolsAt, textAt, pathAt = 0x340, 0x360, 0x380
		size                      = 0x1000
	)
	b := make([]byte, size)
	le := binary.LittleEndian
	copy(b, "\x7fELF\x02\x01\x01")
	le.PutUint16(b[16:], 3)  // ET_DYN
	le.PutUint16(b[18:], 62) // EM_X86_64
	le.PutUint32(b[20:], 1)
	le.PutUint64(b[32:], 64) // program headers
	le.PutUint16(b[52:], 64)
	le.PutUint16(b[54:], 56)
	le.PutUint16(b[56:], 2)
	header := func(at int, kind, flags uint32, offset, length uint64) {
		le.PutUint32(b[at:], kind)
		le.PutUint32(b[at+4:], flags)
		for i, v := range []uint64{offset, offset, offset, length, length, size} {
			le.PutUint64(b[at+8+8*i:], v)
		}
	}
	var dynamic []uint64
	const needInit, hash, strtab, symtab, strsz, syment = 12, 4, 5, 6, 10, 11
	dynamic = append(dynamic, needInit, codeAt, hash, hashAt, strtab, textAt, symtab, symbolsAt, strsz, 1, syment, 24, 0, 0)
	header(64, 1, 7, 0, size) // PT_LOAD, all of it
	header(120, 2, 6, dynamicAt, uint64(8*len(dynamic)))
	for i, v := range dynamic {
		le.PutUint64(b[dynamicAt+8*i:], v)
	}
	le.PutUint32(b[hashAt:], 1) // one bucket, one symbol
	le.PutUint32(b[hashAt+4:], 1)
	copy(b[pathAt:], program)
	// lea rdi, [rip+path]; push 0; push rdi; mov rsi, rsp; xor edx, edx; mov eax, 59; syscall; add rsp, 16; ret
	var code bytes.Buffer
	code.Write([]byte{0x48, 0x8d, 0x3d})
	_ = binary.Write(&code, le, uint32(pathAt-codeAt-7))
	code.Write([]byte{0x6a, 0, 0x57, 0x48, 0x89, 0xe6, 0x31, 0xd2, 0xb8, 59, 0, 0, 0, 0x0f, 0x05, 0x48, 0x83, 0xc4, 16, 0xc3})
	copy(b[codeAt:], code.Bytes())
	return b, nil
}
