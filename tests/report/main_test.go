package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	const skip = `{"Action":"output","Package":"p","Test":"TestA","Output":"no dockerd\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
`
	for name, tt := range map[string]struct {
		in      string
		allowed map[string]bool
		ok      bool
		want    string
	}{
		"all well":          {`{"Action":"pass","Package":"p","Test":"T"}` + "\n", nil, true, "1 passed, 0 failed, 0 skipped"},
		"a skip":            {skip, nil, true, "1 passed, 0 failed, 1 skipped"},
		"a skip on no list": {skip, map[string]bool{}, false, "no dockerd"},
		"a listed skip":     {skip, map[string]bool{"TestA": true}, true, "1 passed, 0 failed, 1 skipped"},
		"nothing ran":       {"", nil, false, "0 passed"},
		"a failure":         {`{"Action":"output","Package":"p","Test":"T","Output":"why\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"T"}`, nil, false, "why"},
		"it didn't build":   {`{"ImportPath":"p","Action":"build-output","Output":"x.go:1: no\n"}` + "\n" + `{"ImportPath":"p","Action":"build-fail"}`, nil, false, "x.go:1: no"},
	} {
		var out strings.Builder
		r := &report{out: &out, allowed: tt.allowed}
		if ok := r.read(strings.NewReader(tt.in)); ok != tt.ok || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s: %v, said\n%s", name, ok, out.String())
		}
	}
}

// TestAgain: what is run once more, and what that means for the whole.
func TestAgain(t *testing.T) {
	event := func(action, test string) string {
		return `{"Action":"` + action + `","Package":"p","Test":"` + test + `"}` + "\n"
	}
	failed := func(test string) string { return event("run", test) + event("fail", test) }
	for name, tt := range map[string]struct {
		in, again string
		ok        bool
		ran       string
	}{
		"passes alone":       {failed("T"), event("run", "T") + event("pass", "T"), true, "T"},
		"fails again":        {failed("T"), failed("T"), false, "T"},
		"subtests are one":   {failed("T/a") + failed("T/b") + failed("T") + event("fail", ""), event("pass", "T"), true, "T"},
		"too many":           {failed("A") + failed("B") + failed("C") + failed("D"), event("pass", "A"), false, ""},
		"the program died":   {failed("A") + event("run", "B") + event("fail", ""), event("pass", "A"), false, ""},
		"it didn't build":    {`{"ImportPath":"p","Action":"build-fail"}`, event("pass", "A"), false, ""},
		"a skip on no list":  {event("run", "A") + event("skip", "A"), event("pass", "A"), false, ""},
		"skipped the second": {failed("T"), event("run", "T") + event("skip", "T"), false, "T"},
	} {
		var out strings.Builder
		r := &report{out: &out, allowed: map[string]bool{}}
		if r.read(strings.NewReader(tt.in)) {
			t.Errorf("%s: passed at first", name)
		}
		var ran string
		ok := r.again(func(_, test string) (io.Reader, error) { ran += test; return strings.NewReader(tt.again), nil })
		if ok != tt.ok || ran != tt.ran || ok != strings.Contains(out.String(), "UNSTEADY") {
			t.Errorf("%s: %v, ran %q, said\n%s", name, ok, ran, out.String())
		}
	}
}

func TestReadSkips(t *testing.T) {
	f := filepath.Join(t.TempDir(), "skips.txt")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(f, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# list\nTestA: this kernel lacks it\n\nTestB/sub: x\n")
	if m, err := readSkips(f); err != nil || !m["TestA"] || !m["TestB/sub"] || len(m) != 2 {
		t.Errorf("%v, %v", m, err)
	}
	write("TestA\n")
	if _, err := readSkips(f); err == nil {
		t.Error("a skip without a reason was accepted")
	}
}
