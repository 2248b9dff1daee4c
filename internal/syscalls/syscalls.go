// Package syscalls knows the system calls of Linux by name: their numbers on the architectures that Clawrden runs on, the
// groups that systemd gives names to, and the text that a profile is written in: `read`, `@file-system`,
// `socket: arg0 == AF_UNIX`.
//
// It is data and look-ups, without any judgement of what a call may do. Package policy checks with it what the operator
// wrote; package profile compiles it.
package syscalls

import (
	"slices"
	"strings"
)

//go:generate go run generate.go

// row is one system call. Numbers are those of amd64 and arm64.
type row struct {
	name  string
	amd64 int16
	arm64 int16
}

// none is the number of a call that an architecture lacks.
const none = -1

type group struct {
	name    string
	members string // parted by spaces
}

// GroupsVersion is the version of systemd that the groups were taken from.
const GroupsVersion = groupsVersion

func find(name string) (row, bool) {
	i, ok := slices.BinarySearchFunc(table[:], name, func(r row, name string) int { return strings.Compare(r.name, name) })
	if !ok {
		return row{}, false
	}
	return table[i], true
}

func (r *row) number(arch string) int {
	switch arch {
	case "amd64":
		return int(r.amd64)
	case "arm64":
		return int(r.arm64)
	}
	return none
}

// Known reports whether some architecture has a call of this name, now or in the past.
func Known(name string) bool {
	if _, ok := find(name); ok {
		return true
	}
	return foreign()[name]
}

// Number gives a call's number on amd64 or arm64; false where it has none there.
func Number(arch, name string) (int, bool) {
	r, ok := find(name)
	if !ok || r.number(arch) == none {
		return 0, false
	}
	return r.number(arch), true
}

// Numbers gives all calls of an architecture by number.
func Numbers(arch string) map[int]string {
	out := make(map[int]string, len(table))
	for i := range table {
		if n := table[i].number(arch); n != none {
			out[n] = table[i].name
		}
	}
	return out
}

// Names are all known calls, sorted.
func Names() []string {
	out := make([]string, 0, len(table)+64)
	for i := range table {
		out = append(out, table[i].name)
	}
	for name := range foreign() {
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Groups are the names of all groups, each with its @, sorted.
func Groups() []string {
	out := make([]string, len(groups))
	for i := range groups {
		out[i] = groups[i].name
	}
	return out
}

// Group gives the calls of a group, those of groups within it too, sorted; false for an unknown one.
func Group(name string) ([]string, bool) {
	seen := map[string]bool{}
	if !expand(name, seen, map[string]bool{}) {
		return nil, false
	}
	out := make([]string, 0, len(seen))
	for call := range seen {
		out = append(out, call)
	}
	slices.Sort(out)
	return out, true
}

// expand adds the calls of a group to seen. Groups that hold each other are entered once.
func expand(name string, seen, entered map[string]bool) bool {
	i, ok := slices.BinarySearchFunc(groups[:], name, func(g group, name string) int { return strings.Compare(g.name, name) })
	if !ok {
		return false
	}
	if entered[name] {
		return true
	}
	entered[name] = true
	for member := range strings.FieldsSeq(groups[i].members) {
		if strings.HasPrefix(member, "@") {
			expand(member, seen, entered)
			continue
		}
		seen[member] = true
	}
	return true
}

// foreign are the names that only groups have: calls of architectures that aren't in the table.
func foreign() map[string]bool {
	out := map[string]bool{}
	for i := range groups {
		for member := range strings.FieldsSeq(groups[i].members) {
			if _, ok := find(member); !ok && !strings.HasPrefix(member, "@") {
				out[member] = true
			}
		}
	}
	return out
}
