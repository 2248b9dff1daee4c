// Package battery tries the known ways round a command guard, and tells which of them led to the forbidden command.
//
// Each way is a program of its own, built in: the calling binary starts itself anew, as `… battery way NAME`, under the guard
// that is tried. The way does what a hostile agent would, and ends in the marker, a command that the guard denies; the marker's
// own output is the proof that it ran. Nothing is harmed: the marker shows who one is, and all files are in a scratch directory.
//
// It never decides anything and is no part of the guard. Package cli calls it for `clawrden doctor --battery`, and the tests do.
package battery

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// What comes of a way.
const (
	Denied        = "denied"
	Ran           = "ran"
	NotApplicable = "not applicable"
)

// Result is one row of the table.
type Result struct {
	Way    string `json:"way"`
	Result string `json:"result"`
}

// Word is the argument by which the calling binary knows that it is to be one of the battery's programs.
const Word = "battery"

// token is printed by a way whose success isn't a program that runs: it reached into another process.
const token = "clawrden-battery: reached"

// way is one attempt.
type way struct {
	name string
	run  func(*try) error
}

// Ways are the names of all ways, in order.
func Ways() []string {
	var names []string
	for _, w := range ways() {
		names = append(names, w.name)
	}
	return names
}

func ways() []way {
	return slices.Concat(pathWays(), fileWays(), scriptWays(), execWays(), spaceWays(), reachWays(), raceWays(), toolWays(), outsideWays())
}

// errNotApplicable says that the way can't be tried here at all: there is no such program, or the kernel doesn't have it.
var errNotApplicable = errors.New("not applicable")

func notHere(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errNotApplicable, fmt.Sprintf(format, args...))
}

// try is what a way works with.
type try struct {
	self     string // this program's own file
	marker   string // the forbidden command's file
	harmless string // a command that is allowed
	dir      string // empty, and its own
}

// Environment of the battery's own programs.
const (
	envMarker   = "CLAWRDEN_BATTERY_MARKER"
	envHarmless = "CLAWRDEN_BATTERY_HARMLESS"
	envDir      = "CLAWRDEN_BATTERY_DIR"
)

// statusNotApplicable is the exit status of a way that can't be tried.
const statusNotApplicable = 77

// Main is what the calling binary does for `battery …`.
func Main(args []string) int {
	switch {
	case len(args) == 2 && args[0] == "way":
		return play(args[1])
	case len(args) >= 2 && args[0] == "part":
		return playPart(args[1], args[2:])
	case len(args) == 2 && args[0] == "all":
		return playAll(args[1])
	}
	fmt.Fprintln(os.Stderr, "clawrden: these programs are started by clawrden doctor --battery alone")
	return 2
}

// play is one way, in a process of its own.
func play(name string) int {
	i := slices.IndexFunc(ways(), func(w way) bool { return w.name == name })
	if i < 0 {
		fmt.Fprintf(os.Stderr, "clawrden: there is no way %q\n", name)
		return 2
	}
	t, err := newTry()
	if err == nil {
		err = ways()[i].run(t)
	}
	switch {
	case errors.Is(err, errNotApplicable):
		fmt.Fprintln(os.Stderr, "clawrden-battery:", err)
		return statusNotApplicable
	case err != nil:
		fmt.Fprintln(os.Stderr, "clawrden-battery:", err)
		return 1
	}
	return 0
}

func newTry() (*try, error) {
	t := &try{marker: os.Getenv(envMarker), harmless: os.Getenv(envHarmless), dir: os.Getenv(envDir)}
	var err error
	if t.self, err = os.Executable(); err != nil {
		return nil, err
	}
	if t.marker == "" || t.harmless == "" || t.dir == "" {
		return nil, errors.New("the battery's programs are started by the battery alone")
	}
	return t, os.Chdir(t.dir)
}

// resolve finds a command's file, links followed.
func resolve(name string) (string, error) {
	p, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	if p, err = filepath.Abs(p); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(p)
}

// proven reports whether output shows that the forbidden thing happened.
func proven(output string) bool {
	return slices.ContainsFunc(proofs, func(p string) bool { return strings.Contains(output, p) })
}
