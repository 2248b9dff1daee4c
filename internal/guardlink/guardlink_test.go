package guardlink

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var examples = []Held{
	{Argv: []string{""}, Env: []string{}},
	{Session: "build", Asked: "/bin/ls", Why: "too large", Cwd: true, Elsewhere: true, Caller: Origin{1, 2}, Image: Origin{3, 15: 4}, Argv: []string{"ls", "-l", "\xff\n"}, Env: []string{"A=1", "B"}},
}

func TestHeld(t *testing.T) {
	for _, h := range examples {
		b := AppendHeld(nil, &h)
		typ, n, err := ParseHeader(b)
		if err != nil || typ != TypeHeld || n != len(b)-HeaderLen {
			t.Fatalf("%v %d %v", typ, n, err)
		}
		got, err := ParseHeld(b[HeaderLen:])
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&h, got); d != "" {
			t.Error(d)
		}
		for cut := range len(b) - HeaderLen {
			if _, err := ParseHeld(b[HeaderLen : HeaderLen+cut]); err == nil {
				t.Errorf("cut to %d bytes it is still read", cut)
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	b := AppendRefuse(nil, 126, "no")
	typ, n, err := ParseHeader(b)
	if err != nil || typ != TypeRefuse || n != len(b)-HeaderLen {
		t.Fatalf("%v %d %v", typ, n, err)
	}
	if code, why, err := ParseRefuse(b[HeaderLen:]); code != 126 || why != "no" || err != nil {
		t.Errorf("%d %q %v", code, why, err)
	}
}

func TestRedirect(t *testing.T) {
	long := "/" + strings.Repeat("x", MaxPath-2)
	for path, good := range map[string]bool{"/a/shim": true, long: true, "": false, "shim": false, "/a\x00b": false, long + "x": false} {
		b := AppendRedirect(nil, path, 125, "no"+strings.Repeat("!", MaxText))
		typ, n, err := ParseHeader(b)
		if good && (err != nil || typ != TypeRedirect || n != len(b)-HeaderLen) {
			t.Fatalf("%v %d %v", typ, n, err)
		}
		got, code, why, err := ParseRedirect(b[HeaderLen:])
		if (err == nil) != good || good && (got != path || code != 125 || !strings.HasPrefix(why, "no!")) {
			t.Errorf("%.20q: %.20q %d %.20q %v", path, got, code, why, err)
		}
	}
}

func FuzzParseRedirect(f *testing.F) {
	f.Add(AppendRedirect(nil, "/a/shim", 125, "no")[HeaderLen:])
	f.Fuzz(func(t *testing.T, b []byte) {
		if path, code, why, err := ParseRedirect(b); err == nil && len(why) < 1000 && string(AppendRedirect(nil, path, code, why)[HeaderLen:]) != string(b) {
			t.Errorf("%q is read as %q %d %q", b, path, code, why)
		}
	})
}

func TestAttach(t *testing.T) {
	for name, want := range map[string]error{"": nil, "build-7": nil, "A": ErrName, "a/b": ErrName, string(make([]byte, 65)): ErrName} {
		b := AppendAttach(nil, &Attach{Session: name})
		if typ, n, err := ParseHeader(b); err != nil || typ != TypeAttach || n != len(b)-HeaderLen {
			t.Fatalf("%v %d %v", typ, n, err)
		}
		a, err := ParseAttach(b[HeaderLen:])
		if !errors.Is(err, want) || err == nil && a.Session != name {
			t.Errorf("%q: %v, %v", name, a, err)
		}
	}
}

// TestAttachLacks: a launcher says that its session is a lesser one, in some words.
func TestAttachLacks(t *testing.T) {
	for _, lacks := range []string{"", "a layout\nand more"} {
		if a, err := ParseAttach(AppendAttach(nil, &Attach{Session: "a", Lacks: lacks})[HeaderLen:]); err != nil || a.Lacks != lacks {
			t.Errorf("%q: %+v, %v", lacks, a, err)
		}
	}
	if a, err := ParseAttach(AppendAttach(nil, &Attach{Lacks: strings.Repeat("x", MaxText)})[HeaderLen:]); err != nil || len(a.Lacks) != MaxText/2 {
		t.Errorf("%v", err)
	}
	if _, err := ParseAttach(append(AppendAttach(nil, &Attach{Session: "a"})[HeaderLen:], 0, 0, 0, 0)); !errors.Is(err, ErrContent) {
		t.Errorf("no words: %v", err)
	}
}

func FuzzParseAttach(f *testing.F) {
	f.Add(AppendAttach(nil, &Attach{Session: "a"})[HeaderLen:])
	f.Add(AppendAttach(nil, &Attach{Session: "a", Lacks: "a layout"})[HeaderLen:])
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := ParseAttach(b); err == nil && string(AppendAttach(nil, a)[HeaderLen:]) != string(b) {
			t.Errorf("%q is read as %v", b, a)
		}
	})
}

func FuzzParseHeld(f *testing.F) {
	for _, h := range examples {
		f.Add(AppendHeld(nil, &h)[HeaderLen:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeld(b)
		if err != nil {
			return
		}
		if d := cmp.Diff(b, AppendHeld(nil, h)[HeaderLen:]); d != "" {
			t.Error(d)
		}
	})
}
