package policy

import (
	"math"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
)

// minTasks is the least that limits.tasks can be: the launcher's own threads count until it has become the tool.
const minTasks = 16

// limits reads a limits block. What isn't said is zero.
func (c *compiler) limits(n *node) clawrden.Limits {
	l := clawrden.Limits{Memory: c.size(n, "memory"), Output: c.size(n, "output"), Time: n.duration("timeout")}
	if v, ok := n.vals["cpu"]; ok {
		share, err := strconv.ParseUint(strings.TrimSuffix(n.text("cpu"), "%"), 10, 32)
		if err != nil || !strings.HasSuffix(n.text("cpu"), "%") || share == 0 || share > maxCPU {
			c.problem(v.at, "Not a share of processors", "%q is not a share between 1%% and %d%%; \"150%%\" is one processor and a half.", n.text("cpu"), maxCPU)
		}
		l.CPU = uint32(share)
	}
	l.Tasks = c.count(n, "tasks", minTasks)
	l.OpenFiles = c.count(n, "open_files", minTasks)
	return l
}

const (
	maxCPU   = 100 * 4096
	maxCount = 1 << 22 // the kernel's largest pid, and more descriptors than it lets a process have by default
)

func (c *compiler) count(n *node, name string, least int) uint32 {
	v, ok := n.vals[name]
	if count := n.number(name); ok && (count < least || count > maxCount) {
		c.problem(v.at, "Bad number", "%s is %d to %d.", name, least, maxCount)
		return 0
	}
	return uint32(n.number(name))
}

// size reads a number of bytes with its unit.
func (c *compiler) size(n *node, name string) uint64 {
	v, ok := n.vals[name]
	if !ok {
		return 0
	}
	text := n.text(name)
	for unit, shift := range map[string]uint{"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40} {
		digits, ok := strings.CutSuffix(text, unit)
		if !ok {
			continue
		}
		count, err := strconv.ParseUint(digits, 10, 64)
		if err == nil && count > 0 && count <= math.MaxInt64>>shift {
			return count << shift
		}
	}
	c.problem(v.at, "Not a size", "%q is not a size; write a whole number with its unit, like \"512MiB\". The units are KiB, MiB, GiB and TiB.", text)
	return 0
}

// tighter gives the smaller of each limit that either sets.
func tighter(a, b clawrden.Limits) clawrden.Limits {
	a.Memory, a.Tasks, a.CPU = least(a.Memory, b.Memory), least(a.Tasks, b.Tasks), least(a.CPU, b.CPU)
	a.OpenFiles, a.Time, a.Output = least(a.OpenFiles, b.OpenFiles), least(a.Time, b.Time), least(a.Output, b.Output)
	return a
}

// fuller gives the recording that holds more.
func fuller(a, b string) string {
	if a == "all" || b == "" {
		return a
	}
	return b
}

func least[T interface{ ~uint64 | ~uint32 | ~int64 }](a, b T) T {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
