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

	MOVD $-1, R1
	MOVD R1, 32(RSP)
	MOVD $135, R8
	MOVD $0, R0
	ADD  $32, RSP, R1
	MOVD $·mask(SB), R2
	MOVD $8, R3
	SVC

	MOVD $0, R20
take:
	MOVD ZR, 48(RSP)
	MOVD ZR, 56(RSP)
	MOVD $137, R8
	MOVD $·escaping(SB), R0
	MOVD $0, R1
	ADD  $48, RSP, R2
	MOVD $8, R3
	SVC
	CMP  $0, R0
	BLE  taken
	SUB  $1, R0, R2
	MOVD $1, R1
	LSL  R2, R1, R1
	ORR  R1, R20, R20
	B    take
taken:
	MOVD R20, ·taken(SB)

	MOVD $0, R21
	MOVD $·limits(SB), R20
	MOVD $·limited(SB), R22
limit:
	MOVD $261, R8
	MOVD $0, R0
	MOVD (R22), R1
	MOVD $0, R2
	MOVD R20, R3
	SVC
	CMP  $3, R21
	BEQ  limited
	MOVD (R20), R4
	CMP  $-1, R4
	BEQ  enough
	MOVD $-1, R4
	MOVD R4, 32(RSP)
	MOVD R4, 40(RSP)
	MOVD $0, R0
	ADD  $32, RSP, R2
	MOVD $0, R3
	SVC
	CMP  $0, R0
	BEQ  enough
	MOVD 8(R20), R4
	MOVD R4, 32(RSP)
	MOVD R4, 40(RSP)
	MOVD $0, R0
	SVC
enough:
	ADD  $16, R20
	ADD  $8, R22
	ADD  $1, R21
	B    limit
limited:
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

// See entry_amd64.s. The kernel's own return from a handler is in the link register.
TEXT caught<>(SB),NOSPLIT|NOFRAME,$0
	MOVD $0x9B0, R3 // ILL TRAP BUS FPE SEGV
	LSR  R0, R3, R3
	TBZ  $0, R3, tell
	MOVW 8(R1), R2
	CMPW $0, R2
	BLE  tell
	MOVD $94, R8
	MOVD $125, R0
	SVC
tell:
	MOVD $64, R8
	MOVD ·wake(SB), R0
	MOVD $24, R2
	SVC
	RET

// func handlers() (catch, restorer uintptr)
TEXT ·handlers(SB),NOSPLIT,$0-16
	MOVD $caught<>(SB), R0
	MOVD R0, catch+0(FP)
	MOVD $0, R0
	MOVD R0, restorer+8(FP)
	RET
