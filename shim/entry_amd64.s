#include "textflag.h"

// func entry()
//
// The process starts here (linked with -E) and not in the Go runtime, which opens /dev/null over closed descriptors,
// puts handlers over ignored signals, and has no memory of either. What is found goes to the variables of entry.go; then
// all signals that would end the shim are blocked, so that its Go threads never see one, and the runtime is entered with
// the stack as the kernel left it.
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

	// rt_sigprocmask(SIG_BLOCK, &guarded, &mask, 8)
	MOVQ $14, AX
	XORQ DI, DI
	LEAQ ·guarded(SB), SI
	LEAQ ·mask(SB), DX
	MOVQ $8, R10
	SYSCALL

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

// func handlerPC() uintptr
TEXT ·handlerPC(SB),NOSPLIT,$0-8
	LEAQ ·onSignal(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// func restorerPC() uintptr
TEXT ·restorerPC(SB),NOSPLIT,$0-8
	LEAQ ·restorer(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// onSignal is a signal handler: it writes the start of siginfo_t to the pipe, on whichever thread it runs. It uses nothing
// of the Go runtime; the kernel restores all registers.
TEXT ·onSignal(SB),NOSPLIT|NOFRAME,$0
	MOVQ ·wake(SB), DI
	MOVQ $24, DX
	MOVQ $1, AX
	SYSCALL
	RET

// restorer is where a handler returns to: rt_sigreturn.
TEXT ·restorer(SB),NOSPLIT|NOFRAME,$0
	MOVQ $15, AX
	SYSCALL
	INT  $3
