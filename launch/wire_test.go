package launch

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/profile"
	"github.com/clawrden/clawrden/protocol"
)

// orders are sent, read back and compared, and seed the fuzzer.
func orders() map[string]*Order {
	return map[string]*Order{
		"least": {Tool: Tool{Mode: ToolImage, Path: "id"}},
		"by path": {
			Tool: Tool{Mode: ToolPath, Path: "/usr/bin/id", Dev: 7, Ino: 1 << 40}, Argv: []string{"id", "", "\xff"}, Env: []string{"A=b", "=", "A=c"},
			Cwd: Cwd{Path: "/home/ann", Dev: 1, Ino: 2}, Umask: 0o22, User: User{UID: 1000, GID: 1001, Groups: []uint32{4, 24}},
			Guard:  Guard{Socket: "/run/guard.sock", Session: "job-a1"},
			Limits: []Limit{{unix.RLIMIT_NOFILE, 10, 1 << 63}}, Terminal: true,
		},
		"a script under a profile": {
			Tool: Tool{Mode: ToolFD, Path: "/tmp/x", FDs: []int{10, 11}, Words: []Word{{Text: "/bin/sh"}, {Text: "-e"}, {FD: 1, IsFD: true}}},
			Argv: []string{"x", strings.Repeat("y", 100000)},
			Plan: &profile.Plan{Name: "default", Arch: profile.AMD64, NoNewPrivileges: true, Filter: []unix.SockFilter{{Code: 6, K: 0x7fff0000}}},
		},
	}
}

func encoded(t testing.TB, o *Order) []byte {
	t.Helper()
	frame, err := appendOrder(o, 5)
	if err != nil {
		t.Fatal(err)
	}
	kind, length, err := parseHeader(frame)
	if err != nil || kind != typeOrder || int(length) != len(frame)-headerLen {
		t.Fatalf("header: %d, %d, %v", kind, length, err)
	}
	return frame[headerLen:]
}

func TestOrderComesBack(t *testing.T) {
	for name, o := range orders() {
		payload := encoded(t, o)
		got, stdio, fds, err := parseOrder(payload)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := *o
		want.Tool.FDs = nil
		if d := cmp.Diff(&want, got); d != "" || stdio != 5 || fds != len(o.Tool.FDs) {
			t.Errorf("%s: stdio %d, %d descriptors, %s", name, stdio, fds, d)
		}
		step := max(1, len(payload)/500)
		for i := 0; i < len(payload); i += step {
			if _, _, _, err := parseOrder(payload[:i]); err == nil {
				t.Errorf("%s: %d bytes of %d are an order", name, i, len(payload))
			}
		}
		if _, _, _, err := parseOrder(append(bytes.Clone(payload), 0)); err == nil {
			t.Errorf("%s: a byte more is an order", name)
		}
	}
}

