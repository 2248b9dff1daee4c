package protocol

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var requests = []Request{
	{Tool: "echo", Argv: []string{"echo", "hello"}, Env: []string{"PATH=/bin"}, Descriptors: hasAll},
	{Tool: "git", Argv: []string{"/usr/bin/git", "", "a\nb", "\xff\xfe"}, Env: []string{""}, Descriptors: HasStdout},
	{Tool: "x", Argv: []string{}, Env: []string{}},
	{Tool: "make", Argv: []string{"make", "all"}, Env: []string{"A=b"}, Again: true, Ticket: ticketOf("k3v9r2ma"), Descriptors: hasAll},
	{Tool: "make", Argv: []string{"make"}, Env: []string{}, Again: true},
	{Tool: strings.Repeat("t", MaxTool), Purpose: PurposeCan, Argv: []string{"t"}, Env: []string{}},
}

var execs = []Exec{
	{Path: "/usr/bin/git", Dev: 1 << 40, Ino: 1<<63 + 5},
	{Mode: ExecFD, Stay: true, Path: "/x", Words: []ExecWord{{Word: "/bin/sh"}, {Word: ""}, {IsFD: true, FD: 1}}},
	{Path: "", Words: []ExecWord{{IsFD: true, FD: MaxDescriptors - 1}}},
	{Path: "/bin/x", All: true, Words: slices.Repeat([]ExecWord{{Word: "w"}, {Word: ""}}, 20)},
	{Mode: ExecPath, Stay: true, Tree: true, Path: "/x"},
	{Path: "/x", Env: NewExecEnv(9, []int{0, 8}, []string{"A=b", "C="}), Words: []ExecWord{{Word: "x"}}},
	{Path: "/x", Env: NewExecEnv(16, []int{15}, nil)},
	{Path: "/x", Env: NewExecEnv(0, nil, []string{"A=b"})},
	{Stay: true, Stdio: 6, Path: "/x"},
	{Mode: ExecFD, Stay: true, Tree: true, Stdio: 7, Path: "/x", Env: NewExecEnv(0, nil, nil), Words: []ExecWord{{IsFD: true, FD: 1}}},
}

func ticketOf(id string) Ticket {
	t, ok := NewTicket(id, [16]byte{1, 2, 0, 0xff})
	if !ok {
		panic(id)
	}
	return t
}

// split takes one frame apart.
func split(t testing.TB, b []byte) (Header, []byte) {
	t.Helper()
	h, err := ParseHeader(b)
	if err != nil || int(h.Length) != len(b)-HeaderLen {
		t.Fatalf("header %+v, %v, of a frame of %d bytes", h, err, len(b))
	}
	return h, b[HeaderLen:]
}

func TestRequestRoundTrip(t *testing.T) {
	for _, r := range requests {
		h, p := split(t, AppendRequest(nil, &r))
		if err := CheckHeader(h); err != nil {
			t.Errorf("%q: %v", r.Tool, err)
		}
		got, err := ParseRequest(h.Version, p)
		if err != nil {
			t.Errorf("%q: %v", r.Tool, err)
			continue
		}
		if diff := cmp.Diff(&r, got); diff != "" {
			t.Errorf("%q:\n%s", r.Tool, diff)
		}
	}
}

