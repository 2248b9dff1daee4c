package profile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// plans are encoded, decoded and compared, and seed the fuzzer.
var plans = map[string]Plan{
	"empty": {},
	"full": {
		Name: "build", Arch: AMD64, NoNewPrivileges: true, Home: "/home/ann",
		Filter: []unix.SockFilter{{Code: 0x20, K: 4}, {Code: 0x15, Jt: 1, Jf: 2, K: 0xc000003e}, {Code: 6, K: 0x7fff0000}},
		Landlock: Landlock{
			ABI: 6, Access: 0xffff, Net: 3, Scoped: 1,
			Paths: []Path{{Base: BaseRoot, Name: "/", Access: 5}, {Base: BaseRoot, Name: "/usr/lib", Access: 5}, {Base: BaseCwd, Access: 0xffff}, {Base: BaseHome, Name: ".cache/x", Access: 7}},
			Ports: []Port{{Port: 443, Access: 2}},
		},
		Rlimits: []Rlimit{{Resource: unix.RLIMIT_NOFILE, Value: 1 << 20}},
		Gaps:    []Gap{{What: "limits.memory", Why: "there is no cgroup"}},
	},
}

func TestPlanComesBack(t *testing.T) {
	for name, p := range plans {
		b, err := p.Append(nil)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := Decode(b)
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(&p, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for i := range b {
			if _, err := Decode(b[:i]); err == nil {
				t.Errorf("%s: the first %d of %d bytes are read as a plan", name, i, len(b))
			}
		}
		if _, err := Decode(append(b, 0)); err == nil {
			t.Errorf("%s: a byte behind the plan is passed over", name)
		}
	}
}

func TestPlanIsBounded(t *testing.T) {
	many := func(n int) []Path {
		return make([]Path, n)
	}
	for name, p := range map[string]Plan{
		"filter":   {Filter: make([]unix.SockFilter, MaxFilter+1)},
		"paths":    {Landlock: Landlock{Paths: many(MaxPaths + 1)}},
		"ports":    {Landlock: Landlock{Ports: make([]Port, MaxPorts+1)}},
		"text":     {Name: strings.Repeat("x", maxText+1)},
		"rlimits":  {Rlimits: make([]Rlimit, maxRlimits+1)},
		"gaps":     {Gaps: make([]Gap, maxGaps+1)},
		"resource": {Rlimits: []Rlimit{{Resource: 256}}},
		"all": {Landlock: Landlock{Paths: func() []Path {
			paths := many(MaxPaths)
			for i := range paths {
				paths[i].Name = strings.Repeat("x", maxText)
			}
			return paths
		}()}},
	} {
		if _, err := p.Append(nil); err == nil {
			t.Errorf("%s: a plan over its limit is encoded", name)
		}
	}
	if _, err := Decode(make([]byte, MaxPlan+1)); err == nil {
		t.Error("a plan that is too long is read")
	}
}

func TestPlanThatNobodyMakes(t *testing.T) {
	full := func(change func(*Plan)) []byte {
		p := plans["full"]
		p.Landlock.Paths = append([]Path(nil), p.Landlock.Paths...)
		change(&p)
		b, err := p.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"magic":          append([]byte("CPL2"), full(func(*Plan) {})[4:]...),
		"no_new_privs":   full(func(p *Plan) { p.NoNewPrivileges = false }),
		"home":           full(func(p *Plan) { p.Home = "ann" }),
		"relative":       full(func(p *Plan) { p.Landlock.Paths[0].Name = "usr" }),
		"dot dot":        full(func(p *Plan) { p.Landlock.Paths[2].Name = "../x" }),
		"absolute":       full(func(p *Plan) { p.Landlock.Paths[2].Name = "/x" }),
		"NUL":            full(func(p *Plan) { p.Landlock.Paths[1].Name = "/a\x00b" }),
		"base":           full(func(p *Plan) { p.Landlock.Paths[2].Base = 3 }),
		"no rights":      full(func(p *Plan) { p.Landlock.Paths[2].Access = 0 }),
		"unhandled":      full(func(p *Plan) { p.Landlock.Paths[2].Access = 1 << 20 }),
		"unhandled port": full(func(p *Plan) { p.Landlock.Net = 1 }),
		"version":        full(func(p *Plan) { p.Landlock.ABI = 0 }),
	} {
		if p, err := Decode(b); err == nil {
			t.Errorf("%s: read as %+v", name, p)
		} else if !strings.HasPrefix(err.Error(), "cannot read plan: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, p := range plans {
		b, err := p.Append(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(b)
		if err != nil {
			return
		}
		again, err := p.Append(nil)
		if err != nil {
			t.Fatalf("what was read can't be written: %v", err)
		}
		if string(again) != string(b) {
			t.Fatalf("a plan has two encodings:\n%x\n%x", b, again)
		}
	})
}
