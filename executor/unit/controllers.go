package unit

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// cgroups is where the host's control groups are mounted.
const cgroups = "/sys/fs/cgroup"

// unheld tells which limit this host's control groups can't hold. systemd takes such a limit and leaves it out without a word: a
// host in a container may have none of the controllers, others boot with one turned off.
func unheld(l *clawrden.Limits, root string) error {
	for _, x := range []struct {
		set               bool
		limit, controller string
	}{{l.Memory > 0, "memory", "memory"}, {l.Tasks > 0, "tasks", "pids"}, {l.CPU > 0, "cpu", "cpu"}} {
		if x.set && !hasController(root, x.controller) {
			return fmt.Errorf("cannot hold limits.%s: the control groups of this host have no controller %q (see %s/cgroup.controllers); an operator can turn it on, or leave the limit out", x.limit, x.controller, root)
		}
	}
	return nil
}

// hasController looks in the one hierarchy of all controllers, else for one of the controller's own.
func hasController(root, name string) bool {
	if b, err := os.ReadFile(filepath.Join(root, "cgroup.controllers")); err == nil {
		return slices.Contains(strings.Fields(string(b)), name)
	}
	fi, err := os.Stat(filepath.Join(root, name))
	return err == nil && fi.IsDir()
}
