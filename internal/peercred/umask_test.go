package peercred

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestUmask(t *testing.T) {
	old := unix.Umask(0o037)
	defer unix.Umask(old)
	p, err := Of(connected(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if got := p.Umask(); got != 0o037 {
		t.Errorf("%#o", got)
	}
	for status, want := range map[string]uint32{
		"Name:\tsh\nUmask:\t0077\nState:\tS\n": 0o077,
		"Name:\tUmask:\t0\nUmask:\t0002\n":     0o002,
		"Name:\tUmask:\t0\n":                   defaultUmask,
		"":                                     defaultUmask,
		"Umask:\t9\n":                          defaultUmask,
		"Umask:\t7777\n":                       defaultUmask,
		"Name:\tx\nSigCgt:\t0\nUmask:\t-1\nx:\ty": defaultUmask,
	} {
		if got := parseUmask([]byte(status)); got != want {
			t.Errorf("%q: %#o, want %#o", status, got, want)
		}
	}
}
