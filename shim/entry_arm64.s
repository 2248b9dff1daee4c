#include "textflag.h"

// func entry(): see entry_amd64.s.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVD RSP, R0
	MOVD R0, ·stack(SB)
	SUB  $128, RSP

	MOVD $0, R20
	MOVD $0, R21
fds:
	MOVD $25, R8
	MOVD R21, R0
	MOVD $1, R1
	MOVD $0, R2
	SVC
	CMP  $0, R0
	BGE  open
	MOVD $1, R1
	LSL  R21, R1, R1
	ORR  R1, R20, R20
open:
	ADD  $1, R21
	CMP  $3, R21
	BLT  fds
	MOVD R20, ·closed(SB)

	MOVD $0, R20
	MOVD $1, R21
sigs:
	MOVD $134, R8
	MOVD R21, R0
	MOVD $0, R1
	ADD  $32, RSP, R2
	MOVD $8, R3
	SVC
	CMP  $0, R0
	BLT  next
	MOVD 32(RSP), R0
	CMP  $1, R0
	BNE  next
	SUB  $1, R21, R2
	MOVD $1, R1
	LSL  R2, R1, R1
	ORR  R1, R20, R20
next:
	ADD  $1, R21
	CMP  $64, R21
	BLE  sigs
	MOVD R20, ·ignored(SB)

	MOVD $135, R8
	MOVD $0, R0
	MOVD $·guarded(SB), R1
	MOVD $·mask(SB), R2
	MOVD $8, R3
	SVC

	ADD  $128, RSP
	MOVD $0, R0
	JMP  _rt0_arm64_linux(SB)

// func vfork() (pid uintptr): see entry_amd64.s. The return address is in the link register, which the child doesn't
// share.
TEXT ·vfork(SB),NOSPLIT|NOFRAME,$0-8
	MOVD $220, R8
	MOVD $0x4111, R0
	MOVD $0, R1
	MOVD $0, R2
	MOVD $0, R3
	MOVD $0, R4
	SVC
	MOVD R0, pid+0(FP)
	RET

// func handlerPC() uintptr
TEXT ·handlerPC(SB),NOSPLIT,$0-8
	MOVD $·onSignal(SB), R0
	MOVD R0, ret+0(FP)
	RET

// func restorerPC() uintptr
TEXT ·restorerPC(SB),NOSPLIT,$0-8
	MOVD $·restorer(SB), R0
	MOVD R0, ret+0(FP)
	RET

// onSignal and restorer: see entry_amd64.s.
TEXT ·onSignal(SB),NOSPLIT|NOFRAME,$0
	MOVD ·wake(SB), R0
	MOVD $24, R2
	MOVD $64, R8
	SVC
	RET

TEXT ·restorer(SB),NOSPLIT|NOFRAME,$0
	MOVD $139, R8
	SVC
	BRK
