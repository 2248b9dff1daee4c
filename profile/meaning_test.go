package profile

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/syscalls"
)

// says tells what a profile's lists say of a call, in plain words: whether some rule of a list names it, with arguments that hold
// in every reading (of what allows) or in some (of what denies).
func says(list []clawrden.Syscall, name string, args [6]uint64, allows bool) bool {
	return slices.ContainsFunc(list, func(s clawrden.Syscall) bool {
		if group, ok := syscalls.Group(s.Name); s.Name != name && (!ok || !slices.Contains(group, name)) {
			return false
		}
		return !slices.ContainsFunc(s.Args, func(a clawrden.SyscallArg) bool {
			mask := a.Mask
			if mask == 0 {
				mask = ^uint64(0)
			}
			whole := test{index: a.Index, mask: mask, op: a.Op, value: a.Value}
			low := whole
			low.low = true
			if a.Mask>>32 != 0 || a.Value>>32 != 0 { // can be meant of all bits only
				low = whole
			}
			if allows {
				return !whole.holds(args) || !low.holds(args)
			}
			return !whole.holds(args) && !low.holds(args)
		})
	})
}

func randomRules(r *rand.Rand, names []string) []clawrden.Syscall {
	var out []clawrden.Syscall
	for range r.IntN(12) {
		if r.IntN(4) == 0 {
			out = append(out, clawrden.Syscall{Name: pick(r, syscalls.Groups())})
			continue
		}
		s := clawrden.Syscall{Name: pick(r, names)}
		for range r.IntN(4) {
			a := clawrden.SyscallArg{Index: r.IntN(6), Op: pick(r, operators), Value: pick(r, values)}
			if r.IntN(3) == 0 {
				a.Mask = pick(r, values) | 1
			}
			s.Args = append(s.Args, a)
		}
		out = append(out, s)
	}
	return out
}

func TestPlansMeanTheirProfiles(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	made := 0
	for range 120 {
		arch := pick(r, []Arch{AMD64, ARM64})
		known := syscalls.Numbers(string(arch))
		var names []string
		for range 8 { // few, so that rules meet
			names = append(names, known[pick(r, []int{0, 1, 2, 9, 29, 56, 57, 60, 101, 165, 272, 317, 435, 437, 462})])
		}
		names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
		p := &clawrden.Profile{Name: "p", Syscalls: clawrden.Syscalls{
			Default: pick(r, []clawrden.SyscallAction{"", clawrden.SyscallAllow, clawrden.SyscallKill}),
			Allow:   append(randomRules(r, names), clawrden.Syscall{Name: "execve"}, clawrden.Syscall{Name: "execveat"}), Deny: randomRules(r, names),
		}}
		plan, err := Compile(p, Target{Arch: arch})
		if err != nil {
			if !strings.Contains(err.Error(), "so nothing could run") {
				t.Fatal(err)
			}
			continue
		}
		made++
		for range 200 {
			name := pick(r, names)
			d := made64(arch, name, r)
			got, err := execute(plan.Filter, d)
			if err != nil {
				t.Fatal(err)
			}
			want := !says(p.Syscalls.Deny, name, d.args, false) && (p.Syscalls.Default == clawrden.SyscallAllow || says(p.Syscalls.Allow, name, d.args, true))
			if (got == allowed) != want {
				t.Fatalf("%s %#x: %#x, and the profile says %t: %+v", name, d.args, got, want, p.Syscalls)
			}
		}
	}
	if made < 40 {
		t.Errorf("only %d profiles could be compiled", made)
	}
}

// made64 is a call with arguments around which comparisons turn.
func made64(arch Arch, name string, r *rand.Rand) *data {
	d := made(arch, name)
	for i := range d.args {
		d.args[i] = pick(r, values)
	}
	return d
}
