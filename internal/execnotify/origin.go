package execnotify

import (
	"crypto/sha256"

	"golang.org/x/sys/unix"
)

// Origin tells one running program from another: it is made of where the kernel has put the program's parts, by chance, when it
// was started (its auxiliary vector). What a program forks has the same, until it starts another program: so the origin of a
// thread that calls exec says which program's code it runs, through any number of forks, new parents and used-again numbers.
// Only prctl(PR_SET_MM) could change it, which the filter refuses. It says nothing of programs that were started without address
// randomization, which a process can turn off for its children.
type Origin [16]byte

// maxAuxv bounds the vector: the kernel's own is below 400 bytes.
const maxAuxv = 4096

// OriginOf reads the origin of a thread, by its directory below /proc; the zero Origin where it can't be told.
func OriginOf(proc int) (o Origin) {
	fd, err := unix.Openat(proc, "auxv", unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return o
	}
	defer func() { _ = unix.Close(fd) }()
	var b [maxAuxv]byte
	n, err := unix.Read(fd, b[:])
	if err != nil || n < 64 || n == len(b) {
		return o
	}
	sum := sha256.Sum256(b[:n])
	copy(o[:], sum[:])
	return o
}

// NoRandom is the bit of a process's personality that turns address randomization off (personality(2)).
const NoRandom = 0x0040000