func TestOrderIsBounded(t *testing.T) {
	for name, o := range map[string]*Order{
		"descriptors": {Tool: Tool{FDs: make([]int, maxFDs)}},
		"words":       {Tool: Tool{Words: make([]Word, maxChain+1)}},
		"groups":      {User: User{Groups: make([]uint32, maxGroups+1)}},
		"limits":      {Limits: make([]Limit, maxLimits+1)},
		"argv":        {Argv: []string{strings.Repeat("x", maxOrder)}},
		"plan":        {Plan: &profile.Plan{Name: strings.Repeat("x", 1<<16)}},
	} {
		if _, err := appendOrder(o, 0); err == nil {
			t.Errorf("%s: over the limit, and sent", name)
		}
	}
	wrong := func(change func(*Order)) *Order {
		o := orders()["by path"]
		change(o)
		return o
	}
	for name, o := range map[string]*Order{
		"NUL in argv":                 wrong(func(o *Order) { o.Argv[0] = "a\x00b" }),
		"NUL in a path":               wrong(func(o *Order) { o.Cwd.Path = "/\x00" }),
		"long path":                   wrong(func(o *Order) { o.Tool.Path = strings.Repeat("x", maxPath+1) }),
		"uid -1":                      wrong(func(o *Order) { o.User.UID = nobodyElse }),
		"gid -1":                      wrong(func(o *Order) { o.User.GID = nobodyElse }),
		"umask":                       wrong(func(o *Order) { o.Umask = 0o1000 }),
		"mode":                        wrong(func(o *Order) { o.Tool.Mode = 3 }),
		"a descriptor too many":       wrong(func(o *Order) { o.Tool.FDs = []int{1} }),
		"none to run":                 wrong(func(o *Order) { o.Tool.Mode = ToolFD }),
		"a word of no descriptor":     wrong(func(o *Order) { o.Tool.Words = []Word{{IsFD: true}} }),
		"a word of both kinds":        wrong(func(o *Order) { o.Tool.Words = []Word{{Text: "x", FD: 1}} }),
		"a plan that nobody compiles": wrong(func(o *Order) { o.Plan = &profile.Plan{Filter: make([]unix.SockFilter, 1)} }),
	} {
		if got, _, _, err := parseOrder(encoded(t, o)); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
}

// someRefusals, and what is none.
var (
	someRefusals = []*Refusal{{}, {Step: StepExec, Errno: unix.ENOEXEC, Text: "/bin/x"}, {Step: StepProfile, Text: strings.Repeat("x", maxRefused)}}
	noRefusals   = [][]byte{nil, {0}, {200, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 255, 0, 0, 0}}
)

func TestRefusalComesBack(t *testing.T) {
	for _, r := range someRefusals {
		frame := appendRefused(r)
		got, err := parseRefused(frame[headerLen:])
		want := *r
		want.Text = want.Text[:min(len(want.Text), maxRefused/2)]
		if d := cmp.Diff(&want, got); err != nil || d != "" {
			t.Errorf("%v: %s", err, d)
		}
	}
	for _, b := range noRefusals {
		if r, err := parseRefused(b); err == nil {
			t.Errorf("%x is read as %v", b, r)
		}
	}
}

func FuzzOrder(f *testing.F) {
	for _, o := range orders() {
		f.Add(encoded(f, o))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, stdio, fds, err := parseOrder(b)
		if err != nil {
			return
		}
		o.Tool.FDs = make([]int, fds)
		again, err := appendOrder(o, stdio)
		if err != nil {
			t.Fatalf("what was read can't be sent: %v", err)
		}
		if !bytes.Equal(again[headerLen:], b) {
			t.Fatalf("an order has two forms:\n%x\n%x", b, again[headerLen:])
		}
	})
}

// What a launcher says is read by the daemon, and the tool could be what says it.
func FuzzRefused(f *testing.F) {
	for _, r := range someRefusals {
		f.Add(appendRefused(r)[headerLen:])
	}
	for _, b := range noRefusals {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := parseRefused(b)
		if err != nil {
			return
		}
		if code := r.Code(); r.Error() == "" || code < protocol.ExitFailed || code > protocol.ExitNoTool {
			t.Fatalf("%+v: %d", r, code)
		}
		again, err := parseRefused(appendRefused(r)[headerLen:])
		r.Text = r.Text[:min(len(r.Text), maxRefused/2)]
		if d := cmp.Diff(r, again); err != nil || d != "" {
			t.Fatalf("%v: %s", err, d)
		}
	})
}

// FuzzJudge compares nothing: whatever the program, it is judged in a bounded time.
func FuzzJudge(f *testing.F) {
	add := func(filter []unix.SockFilter) {
		var b []byte
		for _, i := range filter {
			b = binary.LittleEndian.AppendUint32(append(binary.LittleEndian.AppendUint16(b, i.Code), i.Jt, i.Jf), i.K)
		}
		f.Add(b, uint32(unix.SYS_EXECVE), uint64(3))
	}
	add(nil)
	for _, action := range []uint32{unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_KILL_PROCESS, unix.SECCOMP_RET_ERRNO | 1, unix.SECCOMP_RET_LOG} {
		add(answers(unix.SYS_EXECVE, action))
	}
	for _, o := range orders() {
		if o.Plan != nil {
			add(o.Plan.Filter)
		}
	}
	f.Fuzz(func(_ *testing.T, b []byte, call uint32, arg uint64) {
		const size, most = 8, 4096
		var filter []unix.SockFilter
		for ; len(b) >= size && len(filter) < most; b = b[size:] {
			filter = append(filter, unix.SockFilter{Code: binary.LittleEndian.Uint16(b), Jt: b[2], Jf: b[3], K: binary.LittleEndian.Uint32(b[4:])})
		}
		judge(filter, int(call), [6]uintptr{uintptr(arg)})
	})
}