// TestGolden keeps the bytes on the wire: a change of them is a new version.
func TestGolden(t *testing.T) {
	v1 := append(appendHeader(nil, 1, TypeRequest), 0, hasAll, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0)
	v1 = finish(append(v1, "/usr/bin/echo\x00hello\x00PATH=/bin\x00"...), 0)
	for name, b := range map[string][]byte{
		"request-v1":        v1,
		"request-v2":        ofVersion(2, AppendRequest(nil, &requests[0])),
		"request-v3":        ofVersion(3, AppendRequest(nil, &requests[0])),
		"request-v4":        AppendRequest(nil, &requests[0]),
		"request-v3-ticket": ofVersion(3, AppendRequest(nil, &Request{Tool: "t", Argv: []string{"t"}, Again: true, Ticket: ticketOf("k3v9r2ma")})),
		"wait-v3":           AppendTicket(nil, &Wait{Ticket: ticketOf("abc"), Until: 1 << 40, Text: "waiting"}),
		"late":              ofVersion(3, AppendLate(nil, 0x0700)),
		"attach":            ofVersion(3, AppendAttach(nil)),
		"exec":              AppendExec(nil, &execs[1]),
		"exec-all":          AppendExec(nil, &execs[3]),
		"exec-stdio":        AppendExec(nil, &execs[8]),
		"wait":              AppendWait(nil, "waiting"),
		"refuse":            AppendRefuse(nil, ExitDenied, "no"),
		"answer":            AppendAnswer(nil, 1, "allow"),
		"started":           AppendStarted(nil),
		"exited":            AppendNumber(nil, TypeExited, 0x0700),
		"finished":          AppendNumber(nil, TypeFinished, 9),
		"failed":            AppendNumber(nil, TypeFailed, 2),
		"signal":            AppendNumber(nil, TypeSignal, 15),
		"version":           AppendVersion(nil),
	} {
		file := "testdata/" + name + ".hex"
		got := hex.Dump(b)
		want, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) && os.Getenv("UPDATE_GOLDEN") != "" {
			want, err = []byte(got), os.WriteFile(file, []byte(got), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is now\n%swant\n%s", name, got, want)
		}
	}
	old, err := os.ReadFile("testdata/request-v2.hex") // what shims of version 2 send
	if err != nil {
		t.Fatal(err)
	}
	var v2 []byte
	for line := range strings.Lines(string(old)) {
		hexes, _, _ := strings.Cut(line[8:], "|")
		b, err := hex.DecodeString(strings.Join(strings.Fields(hexes), ""))
		if err != nil {
			t.Fatal(err)
		}
		v2 = append(v2, b...)
	}
	h, p := split(t, v2)
	got, err := ParseRequest(h.Version, p)
	if diff := cmp.Diff(&requests[0], got); err != nil || h.Version != 2 || diff != "" {
		t.Errorf("version %d: %v\n%s", h.Version, err, diff)
	}
	_, p = split(t, v1)
	got, err = ParseRequest(1, p)
	want := &Request{Descriptors: hasAll, Tool: "echo", Argv: []string{"/usr/bin/echo", "hello"}, Env: []string{"PATH=/bin"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("version 1: %v\n%s", err, diff)
	}
}

// ofVersion is a frame under another version, whose form is the same.
func ofVersion(version uint8, b []byte) []byte {
	b[4] = version
	return b
}

// payload is a Request payload of version 2 with the given counts and words.
func payload(argc, envc uint32, words string) []byte {
	return append(append32(append32([]byte{0, 0, 0, 0}, argc), envc), words...)
}

func TestParseRequestRefuses(t *testing.T) {
	word := strings.Repeat("w", MaxWord)
	many := strings.Repeat(strings.Repeat("w", MaxWord-1)+"\x00", 17)
	for _, row := range []struct {
		name    string
		version uint8
		payload []byte
		want    error
	}{
		{"nothing", 2, nil, ErrShort},
		{"half of the fixed part", 2, make([]byte, 11), ErrShort},
		{"no tool", 2, payload(0, 0, ""), ErrShort},
		{"an empty tool", 2, payload(0, 0, "\x00"), ErrTool},
		{"a tool with a slash", 2, payload(0, 0, "a/b\x00"), ErrTool},
		{"a dot", 2, payload(0, 0, ".\x00"), ErrTool},
		{"a tool that is too long", 2, payload(0, 0, strings.Repeat("t", MaxTool+1)+"\x00"), ErrTool},
		{"fewer words", 2, payload(2, 0, "t\x00a\x00"), ErrShort},
		{"more words", 2, payload(1, 0, "t\x00a\x00b\x00"), ErrTrailing},
		{"a word without its end", 2, payload(1, 0, "t\x00a"), ErrShort},
		{"counts that lie", 2, payload(200_000, 0, "t\x00"), ErrShort},
		{"counts that no payload has", 2, payload(1<<31, 1<<31, "t\x00"), ErrWords},
		{"counts whose sum overflows", 2, payload(1<<32-1, 2, "t\x00"), ErrWords},
		{"a word that is too long", 2, payload(1, 0, "t\x00"+word+"\x00"), ErrWord},
		{"words that are too many bytes", 2, payload(17, 0, "t\x00"+many), ErrLength},
		{"too many pointers", 2, payload(MaxWords/9+1, 0, "t\x00"), ErrWords},
		{"an unknown purpose", 2, append([]byte{2}, payload(0, 0, "t\x00")[1:]...), ErrValue},
		{"unknown descriptors", 2, append([]byte{0, 16}, payload(0, 0, "t\x00")[2:]...), ErrValue},
		{"a ticket before there were any", 2, append([]byte{0, 0, 1}, payload(0, 0, "t\x00")[3:]...), ErrValue},
		{"a ticket that isn't there", 3, append([]byte{0, 0, 1}, payload(0, 0, "t\x00")[3:]...), ErrShort},
		{"a ticket of nothing", 3, append([]byte{0, 0, 1}, payload(0, 0, strings.Repeat("\x00", TicketLen)+"t\x00")[3:]...), ErrTicket},
		{"a ticket of no id", 3, append([]byte{0, 0, 1}, payload(0, 0, "ab\x00c/../"+strings.Repeat("x", 16)+"t\x00")[3:]...), ErrTicket},
		{"a ticket to ask with", 3, append([]byte{1, 0, 1}, payload(0, 0, "k3v9r2ma"+strings.Repeat("x", 16)+"t\x00")[3:]...), ErrTicket},
		{"two tickets", 3, append([]byte{0, 0, 3}, payload(0, 0, "t\x00")[3:]...), ErrValue},
		{"sent again before that could be", 2, append([]byte{0, 0, 2}, payload(0, 0, "t\x00")[3:]...), ErrValue},
		{"a reserved byte", 3, append([]byte{0, 0, 0, 1}, payload(0, 0, "t\x00")[4:]...), ErrValue},
		{"reserved bytes", 2, append([]byte{0, 0, 1}, payload(0, 0, "t\x00")[3:]...), ErrValue},
		{"version 1 without argv", 1, payload(0, 0, ""), ErrTool},
		{"version 1 with a purpose", 1, append([]byte{1}, payload(1, 0, "t\x00")[1:]...), ErrValue},
		{"version 1, a directory", 1, payload(1, 0, "/usr/bin/\x00"), ErrTool},
	} {
		if _, err := ParseRequest(row.version, row.payload); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}

// TestCountsThatLieCostNothing bounds what a claim may make the daemon allocate.
func TestCountsThatLieCostNothing(t *testing.T) {
	p := payload(MaxWords/9, 0, "t\x00")
	if n := testing.AllocsPerRun(10, func() { _, _ = ParseRequest(2, p) }); n > 3 {
		t.Errorf("%v allocations", n)
	}
	r := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			_, _ = ParseRequest(2, p)
		}
	})
	if r.AllocedBytesPerOp() > 1024 {
		t.Errorf("a claim of %d words in %d bytes took %d bytes", MaxWords/9, len(p), r.AllocedBytesPerOp())
	}
}

