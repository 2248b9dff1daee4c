#include "textflag.h"

// func i386() int32 makes the call getpid of the 32-bit ABI.
TEXT ·i386(SB), NOSPLIT, $0-4
	MOVL	$20, AX
	INT	$0x80
	MOVL	AX, ret+0(FP)
	RET
