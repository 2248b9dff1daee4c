package guard

import (
	"testing"
	"time"
)

func TestKeptName(t *testing.T) {
	since := time.UnixMicro(1_800_000_000_123_456)
	for _, lesser := range []bool{false, true} {
		s := &Session{o: Options{Name: "run-7", Lesser: lesser}, since: since}
		name, when, less, err := parseKept(keptName(s))
		if name != "run-7" || !when.Equal(since) || less != lesser || err != nil {
			t.Errorf("%q: %q %v %v %v", keptName(s), name, when, less, err)
		}
	}
	for _, bad := range []string{"", ".", "..", "1.w.", "1.x.a", "0.w.a", "-1.w.a", "g.w.a", "1.w.A", "1.w.a.b", "1.w", "99999999999999999.w.a"} {
		if name, _, _, err := parseKept(bad); err == nil {
			t.Errorf("%q is taken for that of %q", bad, name)
		}
	}
}

func FuzzParseKept(f *testing.F) {
	f.Add("64ff.w.run-7")
	f.Fuzz(func(t *testing.T, s string) {
		name, since, lesser, err := parseKept(s)
		if err != nil {
			return
		}
		again, when, less, err := parseKept(keptName(&Session{o: Options{Name: name, Lesser: lesser}, since: since}))
		if again != name || !when.Equal(since) || less != lesser || err != nil {
			t.Errorf("%q is read as %q %v %v", s, name, since, lesser)
		}
	})
}
