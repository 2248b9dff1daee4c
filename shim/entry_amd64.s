#include "textflag.h"

// func entry()
//
// The process starts here (linked with -E) and not in the Go runtime, which opens /dev/null over closed descriptors,
// puts handlers over ignored signals, and has no memory of either. What is found goes to the variables of entry.go; then
// all signals are blocked, so that its Go threads never see one, and the runtime is entered with the stack as the kernel
// left it.
TEXT ·entry(SB),NOSPLIT|NOFRAME,$0
	MOVQ SP, ·stack(SB)
	SUBQ $128, SP

	// Which of 0, 1, 2 are closed: fcntl(fd, F_GETFD) fails.
	XORQ R12, R12
	XORQ R13, R13
fds:
	MOVQ $72, AX
	MOVQ R13, DI
	MOVQ $1, SI
	XORQ DX, DX
	SYSCALL
	TESTQ AX, AX
	JGE  open
	MOVQ R13, CX
	MOVQ $1, AX
	SHLQ CX, AX
	ORQ  AX, R12
open:
	INCQ R13
	CMPQ R13, $3
	JLT  fds
	MOVQ R12, ·closed(SB)

	// Which signals are ignored: rt_sigaction(sig, NULL, &old, 8), old.handler == SIG_IGN.
	XORQ R12, R12
	MOVQ $1, R13
sigs:
	MOVQ $13, AX
	MOVQ R13, DI
	XORQ SI, SI
	LEAQ 16(SP), DX
	MOVQ $8, R10
	SYSCALL
	TESTQ AX, AX
	JLT  next
	CMPQ 16(SP), $1
	JNE  next
	MOVQ R13, CX
	DECQ CX
	MOVQ $1, AX
	SHLQ CX, AX
	ORQ  AX, R12
next:
	INCQ R13
	CMPQ R13, $64
	JLE  sigs
	MOVQ R12, ·ignored(SB)

	// rt_sigprocmask(SIG_BLOCK, &all, &mask, 8)
	MOVQ $-1, AX
	MOVQ AX, 16(SP)
	MOVQ $14, AX
	XORQ DI, DI
	LEAQ 16(SP), SI
	LEAQ ·mask(SB), DX
	MOVQ $8, R10
	SYSCALL

	// rt_sigtimedwait(&escaping, NULL, &zero, 8), until none is left: the runtime would unblock and lose them.
	MOVQ $0, 24(SP)
	MOVQ $0, 32(SP)
	XORQ R12, R12
take:
	MOVQ $128, AX
	LEAQ ·escaping(SB), DI
	XORQ SI, SI
	LEAQ 24(SP), DX
	MOVQ $8, R10
	SYSCALL
	TESTQ AX, AX
	JLE  taken
	MOVQ AX, CX
	DECQ CX
	MOVQ $1, AX
	SHLQ CX, AX
	ORQ  AX, R12
	JMP  take
taken:
	MOVQ R12, ·taken(SB)

	// prlimit64(0, resource, NULL, &limits[i]), and for all but the last its soft limit as high as may be.
	XORQ R13, R13
	LEAQ ·limits(SB), R12
	LEAQ ·limited(SB), R14
limit:
	MOVQ $302, AX
	XORQ DI, DI
	MOVQ (R14)(R13*8), SI
	XORQ DX, DX
	MOVQ R12, R10
	SYSCALL
	CMPQ R13, $3
	JEQ  limited
	MOVQ (R12), AX
	CMPQ AX, $-1
	JEQ  enough
	MOVQ $-1, AX
	MOVQ AX, 16(SP)
	MOVQ AX, 24(SP)
	MOVQ $302, AX
	LEAQ 16(SP), DX
	XORQ R10, R10
	SYSCALL
	TESTQ AX, AX
	JEQ  enough
	MOVQ 8(R12), AX
	MOVQ AX, 16(SP)
	MOVQ AX, 24(SP)
	MOVQ $302, AX
	SYSCALL
enough:
	ADDQ $16, R12
	INCQ R13
	JMP  limit
limited:
	ADDQ $128, SP
	XORQ DX, DX
	JMP  _rt0_amd64_linux(SB)

// func vfork() (pid uintptr)
//
// clone(CLONE_VM|CLONE_VFORK|SIGCHLD): the child runs on this very stack until it execs, so the return address is kept
// in a register and not on the stack.
TEXT ·vfork(SB),NOSPLIT|NOFRAME,$0-8
	POPQ R12
	MOVQ $56, AX
	MOVQ $0x4111, DI
	XORQ SI, SI
	XORQ DX, DX
	XORQ R10, R10
	XORQ R8, R8
	SYSCALL
	PUSHQ R12
	MOVQ AX, pid+0(FP)
	RET

// caught is a signal handler: it writes its siginfo to the pipe. A fault of the shim's own ends it.
TEXT caught<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ $0x9B0, AX // ILL TRAP BUS FPE SEGV
	BTQ  DI, AX
	JCC  tell
	CMPL 8(SI), $0
	JLE  tell
	MOVQ $231, AX
	MOVQ $125, DI
	SYSCALL
tell:
	MOVQ $1, AX
	MOVQ ·wake(SB), DI
	MOVQ $24, DX
	SYSCALL
	RET

TEXT restorer<>(SB),NOSPLIT|NOFRAME,$0
	MOVQ $15, AX
	SYSCALL
	INT  $3

// func handlers() (catch, restorer uintptr)
TEXT ·handlers(SB),NOSPLIT,$0-16
	LEAQ caught<>(SB), AX
	MOVQ AX, catch+0(FP)
	LEAQ restorer<>(SB), AX
	MOVQ AX, restorer+8(FP)
	RET