func TestCheckHeader(t *testing.T) {
	for _, row := range []struct {
		h    Header
		want error
	}{
		{Header{Version: 2, Type: TypeRequest, Length: MaxRequest}, nil},
		{Header{Version: 1, Type: TypeRequest}, nil},
		{Header{Version: 0, Type: TypeRequest}, ErrVersion},
		{Header{Version: Version + 1, Type: TypeRequest, Length: 1 << 31}, ErrVersion},
		{Header{Version: 2, Type: TypeExec}, ErrValue},
		{Header{Version: 2, Type: TypeFinished, Length: 4}, ErrValue},
		{Header{Version: 3, Type: TypeFinished, Length: 4}, nil},
		{Header{Version: 3, Type: TypeFinished, Length: 5}, ErrLength},
		{Header{Version: 2, Type: TypeAttach}, ErrValue},
		{Header{Version: 3, Type: TypeAttach}, nil},
		{Header{Version: 3, Type: TypeAttach, Length: 4}, ErrLength},
		{Header{Version: 2, Type: TypeRequest, Length: MaxRequest + 1}, ErrLength},
	} {
		if err := CheckHeader(row.h); !errors.Is(err, row.want) {
			t.Errorf("%+v: %v, want %v", row.h, err, row.want)
		}
	}
	if _, err := ParseHeader([]byte("CLWR")); !errors.Is(err, ErrShort) {
		t.Errorf("a short header: %v", err)
	}
	if _, err := ParseHeader([]byte("clwr\x02\x01\x00\x00\x00\x00\x00\x00")); !errors.Is(err, ErrMagic) {
		t.Errorf("another magic: %v", err)
	}
}

