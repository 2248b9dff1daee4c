package battery

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Options say what is tried.
type Options struct {
	// Prefix starts the battery's program under the guard that is tried: its words stand before the program's own. Empty: the
	// program is started as it is.
	Prefix []string
	Self   string // the calling binary; "" for this one
	Stderr io.Writer
}

// The marker is known by its output, whoever it speaks of.
const (
	marker   = "id"
	harmless = "true"
)

// proofs are what the marker says when it runs; with an argument that it doesn't understand, too.
var proofs = []string{"uid=", "no such user", "unknown user", token}

// Run tries all ways. A guard that ends the whole session at a way has denied it: the next one begins another session.
func Run(ctx context.Context, o Options) ([]Result, error) {
	if o.Self == "" {
		var err error
		if o.Self, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("cannot find this program's own file: %v", err)
		}
	}
	var results []Result
	for names := Ways(); len(results) < len(names); {
		n := len(results)
		begun, err := o.session(ctx, names[n], &results)
		if err != nil {
			return results, err
		}
		if ctx.Err() != nil {
			return results, ctx.Err()
		}
		if len(results) == n && !begun {
			return results, errors.New("the battery's program could not be started there, or ended at once")
		}
		if begun { // and not ended
			results = append(results, Result{names[len(results)], Denied})
		}
	}
	return results, nil
}

// session runs the ways from one on, in one session of the guard. begun is set where it ended in the midst of a way.
func (o *Options) session(ctx context.Context, from string, results *[]Result) (begun bool, err error) {
	argv := append(append([]string{}, o.Prefix...), o.Self, Word, "all", from)
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var said bytes.Buffer
	c.Stderr = &said
	c.WaitDelay = time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := c.Start(); err != nil {
		return false, fmt.Errorf("cannot start %s: %v", argv[0], err)
	}
	seen := 0
	for in := bufio.NewScanner(out); in.Scan(); {
		var r Result
		if json.Unmarshal(in.Bytes(), &r) != nil || r.Way == "" {
			continue // the prefix's own words
		}
		seen++
		if begun = r.Result == ""; !begun {
			*results = append(*results, r)
		}
	}
	err = c.Wait()
	if o.Stderr != nil && seen == 0 {
		_, _ = said.WriteTo(o.Stderr)
	}
	if seen == 0 {
		return false, fmt.Errorf("nothing could be tried: %s ended with %v", argv[0], err)
	}
	return begun, nil
}

// playAll tries the ways from one on, inside, and writes a line as each begins and as it has ended.
func playAll(from string) int {
	if err := tryAll(from, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "clawrden:", err)
		return 1
	}
	return 0
}

func tryAll(from string, out io.Writer) error {
	t := &try{}
	var err error
	if t.self, err = os.Executable(); err != nil {
		return err
	}
	if t.marker, err = resolve(marker); err != nil {
		return fmt.Errorf("the battery's forbidden command isn't here: %v", err)
	}
	if t.harmless, err = resolve(harmless); err != nil {
		return fmt.Errorf("the battery's allowed command isn't here: %v", err)
	}
	scratch, err := scratchDir()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	e := json.NewEncoder(out)
	started := false
	for i, w := range ways() {
		if started = started || w.name == from; !started {
			continue
		}
		if err := e.Encode(Result{Way: w.name}); err != nil {
			return err
		}
		t.dir = filepath.Join(scratch, fmt.Sprint(i))
		if err := os.Mkdir(t.dir, 0o755); err != nil { //nolint:gosec // a way may become another user
			return err
		}
		if err := e.Encode(Result{w.name, t.outcome(w.name)}); err != nil {
			return err
		}
	}
	return nil
}

// scratchDir makes a directory that programs can be run from: here, at home, or among the temporary files.
func scratchDir() (string, error) {
	var last error
	for _, below := range []string{".", os.Getenv("HOME"), os.TempDir()} {
		below, err := filepath.Abs(below)
		if err != nil {
			continue
		}
		dir, err := os.MkdirTemp(below, ".clawrden-battery-")
		if err == nil {
			return dir, nil
		}
		last = err
	}
	return "", fmt.Errorf("no directory can be written: %v", last)
}

// patience is how long a way may take. One that is held for a person counts as denied: it doesn't run.
const patience = 10 * time.Second

// outcome tries one way.
func (t *try) outcome(name string) string {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, t.self, Word, "way", name)
	c.Env = append(os.Environ(), envMarker+"="+t.marker, envHarmless+"="+t.harmless, envDir+"="+t.dir)
	c.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return unix.Kill(-c.Process.Pid, unix.SIGKILL) }
	c.WaitDelay = 100 * time.Millisecond
	evidence := filepath.Join(t.dir, evidenceFile)
	out, _ := c.CombinedOutput()
	if c.Process != nil {
		_ = unix.Kill(-c.Process.Pid, unix.SIGKILL) // what it has left behind
	}
	left, _ := os.ReadFile(evidence)
	switch {
	case proven(string(out)) || proven(string(left)):
		return Ran
	case c.ProcessState != nil && c.ProcessState.ExitCode() == statusNotApplicable:
		return NotApplicable
	}
	return Denied
}

// evidenceFile is where a way leaves the marker's output whose processes have no descriptor of the battery's.
const evidenceFile = "evidence"

// Table lays the results out for people.
func Table(results []Result) string {
	var b strings.Builder
	width := 0
	for _, r := range results {
		width = max(width, len(r.Way))
	}
	for _, r := range results {
		fmt.Fprintf(&b, "%-*s  %s\n", width, r.Way, r.Result)
	}
	return b.String()
}

// Count is how many results are of a kind.
func Count(results []Result, kind string) (n int) {
	for _, r := range results {
		if r.Result == kind {
			n++
		}
	}
	return n
}
