package ghost

import (
	"path"
	"strings"
)

// passed are the variables that a ghost has of its caller's: how to speak and to show, and what a tool may know of its run.
// The others are the host's business or the caller's secrets; those that say where things are wouldn't fit the image.
var passed = []string{
	"LANG", "LANGUAGE", "LC_*", "TZ", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "CI",
	"SOURCE_DATE_EPOCH",
}

// environment is the image's, with what is passed of the caller's, and a home directory that can be written to.
func environment(callers []string, p *plan) []string {
	env := map[string]string{"HOME": home}
	var order []string
	set := func(e string) {
		name, value, _ := strings.Cut(e, "=")
		if _, ok := env[name]; !ok {
			order = append(order, name)
		}
		env[name] = value
	}
	order = append(order, "HOME")
	for _, e := range p.image.Env {
		set(e)
	}
	for _, e := range callers {
		name, _, ok := strings.Cut(e, "=")
		if ok && isPassed(name) {
			set(e)
		}
	}
	set("PWD=" + p.dir.path)
	list := make([]string, 0, len(order))
	for _, name := range order {
		list = append(list, name+"="+env[name])
	}
	return list
}

func isPassed(name string) bool {
	for _, p := range passed {
		if ok, err := path.Match(p, name); ok && err == nil {
			return true
		}
	}
	return false
}
