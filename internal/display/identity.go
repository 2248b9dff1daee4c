package display

import (
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
)

// Identity is all that the kernel attests of an agent, on one line.
func Identity(id *clawrden.Identity) string {
	parts := []string{"uid " + strconv.FormatUint(uint64(id.UID), 10)}
	if id.User != "" {
		parts[0] = Line(id.User) + " (" + parts[0] + ")"
	}
	for _, more := range [][2]string{{"agent ", id.Agent}, {"container ", id.Container}, {"unit ", id.Unit}} {
		if more[1] != "" {
			parts = append(parts, more[0]+Line(more[1]))
		}
	}
	if id.PID != 0 {
		parts = append(parts, "pid "+strconv.Itoa(id.PID))
	}
	return strings.Join(parts, ", ")
}
