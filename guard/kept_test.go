package guard

import (
	"testing"
	"time"
)

func TestKeptName(t *testing.T) {
	since := time.UnixMicro(1_800_000_000_123_456)
	for _, lesser := range []bool{false, true} {
		s := &Session{o: Options{Name: "run-7", Lesser: lesser, Place: Place{1 << 32, identity{5, 1<<64 - 1}}}, since: since}
		o, when, err := parseKept(keptName(s))
		if o.Name != "run-7" || !when.Equal(since) || o.Lesser != lesser || o.Place != s.o.Place || err != nil {
			t.Errorf("%q: %+v %v %v", keptName(s), o, when, err)
		}
	}
	for _, bad := range []string{
		"", ".", "..", "...", "1.w.0-0-0.", "1.x.0-0-0.a", "0.w.0-0-0.a", "-1.w.0-0-0.a", "g.w.0-0-0.a", "1.w.0-0-0.A", "1.w.0-0-0.a.b", "1.w.0-0-0", "1.w.a", "1.w.0-0.a", "1.w.0-0-g.a",
		"1.w.0-0--1.a", "1.w.0-0-0-0.a", "99999999999999999.w.0-0-0.a",
	} {
		if o, _, err := parseKept(bad); err == nil {
			t.Errorf("%q is taken for that of %q", bad, o.Name)
		}
	}
}

func FuzzParseKept(f *testing.F) {
	f.Add("64ff.w.f0000000-1f-2.run-7")
	f.Fuzz(func(t *testing.T, s string) {
		o, since, err := parseKept(s)
		if err != nil {
			return
		}
		again, when, err := parseKept(keptName(&Session{o: o, since: since}))
		if again.Name != o.Name || !when.Equal(since) || again.Lesser != o.Lesser || again.Place != o.Place || err != nil {
			t.Errorf("%q is read as %+v %v", s, o, since)
		}
	})
}