func TestExecRoundTrip(t *testing.T) {
	for _, e := range execs {
		_, p := split(t, AppendExec(nil, &e))
		got, err := ParseExec(p)
		if diff := cmp.Diff(&e, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	for name, p := range map[string][]byte{
		"short":                    make([]byte, execFixed-1),
		"all of no words":          append([]byte{0, 0, 1, 0, 0}, make([]byte, execFixed-5+3)...),
		"an unknown extent":        append(append([]byte{0, 0, 2, 0, 1}, make([]byte, execFixed-5)...), "/x\x00\x00w\x00"...),
		"more than one word 16":    AppendExec(nil, &Exec{Words: make([]ExecWord, maxFirst+1)})[HeaderLen:],
		"more than all words":      AppendExec(nil, &Exec{All: true, Words: make([]ExecWord, MaxExecWords+1)})[HeaderLen:],
		"a flag past all":          append([]byte{0, 1, 0, 32}, make([]byte, execFixed)...),
		"a tree without stay":      append([]byte{0, 0, 0, 2}, make([]byte, execFixed)...),
		"descriptors without stay": append([]byte{0, 0, 0, 8}, make([]byte, execFixed)...),
		"no environment":           append(append([]byte{0, 0, 0, 1}, make([]byte, execFixed-4)...), "/x\x00"...),
		"too few bits":             append(append([]byte{0, 0, 0, 1}, make([]byte, execFixed-4)...), "/x\x00\xff\xff\xff\xff\x00"...),
		"a bit too many":           append(append([]byte{0, 0, 0, 1}, make([]byte, execFixed-4)...), "/x\x00\x01\x00\x00\x00\x02"...),
		"an added word's end":      append(append([]byte{0, 0, 0, 1}, make([]byte, execFixed-4)...), "/x\x00\x00\x00\x00\x00A=b"...),
		"an added word's name":     append(append([]byte{0, 0, 0, 1}, make([]byte, execFixed-4)...), "/x\x00\x00\x00\x00\x00=b\x00"...),
		"no path":                  make([]byte, execFixed),
		"an unknown mode":          append([]byte{9}, make([]byte, execFixed)...),
		"a word's kind":            append(append([]byte{0, 0, 0, 0, 1}, make([]byte, execFixed-5)...), "/x\x00\x07w\x00"...),
		"a descriptor past all":    append(append([]byte{0, 0, 0, 0, 1}, make([]byte, execFixed-5)...), "/x\x00\x019\x00"...),
		"more words than counted":  append(make([]byte, execFixed), "/x\x00\x00w\x00"...),
	} {
		if e, err := ParseExec(p); err == nil {
			t.Errorf("%s: read as %+v", name, e)
		}
	}
}

func TestTextIsCut(t *testing.T) {
	_, p := split(t, AppendRefuse(nil, 1, strings.Repeat("x", MaxText+9)))
	if code, text, err := ParseCoded(p); code != 1 || len(text) != MaxText || err != nil {
		t.Errorf("%d, %d bytes, %v", code, len(text), err)
	}
}

func FuzzParseHeader(f *testing.F) {
	f.Add(AppendVersion(nil))
	f.Add([]byte("CLWR"))
	f.Add(AppendAttach(nil))
	f.Add(AppendLate(nil, 0x0700))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseHeader(b)
		if err == nil && CheckHeader(h) == nil && (h.Length > MaxRequest || h.Type != TypeRequest && h.Type != TypeFinished && h.Type != TypeAttach) {
			t.Errorf("let through: %+v", h)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	for i := range requests {
		f.Add(uint8(Version), AppendRequest(nil, &requests[i])[HeaderLen:])
	}
	f.Add(uint8(1), payload(1, 1, "/bin/t\x00A=b\x00"))
	f.Add(uint8(2), payload(1<<32-1, 2, "t\x00"))
	f.Fuzz(func(t *testing.T, version uint8, p []byte) {
		r, err := ParseRequest(version, p)
		if err != nil {
			return
		}
		if err := CheckWords(r.Argv, r.Env); err != nil {
			t.Errorf("over a limit: %v", err)
		}
		if r.Tool == "" || len(r.Tool) > MaxTool || strings.ContainsAny(r.Tool, "/\x00") {
			t.Errorf("the tool is %q", r.Tool)
		}
		for _, w := range append(append([]string(nil), r.Argv...), r.Env...) {
			if strings.IndexByte(w, 0) >= 0 {
				t.Errorf("a word holds a NUL: %q", w)
			}
		}
		if again := AppendRequest(nil, r)[HeaderLen:]; version >= 2 && !bytes.Equal(again, p) {
			t.Errorf("%q is written again as %q", p, again)
		}
	})
}

func TestWaitRoundTrip(t *testing.T) {
	for _, w := range []Wait{
		{Ticket: ticketOf("k3v9r2ma"), Until: 1, Text: "two\nlines"},
		{Ticket: ticketOf("a"), Until: -1},
	} {
		h, p := split(t, AppendTicket(nil, &w))
		if got, err := ParseWait(h.Version, p); err != nil || got != w {
			t.Errorf("%+v, %v, want %+v", got, err, w)
		}
		if id := w.Ticket.ID(); id != "k3v9r2ma" && id != "a" {
			t.Errorf("the ticket is for %q", id)
		}
	}
	h, p := split(t, AppendWait(nil, "waiting"))
	if got, err := ParseWait(h.Version, p); err != nil || got != (Wait{Text: "waiting"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, id := range []string{"", "toolongid", "A", "a/b", "\x00a", "é"} {
		if _, ok := NewTicket(id, [16]byte{}); ok {
			t.Errorf("%q has a ticket", id)
		}
	}
}

func FuzzParseWait(f *testing.F) {
	f.Add(uint8(3), AppendTicket(nil, &Wait{Ticket: ticketOf("k3v9r2ma"), Until: 1 << 41, Text: "text"})[HeaderLen:])
	f.Add(uint8(1), []byte("text"))
	f.Fuzz(func(t *testing.T, version uint8, p []byte) {
		w, err := ParseWait(version, p)
		if err != nil || version < 3 || len(w.Text) > MaxText {
			return
		}
		if again := AppendTicket(nil, &w)[HeaderLen:]; !bytes.Equal(again, p) {
			t.Errorf("%q is written again as %q", p, again)
		}
	})
}

func FuzzParseExec(f *testing.F) {
	for i := range execs {
		f.Add(AppendExec(nil, &execs[i])[HeaderLen:])
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		e, err := ParseExec(p)
		if err != nil {
			return
		}
		again, err := ParseExec(AppendExec(nil, e)[HeaderLen:])
		if diff := cmp.Diff(e, again); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}
