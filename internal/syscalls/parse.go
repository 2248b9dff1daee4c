package syscalls

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/clawrden/clawrden"
)

// The text of a rule:
//
//	rule       = name [ ":" comparison { "&&" comparison } ]
//	comparison = "arg" digit [ "&" value ] ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) value
//	value      = term { "|" term }
//	term       = number | name of a constant, such as AF_UNIX
const (
	maxText        = 512 // bytes
	maxComparisons = 12
	maxArg         = 5
)

// UnknownError is about a name that isn't a call, a group or a constant.
type UnknownError struct {
	Kind  string // "system call", "group" or "constant"
	Name  string
	Known []string // what it could have been
}

func (e *UnknownError) Error() string { return fmt.Sprintf("there is no %s named %q", e.Kind, e.Name) }

// Parse reads one rule. An error is an [UnknownError] where a name is wrong.
func Parse(text string) (clawrden.Syscall, error) {
	var s clawrden.Syscall
	if len(text) > maxText {
		return s, fmt.Errorf("it has more than %d characters", maxText)
	}
	name, rest, compared := strings.Cut(text, ":")
	s.Name = strings.TrimSpace(name)
	if err := checkName(s.Name); err != nil {
		return s, err
	}
	if !compared {
		return s, nil
	}
	if strings.HasPrefix(s.Name, "@") {
		return s, errors.New("the arguments of a group can't be compared; name the system call")
	}
	for part := range strings.SplitSeq(rest, "&&") {
		arg, err := comparison(strings.TrimSpace(part))
		if err != nil {
			return s, err
		}
		s.Args = append(s.Args, arg)
	}
	if len(s.Args) > maxComparisons {
		return s, fmt.Errorf("it compares more than %d times", maxComparisons)
	}
	return s, nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return errors.New(`it names no system call; write one like "ptrace", a group like "@mount", or "socket: arg0 == AF_UNIX"`)
	case strings.HasPrefix(name, "@"):
		if _, ok := Group(name); !ok {
			return &UnknownError{Kind: "group", Name: name, Known: Groups()}
		}
	case !Known(name):
		return &UnknownError{Kind: "system call", Name: name, Known: Names()}
	}
	return nil
}

// ops is in the order that they are looked for: one that begins with another comes first.
var ops = []clawrden.CompareOp{
	clawrden.OpEqual, clawrden.OpNotEqual, clawrden.OpLessEqual, clawrden.OpGreaterEqual, clawrden.OpLess, clawrden.OpGreater,
}

func comparison(text string) (clawrden.SyscallArg, error) {
	var a clawrden.SyscallArg
	rest, ok := strings.CutPrefix(text, "arg")
	if !ok || rest == "" || rest[0] < '0' || rest[0] > '0'+maxArg {
		return a, fmt.Errorf(`%q isn't a comparison; write it like "arg0 == 1" or "arg1 & 0x7 != 0", with arg0 to arg%d`, text, maxArg)
	}
	a.Index = int(rest[0] - '0')
	left, right, err := split(rest[1:], &a)
	if err != nil {
		return a, err
	}
	if left != "" {
		mask, ok := strings.CutPrefix(left, "&")
		if !ok {
			return a, fmt.Errorf("%q can't stand between the argument and its comparison; only & and a mask can", left)
		}
		if a.Mask, err = value(mask); err != nil {
			return a, err
		}
		if a.Mask == 0 {
			return a, errors.New("a mask of 0 leaves nothing to compare")
		}
	}
	if a.Value, err = value(right); err != nil {
		return a, err
	}
	if a.Mask != 0 && a.Value&^a.Mask != 0 && (a.Op == clawrden.OpEqual || a.Op == clawrden.OpNotEqual) {
		return a, fmt.Errorf("the value %#x has bits outside of the mask %#x, so they are never equal", a.Value, a.Mask)
	}
	return a, nil
}

// split finds the comparison in what follows the argument's number.
func split(text string, a *clawrden.SyscallArg) (left, right string, err error) {
	i := strings.IndexAny(text, "=!<>")
	if i < 0 {
		return "", "", errors.New("a comparison needs one of ==, !=, <, <=, >, >=")
	}
	for _, op := range ops {
		if rest, ok := strings.CutPrefix(text[i:], string(op)); ok {
			a.Op = op
			return strings.TrimSpace(text[:i]), rest, nil
		}
	}
	return "", "", fmt.Errorf("%q isn't a comparison; use ==, !=, <, <=, > or >=", text[i:i+1])
}

func value(text string) (uint64, error) {
	var v uint64
	for term := range strings.SplitSeq(text, "|") {
		term = strings.TrimSpace(term)
		if n, ok := constants[term]; ok {
			v |= n
			continue
		}
		n, err := strconv.ParseUint(term, 0, 64)
		switch {
		case err == nil:
			v |= n
		case term == "":
			return 0, errors.New("a value is missing; write a number or a constant like AF_UNIX")
		case term[0] == '-':
			return 0, fmt.Errorf("%q is negative; arguments are compared as unsigned numbers, so write it like 0xffffffff", term)
		case term[0] >= '0' && term[0] <= '9':
			return 0, fmt.Errorf("%q isn't a number of at most 64 bits", term)
		default:
			return 0, &UnknownError{Kind: "constant", Name: term, Known: constantNames()}
		}
	}
	return v, nil
}

// Text writes a rule so that Parse reads it back.
func Text(s clawrden.Syscall) string {
	var b strings.Builder
	b.WriteString(s.Name)
	for i, a := range s.Args {
		parted := " && "
		if i == 0 {
			parted = ": "
		}
		fmt.Fprintf(&b, "%sarg%d ", parted, a.Index)
		if a.Mask != 0 {
			fmt.Fprintf(&b, "& %#x ", a.Mask)
		}
		fmt.Fprintf(&b, "%s %#x", a.Op, a.Value)
	}
	return b.String()
}
