package sessionlink

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var agents = []Agent{
	{Argv: []string{""}},
	{Argv: []string{"claude", "-p", "\xff\n"}, Env: []string{"A=1", "B"}},
}

func TestAgent(t *testing.T) {
	for _, a := range agents {
		b := AppendAgent(nil, &a)
		typ, body, err := Read(bytes.NewReader(b))
		if err != nil || typ != TypeAgent {
			t.Fatalf("%v %v", typ, err)
		}
		got, err := ParseAgent(body)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&a, got); d != "" {
			t.Error(d)
		}
		for cut := range body {
			if _, err := ParseAgent(body[:cut]); !errors.Is(err, ErrFrame) {
				t.Errorf("cut to %d bytes: %v", cut, err)
			}
		}
	}
}

func TestRead(t *testing.T) {
	for _, row := range []struct {
		frame []byte
		typ   Type
		body  string
		err   error
	}{
		{AppendNumber(nil, TypeExited, 7), TypeExited, "\x07", nil},
		{AppendRefused(nil, 125, "no"), TypeRefused, "\x7dno", nil},
		{[]byte{'X', 0, 0, 0, 0}, 0, "", ErrFrame},
		{[]byte{'X', 0, 0, 1, 0}, 0, "", ErrFrame},
		{[]byte{'A', 0, 0, 0, 1}, 0, "", ErrFrame},
	} {
		typ, body, err := Read(bytes.NewReader(row.frame))
		if typ != row.typ || string(body) != row.body || !errors.Is(err, row.err) {
			t.Errorf("%q: %v %q %v", row.frame, typ, body, err)
		}
	}
	if _, body, err := Read(bytes.NewReader(AppendRefused(nil, 1, string(make([]byte, 1<<20))))); err != nil || len(body) != maxOther {
		t.Errorf("%d %v", len(body), err)
	}
}

func FuzzParseAgent(f *testing.F) {
	for _, a := range agents {
		_, body, _ := Read(bytes.NewReader(AppendAgent(nil, &a)))
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseAgent(b)
		if err != nil {
			return
		}
		if _, body, err := Read(bytes.NewReader(AppendAgent(nil, a))); err != nil || !bytes.Equal(body, b) {
			t.Errorf("%q is read as %+v, %v", b, a, err)
		}
	})
}
