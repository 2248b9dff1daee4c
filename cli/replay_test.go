package cli

import (
	"strings"
	"testing"
)

func TestSafeText(t *testing.T) {
	for _, tt := range []struct {
		in   []string
		want string
	}{
		{[]string{"plain\r\n\ttext\a\b"}, "plain\r\n\ttext\a\b"},
		{[]string{"\x1b[1;31mred\x1b[0m\x1b[K"}, "\x1b[1;31mred\x1b[0m\x1b[K"},
		{[]string{"\x1b[1;3", "1mred"}, "\x1b[1;31mred"},
		{[]string{"\x1b", "[0m"}, "\x1b[0m"},
		{[]string{"\x1b]0;title\a"}, `\x1b]0;title` + "\a"},
		{[]string{"\x1b[2J\x1b[6n"}, `\x1b[2J\x1b[6n`},
		{[]string{"\x1bP1$r0m\x1b\\"}, `\x1bP1$r0m\x1b\`},
		{[]string{"\x9b31m\xff"}, `\x9b31m\xff`},
		{[]string{"\u009b31m"}, `\u009b31m`},
		{[]string{"\xc3", "\xa9"}, "é"},
		{[]string{"a\u202eb"}, `a\u202eb`},
		{[]string{"\x00\x7f"}, `\x00\x7f`},
		{[]string{"\x1b[", strings.Repeat("1", 100), "m"}, `\x1b[` + strings.Repeat("1", 100) + "m"},
		{[]string{"cut\x1b[3"}, `cut\x1b[3`},
	} {
		var s safeText
		var got strings.Builder
		for _, piece := range tt.in {
			got.WriteString(s.add([]byte(piece)))
		}
		got.WriteString(s.end())
		if got.String() != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got.String(), tt.want)
		}
	}
}

func FuzzSafeText(f *testing.F) {
	f.Add([]byte("\x1b[31mred\x1b]52;c;aGk=\a\x1b[2J"), 3)
	f.Fuzz(func(t *testing.T, b []byte, at int) {
		var s safeText
		cut := 0
		if len(b) > 0 {
			cut = max(0, at) % (len(b) + 1)
		}
		shown := s.add(b[:cut]) + s.add(b[cut:]) + s.end()
		for rest := shown; ; {
			_, after, found := strings.Cut(rest, "\x1b")
			if !found {
				break
			}
			i := strings.IndexFunc(after, func(r rune) bool { return r != '[' && r != ';' && r != ':' && (r < '0' || r > '9') })
			if !strings.HasPrefix(after, "[") || i < 0 || after[i] != 'm' && after[i] != 'K' {
				t.Fatalf("%q shows the sequence %.20q", b, after)
			}
			rest = after
		}
		if strings.ContainsAny(shown, "\x00\x0b\x0c\x7f\u009b\u009d") {
			t.Fatalf("%q shows %q", b, shown)
		}
	})
}
