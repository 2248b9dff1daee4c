package display_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/clawrden/clawrden/internal/display"
)

// words: what an agent may send, and how a person must see it as one word of a command.
var words = []struct{ name, in, want string }{
	{"plain", "status", "status"},
	{"flag", "--depth=1", "--depth=1"},
	{"path", "/usr/bin/git", "/usr/bin/git"},
	{"empty", "", "''"},
	{"space", "a b", "'a b'"},
	{"dollar", "$HOME", "'$HOME'"},
	{"glob", "*.go", "'*.go'"},
	{"home", "~root", "'~root'"},
	{"revision", "HEAD~1", "HEAD~1"},
	{"semicolon", "a;rm", "'a;rm'"},
	{"backslash", `a\nb`, `'a\nb'`},
	{"single quote", "it's", `$'it\'s'`},
	{"escape", "\x1b[2J", `$'\x1b[2J'`},
	{"newline", "a\nb", `$'a\nb'`},
	{"tab and return", "a\tb\r", `$'a\tb\r'`},
	{"backslash beside newline", "\\\n", `$'\\\n'`},
	{"nul", "a\x00b", `$'a\x00b'`},
	{"delete", "\x7f", `$'\x7f'`},
	{"C1 control", "\u009b2J", `$'\u009b2J'`},
	{"right-to-left override", "a\u202etxt.exe", `$'a\u202etxt.exe'`},
	{"isolate", "\u2066x\u2069", `$'\u2066x\u2069'`},
	{"zero width space", "a\u200bb", `$'a\u200bb'`},
	{"byte order mark", "\ufeffa", `$'\ufeffa'`},
	{"line separator", "a\u2028b", `$'a\u2028b'`},
	{"no-break space", "a\u00a0b", `$'a\u00a0b'`},
	{"tag character", "a\U000e0041", `$'a\U000e0041'`},
	{"private use", "\ue000", `$'\ue000'`},
	{"unassigned", "\u0378", `$'\u0378'`},
	{"noncharacter", "\uffff", `$'\uffff'`},
	{"hangul filler", "a\u3164", `$'a\u3164'`},
	{"variation selector", "a\ufe0f", `$'a\ufe0f'`},
	{"blank braille", "\u2800", `$'\u2800'`},
	{"not UTF-8", "a\xffb", `$'a\xffb'`},
	{"half a character", "\xe2\x82", `$'\xe2\x82'`},
	{"surrogate", "\xed\xa0\x80", `$'\xed\xa0\x80'`},
	{"replacement character itself", "\ufffd", "'\ufffd'"},
	{"letters of other scripts", "grüße-日本語", "grüße-日本語"},
	{"emoji", "a🎉", "'a🎉'"},
	{"full-width semicolon", "a；b", "'a；b'"},
	{"combining mark", "e\u0301", "e\u0301"},
	{"mark at the start", "\u0301e", `$'\u0301e'`},
	{"pile of marks", "e" + strings.Repeat("\u0301", 6), "$'e" + strings.Repeat("\u0301", 4) + `\u0301\u0301'`},
}

func TestWord(t *testing.T) {
	for _, tt := range words {
		t.Run(tt.name, func(t *testing.T) {
			if got := display.Word(tt.in); got != tt.want {
				t.Errorf("Word(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestCommandKeepsWordsApart(t *testing.T) {
	got := display.Command([]string{"git", "commit", "-m", "a b", "", "--", "x\ny"})
	want := `git commit -m 'a b' '' -- $'x\ny'`
	if got != want {
		t.Errorf("Command = %s, want %s", got, want)
	}
	if got := display.Command(nil); got != "" {
		t.Errorf("Command(nil) = %q", got)
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		name    string
		in      string
		max     int
		want    string
		escaped bool
	}{
		{"clean", "two words, 'quoted'", 0, "two words, 'quoted'", false},
		{"backslash stays", `C:\x1b`, 0, `C:\x1b`, false},
		{"escape", "red \x1b[31m", 0, `red \x1b[31m`, true},
		{"override", "\u202e", 0, `\u202e`, true},
		{"newline", "one\ntwo", 0, `one\ntwo`, true},
		{"fits exactly", "12345", 5, "12345", false},
		{"cut", "1234567", 5, "12345… (+2 bytes)", false},
		{"cut by one", "123456", 5, "12345… (+1 byte)", false},
		{"cut between characters", "äöü", 2, "äö… (+2 bytes)", false},
		{"what is cut off isn't escaped", "ab\x1b", 2, "ab… (+1 byte)", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, escaped := display.Text(tt.in, tt.max)
			if got != tt.want || escaped != tt.escaped {
				t.Errorf("Text(%q, %d) = %q, %v, want %q, %v", tt.in, tt.max, got, escaped, tt.want, tt.escaped)
			}
		})
	}
}

func TestBrief(t *testing.T) {
	tests := []struct {
		name    string
		argv    []string
		max     int
		want    string
		escaped bool
	}{
		{"fits", []string{"ls", "-l"}, 5, "ls -l", false},
		{"cut in a word", []string{"echo", "hello"}, 7, "echo he… (+3 bytes)", false},
		{"cut in a quoted word", []string{"echo", "a b c"}, 6, "echo 'a'… (+4 bytes)", false},
		{"whole words missing", []string{"ls", "a", "bc"}, 2, "ls… (+5 bytes)", false},
		{"escaped", []string{"\x1b"}, 80, `$'\x1b'`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, escaped := display.Brief(tt.argv, tt.max)
			if got != tt.want || escaped != tt.escaped {
				t.Errorf("Brief(%q, %d) = %q, %v, want %q, %v", tt.argv, tt.max, got, escaped, tt.want, tt.escaped)
			}
		})
	}
}

// FuzzDisplay: whatever comes in, one printable line comes out, and a shell reads a shown word back as it was.
func FuzzDisplay(f *testing.F) {
	for _, tt := range words {
		f.Add(tt.in, 5)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		text, _ := display.Text(s, max)
		brief, _ := display.Brief([]string{s, s}, max)
		word := display.Word(s)
		for _, out := range []string{text, brief, word, display.Command([]string{s, "x", s})} {
			if !utf8.ValidString(out) {
				t.Errorf("%q isn't UTF-8", out)
			}
			for _, r := range out {
				if !unicode.IsPrint(r) {
					t.Errorf("%q holds %U", out, r)
				}
			}
		}
		if strings.ContainsRune(s, 0) {
			return // no shell word can hold it
		}
		if back := shellRead(t, word); back != s {
			t.Errorf("a shell reads %s as %q, not %q", word, back, s)
		}
	})
}

func shellRead(t *testing.T, word string) string {
	t.Helper()
	file, err := syntax.NewParser().Parse(strings.NewReader("x "+word), "")
	if err != nil {
		t.Fatalf("a shell can't read %s: %v", word, err)
	}
	call, ok := file.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(file.Stmts) != 1 || len(call.Args) != 2 {
		t.Fatalf("%s isn't one word", word)
	}
	back, err := expand.Literal(nil, call.Args[1])
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func BenchmarkCommand(b *testing.B) {
	argv := []string{"git", "commit", "-m", strings.Repeat("word ", 200), "--", "a\x1bb"}
	b.ReportAllocs()
	for b.Loop() {
		display.Command(argv)
	}
}
