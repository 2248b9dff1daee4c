package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"
)

// check judges the value of a field.
type check interface {
	test(field any) string // what is wrong, as the detail of a diagnostic; "" if nothing is
	allows() string        // which values it allows, for the docs; "" where they can't be listed
}

var (
	absolute  check = pathCheck{}
	absolutes check = pathsCheck{}
	toolNames check = toolsCheck{}
	group     check = groupCheck{}

	absoluteOrNone check = optionalPathCheck{}
	hostNames      check = hostsCheck{}
)

var (
	patterns check = patternsCheck{}
	program  check = programCheck{}
)

type pathCheck struct{}

func (pathCheck) allows() string { return "" }

func (pathCheck) test(field any) string { return absolutePath(*field.(*string)) }

func absolutePath(p string) string {
	switch {
	case strings.ContainsRune(p, 0):
		return "A path can't hold a zero byte."
	case !filepath.IsAbs(p):
		return "The path must be absolute: it must begin with a slash."
	case filepath.Clean(p) != p:
		return fmt.Sprintf("Write the path in its shortest form: %q.", filepath.Clean(p))
	}
	return ""
}

type pathsCheck struct{}

func (pathsCheck) allows() string { return "" }

func (pathsCheck) test(field any) string {
	paths := *field.(*[]string)
	for i, p := range paths {
		if wrong := absolutePath(p); wrong != "" {
			return fmt.Sprintf("In element %d: %s", i+1, wrong)
		}
		if slices.Contains(paths[:i], p) {
			return fmt.Sprintf("%q is there twice.", p)
		}
	}
	return ""
}

type patternsCheck struct{}

func (patternsCheck) allows() string { return "" }

func (patternsCheck) test(field any) string {
	for i, p := range *field.(*[]string) {
		if _, err := regexp.Compile(p); err != nil {
			return fmt.Sprintf("Element %d is no regular expression: %v.", i+1, err)
		}
	}
	return ""
}

type programCheck struct{}

func (programCheck) allows() string { return "" }

func (programCheck) test(field any) string {
	if words := *field.(*[]string); len(words) > 0 {
		return absolutePath(words[0])
	}
	return ""
}

type groupCheck struct{}

func (groupCheck) allows() string { return "" }

// test allows what useradd allows, and numbers; that the group exists is seen when the socket is made.
func (groupCheck) test(field any) string {
	name := *field.(*string)
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@\\"
	if len(name) > 32 || strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(letters, r) }) {
		return fmt.Sprintf("%q is not the name of a group.", name)
	}
	return ""
}

type wordCheck []string

func oneOf(words ...string) check { return wordCheck(words) }

func (w wordCheck) allows() string { return "`" + strings.Join(w, "`, `") + "`" }

func (w wordCheck) test(field any) string {
	got := *field.(*string)
	if slices.Contains(w, got) {
		return ""
	}
	text := fmt.Sprintf("%q is not one of \"%s\".", got, strings.Join(w, `", "`))
	for _, word := range w {
		if levenshtein.Distance(got, word, nil) < 3 {
			return fmt.Sprintf("%s Did you mean %q?", text, word)
		}
	}
	return text
}

type rangeCheck[T cmp.Ordered] struct{ low, high T }

func between[T cmp.Ordered](low, high T) check { return rangeCheck[T]{low, high} }

func (r rangeCheck[T]) allows() string { return show(&r.low) + " to " + show(&r.high) }

func (r rangeCheck[T]) test(field any) string {
	if got := *field.(*T); got < r.low || got > r.high {
		return fmt.Sprintf("The value must be from %s to %s.", strings.Trim(show(&r.low), `"`), strings.Trim(show(&r.high), `"`))
	}
	return ""
}

// show writes the value of a field as the file would.
func show(field any) string {
	switch v := field.(type) {
	case *string:
		return fmt.Sprintf("%q", *v)
	case *[]string:
		words := make([]string, len(*v))
		for i, w := range *v {
			words[i] = fmt.Sprintf("%q", w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	case *time.Duration:
		return fmt.Sprintf("%q", shortDuration(*v))
	case *Size:
		return fmt.Sprintf("%q", v.String())
	case *int:
		return fmt.Sprint(*v)
	}
	return ""
}

// shortDuration leaves out the zero minutes and seconds that Go's form ends with.
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// toolsCheck accepts a short list of names of tools.
type toolsCheck struct{}

const maxTools = 100

func (toolsCheck) allows() string { return "" }

func (toolsCheck) test(field any) string {
	tools := *field.(*[]string)
	if len(tools) > maxTools {
		return fmt.Sprintf("%d tools are too many; at most %d have a count of their own.", len(tools), maxTools)
	}
	for _, t := range tools {
		if t == "" || len(t) > 64 || strings.ContainsFunc(t, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '/' || r == '"' }) {
			return fmt.Sprintf("%q can't be the name of a tool: write it as it is called, without a directory.", t)
		}
	}
	return ""
}

// optionalPathCheck also allows "", which stands for none.
type optionalPathCheck struct{}

func (optionalPathCheck) allows() string { return "absolute path, or empty" }

func (optionalPathCheck) test(field any) string {
	if p := *field.(*string); p != "" {
		return absolutePath(p)
	}
	return ""
}

// hostsCheck accepts names and addresses of hosts, without ports.
type hostsCheck struct{}

func (hostsCheck) allows() string { return "list of names" }

func (hostsCheck) test(field any) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
	for _, h := range *field.(*[]string) {
		if _, err := netip.ParseAddr(h); err == nil {
			continue
		}
		if h == "" || len(h) > 253 || strings.Trim(h, letters) != "" {
			return fmt.Sprintf("%q is not the name of a host: write it without a scheme and without a port.", h)
		}
	}
	return ""
}
