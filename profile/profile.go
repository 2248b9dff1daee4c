// Package profile makes of a profile what can be applied: for the launcher a Plan (a classic BPF program, Landlock rules,
// resource limits), for systemd unit properties and for a container engine its settings, which are walls around the launcher.
//
// It does no I/O and asks the kernel nothing: what the machine can do comes in as a Target. What a form or a kernel can't
// express is an error that names it, or a gap in the result where the profile says best_effort; it is never left out unsaid.
// Nothing here is compiled to eBPF, nor to a property of systemd that is.
//
// The executors compile a rule's profile for each run, and keep what they made of it (Cache); the launcher decodes and applies the plan; the CLI shows the forms.
package profile

import "golang.org/x/sys/unix"

// Target is the place that a profile is compiled for.
type Target struct {
	Arch     Arch   // "" is the architecture of this program
	Landlock int    // the kernel's Landlock ABI; 0: it has none
	Holds    Outer  // what the executor's wall around the launcher holds
	Home     string // home directory of who runs the command, absolute; "" if unknown
	Cwd      string // working directory, absolute, as the tool will see it; "" if unknown
}

// Outer is what an executor holds by its own means, from Systemd or OCI, so that the plan needn't.
type Outer uint8

// What can be held outside the launcher.
const (
	OuterHidden  Outer = 1 << iota // hidden paths, by mounts
	OuterPaths                     // read-only and read-write paths, by mounts
	OuterNetwork                   // a network namespace of its own, for the modes none and loopback
	OuterLimits                    // memory, tasks and cpu, by a cgroup
	OuterTime                      // the time limit
	OuterOutput                    // the output limit
)

// LandlockABI is the newest Landlock version that this package has rights for.
const LandlockABI = 6

// FileAccess are the rights that make sense for a file; the kernel refuses a rule for a file that has any other.
const FileAccess = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE |
	unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
