package main

import (
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
