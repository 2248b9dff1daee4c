package main

import (
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// maxAgain is how many tests may fail and be run once more: more than these are no chance.
const maxAgain = 3

// again runs the tests that failed once more, one after another, and tells whether all pass now. A program that didn't build
// or that died says nothing about the tests after it, so that running one of them again would prove nothing.
func (r *report) again(run func(pkg, test string) (io.Reader, error)) bool {
	var tests [][2]string
	for _, f := range r.failures {
		top, _, _ := strings.Cut(f[1], "/")
		if test := [2]string{f[0], top}; top != "" && !slices.Contains(tests, test) {
			tests = append(tests, test)
		} else if top == "" {
			return false
		}
	}
	if len(tests) == 0 || len(tests) > maxAgain || len(r.running) > 0 {
		return false
	}
	ok := true
	for _, test := range tests {
		fmt.Fprintf(r.out, "\nonce more, alone: %s of %s\n", test[1], test[0])
		out, err := run(test[0], test[1])
		if err != nil {
			fmt.Fprintln(r.out, "report:", err)
			return false
		}
		if !(&report{out: r.out, allowed: r.allowed}).read(out) {
			ok = false
			continue
		}
		fmt.Fprintf(r.out, "UNSTEADY  %s failed, and passed when it was run alone: it or what it tests has a race; mend it\n", test[1])
	}
	return ok
}

// goTest runs one test. How the program exits is told by its events.
func goTest(pkg, test string) (io.Reader, error) {
	c := exec.Command("go", "test", "-json", "-count=1", "-timeout", "10m", "-run", "^"+test+"$", pkg)
	out, err := c.Output()
	if len(out) == 0 {
		return nil, fmt.Errorf("%v: %w", c.Args, err)
	}
	return strings.NewReader(string(out)), nil
}
