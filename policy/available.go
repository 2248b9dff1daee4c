package policy

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Enforceable are the parts of the language that something else has to act on, beside executors.
var Enforceable = []string{"profile", "limits"}

// held makes an error of a profile for a command that runs where no profile can be applied.
func (c *compiler) held(r *rule, at hcl.Range) {
	if !slices.Contains(c.options.Enforces, "profile") || r.executor != nil && (r.executor.Kind == "unit" || r.executor.Kind == "ghost") {
		return
	}
	kind := "mirror"
	if r.executor != nil {
		kind = r.executor.Kind
	}
	c.problem(at, "Profile that nothing holds", "This rule's commands run by %s, where the agent's own code could go round a profile. Add executor = executor.unit or an executor of the kind \"ghost\".", kind)
}

// available makes an error of what the policy asks for and this build doesn't act on: a policy that loads holds what it
// says. It is looked at last, in a policy that has no other error.
func (c *compiler) available(nodes []*node) {
	if c.diags.HasErrors() {
		return
	}
	lacks := func(what string) bool { return !slices.Contains(c.options.Enforces, what) }
	for _, n := range nodes {
		if n.schema != ruleSchema {
			continue
		}
		if v, ok := n.vals["profile"]; ok && lacks("profile") {
			c.problem(v.at, "Profiles not available", "This build applies no profiles, so this rule would promise what nothing holds. Take it out.")
		}
		if p := c.policy.profiles[n.text("profile")]; n.has("profile") && lacks("limits") && p != nil && p.Limits.Time > 0 {
			c.problem(n.vals["profile"].at, "Limits not available", "This build doesn't end commands in time, as limits.timeout of the profile %q would have it. Take it out.", p.Name)
		}
		for _, inner := range n.nodes {
			if inner.schema == limitsSchema && lacks("limits") {
				c.problem(inner.at, "Limits not available", "This build sets no limits on commands. Take the block out.")
			}
		}
	}
}
