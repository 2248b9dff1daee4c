package policy

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// Enforceable are the parts of the language that something else has to act on, beside executors.
var Enforceable = []string{"profile"}

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

// limitsHeld makes an error of limits that nothing holds. How long a command runs, and how much it puts out, the daemon watches
// wherever it runs; all else is a profile's to hold.
func (c *compiler) limitsHeld(r *rule, n *node) {
	for _, name := range []string{"memory", "tasks", "cpu", "open_files"} {
		if v, ok := n.vals[name]; ok && (r == nil || r.profile == nil) {
			c.problem(v.nameAt, "Limit that nothing holds", "Only timeout and output are watched wherever a command runs. The others need a profile, and an executor that applies it: add profile = profile.default and executor = executor.unit, or others.")
		}
	}
}

// programsOfOthers are tools that run whatever programs the directory that they work on names in its settings.
var programsOfOthers = []string{"git"}

// unconfined reports whether a rule takes what it allows out of its agent's own rights, without a profile.
func (r *rule) unconfined() bool {
	return r.ref.Action != clawrden.Deny && r.executor != nil && r.profile == nil && (r.executor.Kind == "unit" || r.executor.Kind == "ghost")
}

// confined makes an error of a rule that sends such a tool out of its agent's own rights without a profile.
func (c *compiler) confined(r *rule) {
	for _, tool := range programsOfOthers {
		if r.unconfined() && slices.ContainsFunc(r.commands, func(p commandPattern) bool { return p.name == tool }) {
			c.problem(r.at, "Profile needed", "%s runs programs that the settings of a repository name, and this rule runs it outside of its agent's own rights. Name a profile, like profile = profile.build.", tool)
		}
	}
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
		for _, inner := range n.nodes {
			if inner.schema == limitsSchema {
				c.limitsHeld(c.policy.byName[n.name], inner)
			}
		}
	}
}
