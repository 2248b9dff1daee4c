package unit

import (
	"os"
	"syscall"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/launch"
)

// execStart is an element of ExecStart: (sasb).
type execStart struct {
	Path          string
	Args          []string
	IgnoreFailure bool
}

// properties are those that every unit has. None holds a word of the agent's.
func (e *Executor) properties(j *job.Job, o *launch.Order, stdin *os.File) []property {
	const second = 1_000_000 // microseconds
	p := []property{
		variant("Description", "Clawrden: request "+j.Request.ID),
		variant("Slice", Slice),
		variant("Type", "simple"), // that it runs is the launcher's to say
		variant("ExecStart", []execStart{{e.o.Launcher, []string{e.o.Launcher}, false}}),
		variant("StandardInputFileDescriptor", dbus.UnixFD(stdin.Fd())), //nolint:gosec // a descriptor
		// The tool's own come over the socket; what the launcher has to say does, too.
		variant("StandardOutput", "null"),
		variant("StandardError", "null"),
		variant("IgnoreSIGPIPE", false),
		variant("CollectMode", "inactive-or-failed"),
		variant("TimeoutStopUSec", uint64(stopTime.Seconds()*second)),
	}
	if keeps() {
		p = append(p, variant("AddRef", true))
	}
	if o.User.UID != 0 {
		// The launcher takes on the user itself: systemd would add the groups of the user database to the caller's own.
		p = append(p, variant("CapabilityBoundingSet", uint64(1<<capSetgid|1<<capSetuid)))
	}
	if place(j.Decision).Network == "none" {
		p = append(p, variant("PrivateNetwork", true))
	}
	return p
}

// CAP_SETGID and CAP_SETUID.
const (
	capSetgid = 6
	capSetuid = 7
)

func variant(name string, value any) property { return property{name, dbus.MakeVariant(value)} }

func owner(st os.FileInfo) uint32 {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return s.Uid
	}
	return ^uint32(0)
}
