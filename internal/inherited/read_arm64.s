#include "textflag.h"

// func read(r *Rlimit)
TEXT ·read(SB), NOSPLIT, $0-8
	MOVD	$0, R0
	MOVD	$7, R1 // RLIMIT_NOFILE
	MOVD	$0, R2
	MOVD	r+0(FP), R3
	MOVD	$261, R8 // SYS_prlimit64
	SVC
	RET
