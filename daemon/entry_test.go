package daemon

import "testing"

// TestSameByEngine: an engine orders variables anew and adds some; anything else isn't what was decided.
func TestSameByEngine(t *testing.T) {
	want := []string{"A=1", "PATH=/bin", "B=", "no assignment"}
	for name, row := range map[string]struct {
		got  []string
		same bool
	}{
		"as it is":               {[]string{"A=1", "PATH=/bin", "B="}, true},
		"another order, and its": {[]string{"PATH=/bin", "HOME=/", "B=", "HOSTNAME=x", "TERM=xterm", "A=1"}, true},
		"another value":          {[]string{"A=2", "PATH=/bin", "B="}, false},
		"a path of its own":      {[]string{"A=1", "PATH=/bin", "B=", "PATH=/tmp"}, false},
		"twice":                  {[]string{"A=1", "A=1", "PATH=/bin", "B="}, false},
		"one is missing":         {[]string{"A=1", "PATH=/bin"}, false},
		"one more":               {[]string{"A=1", "PATH=/bin", "B=", "LD_PRELOAD=x"}, false},
		"nothing":                {nil, false},
	} {
		if sameByEngine(want, row.got) != row.same {
			t.Errorf("%s: %v", name, !row.same)
		}
	}
}
