package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// oldName is what the daemon was called before. Called by it, it takes the options of then, so that what starts it needn't be
// rewritten on the same day: see docs/coming-from-warden.md.
const oldName = "clawrden-warden"

// gone are options of then that nothing answers to any more: shims and their directories are kept by `clawrden shims`.
var gone = []string{"armory-path", "jailhouse-path", "state-path"}

// fromWarden gives today's options for those of then, and what is to be said of those that mean something else now.
func fromWarden(args []string) (today, notes []string) {
	if _, err := os.Stat("policy.yaml"); err == nil && !slices.ContainsFunc(args, func(a string) bool { return optionName(a) == "policy" }) {
		args = append([]string{"--policy", "policy.yaml"}, args...) // its default
	}
	for i := 0; i < len(args); i++ {
		name := optionName(args[i])
		if name != "api" && !slices.Contains(gone, name) {
			today = append(today, args[i])
			continue
		}
		_, value, joined := strings.Cut(args[i], "=")
		if !joined && i+1 < len(args) {
			i++
			value = args[i]
		}
		if name != "api" {
			notes = append(notes, "-"+name+" means nothing any more: `clawrden shims` and `clawrden agent` keep the shims")
			continue
		}
		if strings.HasPrefix(value, ":") {
			value = "127.0.0.1" + value
			notes = append(notes, "-api "+value[len("127.0.0.1"):]+" now listens on "+value+" alone, and wants a login or a token; other addresses need TLS (docs/http.md)")
		}
		today = append(today, "--http", value)
	}
	return today, notes
}

// optionName is NAME of -NAME, --NAME and --NAME=VALUE; "" of anything else.
func optionName(arg string) string {
	if !strings.HasPrefix(arg, "-") {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
	return name
}

// calledWarden reports whether the program was called by its name of then.
func calledWarden() bool { return filepath.Base(os.Args[0]) == oldName }
