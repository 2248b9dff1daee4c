// Command report reads `go test -json` and prints what a person wants of it: a line a package, the whole output of what
// failed, and the skips. With -skips FILE a skipped test that FILE doesn't list is a failure: a test that isn't run says
// nothing. With -again a few tests that failed are run once more, each alone on the machine; what passes then is named as
// unsteady, and doesn't fail the run.
//
//	go test -json ./... | go run ./tests/report [-skips tests/skips.txt] [-again]
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	skips := flag.String("skips", "", "`file` of tests that may be skipped: a name, a colon, the reason")
	again := flag.Bool("again", false, "run a few tests that failed once more")
	flag.Parse()
	allowed, err := readSkips(*skips)
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(2)
	}
	r := &report{out: os.Stdout, allowed: allowed}
	ok := r.read(os.Stdin)
	if !ok && *again {
		ok = r.again(goTest)
	}
	if !ok {
		os.Exit(1)
	}
}

// event is one line of test2json's output.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

func (e *event) key() [2]string { return [2]string{e.Package + e.ImportPath, e.Test} }

// report counts the results of a stream of events.
type report struct {
	out                     io.Writer
	allowed                 map[string]bool // tests that may be skipped; nil: any
	passed, failed, skipped int
	said                    map[[2]string][]string // output, until it is known to be of no interest
	failures                [][2]string            // package and name of the tests that failed, with their subtests
	running                 map[[2]string]bool     // tests without an end: their program died
}

// read reports on all events and tells whether all is well.
func (r *report) read(in io.Reader) bool {
	r.said, r.running = map[[2]string][]string{}, map[[2]string]bool{}
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, 64<<20)
	for scan.Scan() {
		var e event
		if json.Unmarshal(scan.Bytes(), &e) != nil {
			fmt.Fprintln(r.out, scan.Text()) // not test2json's
			continue
		}
		r.event(&e)
	}
	fmt.Fprintf(r.out, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	return r.failed == 0 && r.passed > 0 && scan.Err() == nil
}

func (r *report) event(e *event) {
	switch e.Action {
	case "run":
		r.running[e.key()] = true
		return
	case "output", "build-output":
		r.said[e.key()] = append(r.said[e.key()], e.Output)
		return
	case "pass":
		if e.Test != "" {
			r.passed++
		} else {
			fmt.Fprintf(r.out, "ok    %-60s %6.1fs\n", e.Package, e.Elapsed)
		}
	case "fail", "build-fail":
		r.fail(e)
	case "skip":
		r.skip(e)
	default:
		return
	}
	delete(r.said, e.key())
	delete(r.running, e.key())
}

func (r *report) fail(e *event) {
	if e.Test != "" || e.Action == "build-fail" || r.failed == 0 { // the last: a package that died outside a test
		r.failed++
		r.failures = append(r.failures, e.key())
	}
	if e.Test == "" {
		fmt.Fprintf(r.out, "FAIL  %-60s %6.1fs\n", e.Package+e.ImportPath, e.Elapsed)
	}
	fmt.Fprint(r.out, strings.Join(r.said[e.key()], ""))
}

func (r *report) skip(e *event) {
	if e.Test == "" {
		return // no test files
	}
	r.skipped++
	if r.allowed == nil || r.allowed[e.Test] {
		fmt.Fprintf(r.out, "skip  %s: %s\n", e.Package, e.Test)
		return
	}
	r.failed++
	fmt.Fprintf(r.out, "FAIL  %s: %s was skipped, and is not on the list of tests that may be\n", e.Package, e.Test)
	fmt.Fprint(r.out, strings.Join(r.said[e.key()], ""))
}

// readSkips reads the list; nil without a file.
func readSkips(name string) (map[string]bool, error) {
	if name == "" {
		return nil, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	list := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		test, reason, ok := strings.Cut(line, ": ")
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("%s: %q has no reason; write NAME: reason", name, line)
		}
		list[test] = true
	}
	return list, nil
}
