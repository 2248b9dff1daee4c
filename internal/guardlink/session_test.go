package guardlink

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var starts = []Start{
	{Session: "build-7", Since: 1},
	{Session: "a", Lacks: "/proc is writable\nand more", Since: 1 << 60, Again: true},
}

func TestStart(t *testing.T) {
	for _, s := range starts {
		b := AppendStart(nil, &s)
		if typ, n, err := ParseHeader(b); err != nil || typ != TypeStart || n != len(b)-HeaderLen {
			t.Fatalf("%v %d %v", typ, n, err)
		}
		got, err := ParseStart(b[HeaderLen:])
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&s, got); d != "" {
			t.Error(d)
		}
		for cut := range len(b) - HeaderLen {
			if _, err := ParseStart(b[HeaderLen : HeaderLen+cut]); err == nil {
				t.Errorf("cut to %d bytes it is still read", cut)
			}
		}
	}
	for name, want := range map[string]error{"": ErrName, "A": ErrName, strings.Repeat("a", MaxSession+1): ErrName, strings.Repeat("a", MaxSession): nil} {
		if _, err := ParseStart(AppendStart(nil, &Start{Session: name})[HeaderLen:]); !errors.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	long := AppendStart(nil, &Start{Session: "a", Lacks: strings.Repeat("x", 2*MaxText)})
	if _, _, err := ParseHeader(long); err != nil {
		t.Error(err)
	}
	if s, err := ParseStart(long[HeaderLen:]); err != nil || len(s.Lacks) != MaxText/2 {
		t.Error(err)
	}
}

func TestEnd(t *testing.T) {
	b := AppendEnd(nil, 1<<40)
	if typ, n, err := ParseHeader(b); err != nil || typ != TypeEnd || n != len(b)-HeaderLen {
		t.Fatalf("%v %d %v", typ, n, err)
	}
	if n, err := ParseEnd(b[HeaderLen:]); err != nil || n != 1<<40 {
		t.Errorf("%d %v", n, err)
	}
	if _, err := ParseEnd(b[HeaderLen+1:]); err == nil {
		t.Error("too short, and read")
	}
}

func FuzzParseStart(f *testing.F) {
	for _, s := range starts {
		f.Add(AppendStart(nil, &s)[HeaderLen:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := ParseStart(b); err == nil && string(AppendStart(nil, s)[HeaderLen:]) != string(b) {
			t.Errorf("%q is read as %v", b, s)
		}
	})
}
