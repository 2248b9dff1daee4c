package profile

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden"
)

// full is a profile that says something in each of its fields.
func full() *clawrden.Profile {
	return &clawrden.Profile{
		Name: "full", BestEffort: true, Guard: true, SSHAgent: true,
		Syscalls: clawrden.Syscalls{
			Default: clawrden.SyscallDeny, Errno: "EACCES",
			Allow: []clawrden.Syscall{{Name: "@system-service"}, {Name: "socket", Args: []clawrden.SyscallArg{{Index: 1, Mask: 15, Op: clawrden.OpEqual, Value: 1}}}},
			Deny:  []clawrden.Syscall{{Name: "ptrace"}},
		},
		Filesystem: clawrden.Filesystem{Restricted: true, ReadOnly: []string{"/usr"}, ReadWrite: []string{"cwd"}, Hidden: []string{"/root"}, Exec: []string{"/usr"}},
		Network:    clawrden.Network{Mode: clawrden.NetworkTCP, ConnectTCP: []uint16{443}, BindTCP: []uint16{8080}, UDP: true},
		Limits:     clawrden.Limits{Memory: 1 << 30, Tasks: 64, CPU: 50, OpenFiles: 99, Time: 1, Output: 1},
	}
}

// leaves calls f for each value below v that has no fields of its own, and for each list.
func leaves(path string, v reflect.Value, f func(path string, v reflect.Value)) {
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			leaves(path+"."+v.Type().Field(i).Name, v.Field(i), f)
		}
		return
	}
	f(path, v)
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			leaves(fmt.Sprintf("%s[%d]", path, i), v.Index(i), f)
		}
	}
}

// changes are ways to change a value.
func changes(v reflect.Value) []func() {
	switch kind := v.Kind(); {
	case kind == reflect.Bool:
		return []func(){func() { v.SetBool(!v.Bool()) }}
	case kind == reflect.String:
		return []func(){func() { v.SetString(v.String() + "x") }, func() { v.SetString("") }}
	case v.CanInt():
		return []func(){func() { v.SetInt(v.Int() + 1) }}
	case v.CanUint():
		return []func(){func() { v.SetUint(v.Uint() + 1) }}
	case kind == reflect.Slice:
		return []func(){
			func() { v.SetZero() },
			func() { v.Set(reflect.MakeSlice(v.Type(), 0, 0)) },
			func() { v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem()))) },
		}
	}
	return nil
}

// TestCacheKnowsEachWord changes one word after the other of a profile and of a target: none is served from what was made of another.
func TestCacheKnowsEachWord(t *testing.T) {
	type asked struct {
		Profile clawrden.Profile
		Target  Target
	}
	start := func() *asked {
		return &asked{*full(), Target{Arch: AMD64, Landlock: 4, Holds: OuterTime, Home: "/home/a", Cwd: "/srv"}}
	}
	var paths []string
	leaves("", reflect.ValueOf(start()).Elem(), func(path string, v reflect.Value) {
		if changes(v) == nil {
			t.Fatalf("%s: nothing is known of a %s: is it in the cache's key?", path, v.Kind())
		}
		paths = append(paths, path)
	})
	var c Cache
	made := 0
	ask := func(a *asked) {
		_, _ = kept(&c, "x", &a.Profile, a.Target, func(*clawrden.Profile, Target) (*int, error) { made++; return new(int), nil })
	}
	ask(start())
	if ask(start()); made != 1 {
		t.Fatalf("the same was made %d times", made)
	}
	for i, path := range paths {
		for n := range 3 {
			a, at := start(), 0
			leaves("", reflect.ValueOf(a).Elem(), func(_ string, v reflect.Value) {
				if all := changes(v); at == i && n < len(all) {
					all[n]()
				} else if at == i {
					a = nil
				}
				at++
			})
			if a == nil || reflect.DeepEqual(a, start()) {
				continue
			}
			was := made
			c.made = nil
			ask(start())
			if ask(a); made != was+2 {
				t.Errorf("%s, change %d: served from what was made of another", path, n)
			}
		}
	}
}

// TestCacheOfChanged has one and the same profile changed in place, as no policy does it: even that is another one.
func TestCacheOfChanged(t *testing.T) {
	var c Cache
	p := full()
	target := Target{Arch: AMD64, Landlock: LandlockABI, Holds: OuterLimits | OuterTime | OuterOutput, Home: "/home/a", Cwd: "/srv"}
	for _, change := range []func(){
		func() {}, func() { p.Syscalls.Deny[0].Name = "mount" }, func() { p.Syscalls.Allow[1].Args[0].Value = 2 }, func() { p.Filesystem.Hidden[0] = "/srv" },
		func() { target.Home = "/home/b" }, func() { target.Holds = 0 },
	} {
		change()
		for range 2 {
			got, err := c.Compile(p, target)
			want, wrong := Compile(p, target)
			if d := cmp.Diff(want, got); d != "" || err != nil || wrong != nil {
				t.Errorf("%v, %v\n%s", err, wrong, d)
			}
			unit, err := c.Systemd(p, target)
			wantUnit, wrong := Systemd(p, target)
			if d := cmp.Diff(wantUnit, unit); d != "" || err != nil || wrong != nil {
				t.Errorf("%v, %v\n%s", err, wrong, d)
			}
			box, err := c.OCI(p, target)
			wantBox, wrong := OCI(p, target)
			if d := cmp.Diff(wantBox, box); d != "" || err != nil || wrong != nil {
				t.Errorf("%v, %v\n%s", err, wrong, d)
			}
			unit.Holds, got.Gaps = 0, nil // the caller's own
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	var c Cache
	refused := errors.New("no")
	for i := range 3 * maxMade {
		if _, err := kept(&c, "x", full(), Target{Landlock: i}, func(*clawrden.Profile, Target) (*int, error) { return new(int), nil }); err != nil {
			t.Fatal(err)
		}
		if len(c.made) > maxMade {
			t.Fatalf("%d are kept", len(c.made))
		}
	}
	n := len(c.made)
	if _, err := kept(&c, "y", full(), Target{}, func(*clawrden.Profile, Target) (*int, error) { return nil, refused }); !errors.Is(err, refused) || len(c.made) != n {
		t.Errorf("%v, %d are kept", err, len(c.made))
	}
}

func BenchmarkCompile(b *testing.B) {
	p, target := full(), Target{Arch: AMD64, Landlock: LandlockABI, Holds: OuterLimits | OuterTime | OuterOutput, Home: "/home/a", Cwd: "/srv"}
	b.Run("anew", func(b *testing.B) {
		for b.Loop() {
			if _, err := Compile(p, target); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("kept", func(b *testing.B) {
		var c Cache
		for b.Loop() {
			if _, err := c.Compile(p, target); err != nil {
				b.Fatal(err)
			}
		}
	})
}
