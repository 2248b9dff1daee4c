package cli

import "strings"

// oldName is what this program was called before. Called by it, it takes what was typed then: see docs/coming-from-warden.md.
const oldName = "clawrden-cli"

// fromOld gives today's words for those of then: -api with one dash, and jails, which are shims now.
func fromOld(args []string) []string {
	today := make([]string, 0, len(args))
	command := false
	for _, a := range args {
		switch {
		case a == "-api" || strings.HasPrefix(a, "-api="):
			a = "-" + a
		case a == "jails" && !command:
			a = "shims"
		}
		command = command || !strings.HasPrefix(a, "-") && !strings.Contains(a, "://")
		today = append(today, a)
	}
	return today
}
