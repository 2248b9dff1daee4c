// Package inherited holds what a process was started with and package syscall changes before main: the soft limit on open
// files, which it raises to the hard one.
//
// It must import nothing, so it makes its system call itself: packages are initialised in the order of their paths as soon as
// all that they import is, and this one comes before syscall in any program. A test of the launcher, which reads it, makes
// sure.
package inherited

// Rlimit is struct rlimit64.
type Rlimit struct{ Cur, Max uint64 }

// OpenFiles is the limit on open files as the program was started with it.
var OpenFiles = openFiles()

func openFiles() (r Rlimit) {
	read(&r) // it fails for nobody
	return r
}

// read is prlimit64(0, RLIMIT_NOFILE, NULL, r).
//
//go:noescape
func read(r *Rlimit)
