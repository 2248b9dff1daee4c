package clawrden

// EnvChange is what becomes of the environment that a caller sent, before its command runs.
type EnvChange struct {
	Drop    []int    // places in the environment of what is left out
	Set     []string // NAME=value, added
	Removed []string // names of what was left out and isn't set anew, each once
}

// Empty reports whether nothing is changed.
func (c *EnvChange) Empty() bool { return len(c.Drop) == 0 && len(c.Set) == 0 }

// Apply gives the environment as changed. The given one stays as it is.
func (c *EnvChange) Apply(env []string) []string {
	if c.Empty() {
		return env
	}
	out := make([]string, 0, len(env)-len(c.Drop)+len(c.Set))
	next := 0
	for i, e := range env {
		if next < len(c.Drop) && c.Drop[next] == i {
			next++
			continue
		}
		out = append(out, e)
	}
	return append(out, c.Set...)
}
