package convert

import (
	"fmt"
	"slices"
	"strings"
)

// withSubcommands are tools whose first word says what they do.
var withSubcommands = []string{
	"apt", "apt-get", "aws", "brew", "cargo", "dnf", "docker", "gh", "git", "go", "helm", "kubectl", "npm", "pip", "pip3", "pnpm", "podman", "systemctl", "terraform", "yarn",
}

// suggestion says the rule's first pattern in conditions over what a command means; "" where that can't be guessed.
func suggestion(r *Rule) string {
	if len(r.Patterns) == 0 || !isName(r.Command) {
		return ""
	}
	var subcommands, flags, operands []string
	for _, pattern := range r.Patterns {
		first := true
		for w := range strings.FieldsSeq(pattern) {
			switch {
			case strings.HasPrefix(w, "--") && len(w) > 2:
				flags = add(flags, w)
			case len(w) > 1 && w[0] == '-' && isName(w[1:]) && strings.Trim(w[1:], "0123456789") != "":
				for _, c := range w[1:] {
					flags = add(flags, "-"+string(c))
				}
			case first && slices.Contains(withSubcommands, r.Command) && isName(w):
				subcommands = add(subcommands, w)
			default:
				operands = add(operands, w)
			}
			first = false
		}
	}
	var out []string
	for _, part := range []struct {
		name  string
		words []string
	}{{"subcommands", subcommands}, {"flags_any", flags}, {"operands_any", operands}} {
		if len(part.words) > 0 {
			out = append(out, fmt.Sprintf("%s = %s", part.name, texts(part.words)))
		}
	}
	return strings.Join(out, "; ")
}

func add(list []string, w string) []string {
	if slices.Contains(list, w) {
		return list
	}
	return append(list, w)
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-") == ""
}
