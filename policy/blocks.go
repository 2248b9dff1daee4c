package policy

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// The blocks that say how, rather than whether: approval, executor. Rules name them; other packages act on them.

// ApprovalProfile is what an approval block says. The approval queue acts on it.
type ApprovalProfile struct {
	Name             string
	Timeout          int64    // milliseconds; 0 for the configured default
	Approvers        []string // user:NAME, group:NAME, slack:ID, …; empty for whoever has the right to decide
	Quorum           int      // how many must approve; 0 and 1 for one
	EditArgs         bool     // an approver may change the arguments
	EachBehindBridge bool     // people behind one bridge are so many
	Self             bool     // the requester's own user may approve
	Escalate         []string // who may answer too after After
	After            time.Duration
	Grants           []string // what may be remembered: once, session, the longest duration, rule; nil for session and an hour
}

// executor is what an executor block says, or one of the built-in names.
type executor struct {
	clawrden.Place
	at hcl.Range
}

// Approval returns the approval block of that name.
func (p *Policy) Approval(name string) (ApprovalProfile, bool) {
	a, ok := p.approvals[name]
	if !ok {
		return ApprovalProfile{}, false
	}
	return *a, true
}

func (c *compiler) approval(n *node) {
	a := &ApprovalProfile{
		Name: n.name, Timeout: n.duration("timeout").Milliseconds(), Approvers: n.texts("approvers"), Quorum: n.number("quorum"), Grants: n.texts("grants"),
		EditArgs: n.bool("edit_args"), EachBehindBridge: n.bool("each_behind_bridge"), Self: n.bool("self_approval"), Escalate: n.texts("escalate_to"), After: n.duration("escalate_after"),
	}
	if v, ok := n.vals["quorum"]; ok && (a.Quorum < 1 || a.Quorum > 100) {
		c.problem(v.at, "Bad quorum", "quorum is the number of people who must approve, 1 to 100.")
	}
	if v, ok := n.vals["edit_args"]; ok && a.EditArgs && a.Quorum > 1 {
		c.problem(v.at, "Nobody could change it", "Several people must approve the same command, so none of them may change it; leave edit_args or quorum out.")
	}
	c.approvers(n, "approvers")
	c.approvers(n, "escalate_to")
	c.escalation(n, a)
	for i, g := range a.Grants {
		if _, err := time.ParseDuration(g); err != nil && !slices.Contains([]string{"once", "session", "rule"}, g) {
			v := n.vals["grants"]
			c.problem(v.elemAt(i), "Not a scope", "%q is not a scope of a grant; use \"once\", \"session\", \"rule\" or a duration like \"30m\".%s", g, didYouMean(g, []string{"once", "session", "rule"}))
		}
	}
	c.policy.approvals[n.name] = a
}

// approvers checks a list of people.
func (c *compiler) approvers(n *node, attr string) {
	v, ok := n.vals[attr]
	if !ok {
		return
	}
	list, here := n.texts(attr), 0
	for i, who := range list {
		kind, name, ok := strings.Cut(who, ":")
		switch {
		case !ok || kind == "" || name == "":
			c.problem(v.elemAt(i), "Not an approver", "%q names nobody; write user:NAME, group:NAME, or a bridge's name and the person's id there, like slack:U012AB.", who)
			here++
		case kind == "user" || kind == "group":
			here++
		case slices.Contains(c.options.Bridges, kind):
			here++
		default:
			c.diags = append(c.diags, caution(v.elemAt(i), "Bridge not available", "This build has no bridge named %q, so %q can't answer.", kind, who))
		}
	}
	switch {
	case len(list) == 0:
		c.problem(v.at, "Empty list", "%s names nobody, so nobody could answer.", attr)
	case here == 0:
		c.problem(v.at, "Nobody can answer", "%s names only people behind bridges that this build doesn't have.", attr)
	}
}

// escalation checks that a second round of people makes sense: there is a first, and time for both.
func (c *compiler) escalation(n *node, a *ApprovalProfile) {
	to, hasTo := n.vals["escalate_to"]
	after, hasAfter := n.vals["escalate_after"]
	switch {
	case hasTo && !hasAfter:
		c.problem(to.nameAt, "Missing escalate_after", "Say after how long escalate_to may answer too, like escalate_after = \"45s\".")
	case hasAfter && !hasTo:
		c.problem(after.nameAt, "Missing escalate_to", "Say who may answer after that time, like escalate_to = [\"group:oncall\"].")
	case hasTo && !n.has("approvers"):
		c.problem(to.nameAt, "Nothing to escalate from", "Without approvers everybody who may decide is asked from the start.")
	case hasAfter && a.Timeout > 0 && a.After.Milliseconds() >= a.Timeout:
		c.problem(after.at, "Too late", "The ask expires after its timeout, before anybody of escalate_to is asked.")
	}
}

func (c *compiler) executor(n *node) {
	kind := n.text("kind")
	if old, ok := c.policy.executors[n.name]; ok && slices.Contains(executorKinds, n.name) && kind != old.Kind {
		c.problem(n.nameAt, "Misleading name", "The executor %q must be of the kind %q; choose another name for another kind.", n.name, n.name)
	}
	for _, only := range []struct{ attr, kinds string }{
		{"via", "mirror"}, {"image", "ghost"}, {"pull", "ghost"}, {"mounts", "ghost"}, {"pool", "ghost"}, {"user", "unit ghost"}, {"network", "unit ghost"},
	} {
		if v, ok := n.vals[only.attr]; ok && !slices.Contains(strings.Fields(only.kinds), kind) {
			c.problem(v.nameAt, "Misplaced attribute", "%s has no meaning for an executor of the kind %q.", only.attr, kind)
		}
	}
	const mostPooled = 16
	if v, ok := n.vals["pool"]; ok && (n.number("pool") < 0 || n.number("pool") > mostPooled) {
		c.problem(v.at, "Bad number", "pool is 0 to %d containers: each takes memory while it waits.", mostPooled)
	}
	if kind == "ghost" && !n.has("image") && n.name != "ghost" {
		c.problem(n.at, "Missing image", "An executor of the kind \"ghost\" names the image that it runs.")
	}
	c.ghostForms(n)
	c.policy.executors[n.name] = &executor{at: n.at, Place: clawrden.Place{
		Name: n.name, Kind: kind, Via: n.text("via"), User: n.text("user"), Image: n.text("image"), Pull: n.text("pull"),
		Network: n.text("network"), Mounts: n.texts("mounts"), Pool: n.number("pool"), Timeout: n.duration("timeout"),
	}}
}

// imageForm is what can be an image's name: a registry's host, components in lower case, a tag, a digest; or a digest alone.
var imageForm = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|([A-Za-z0-9.-]+(:[0-9]+)?/|\[[0-9a-fA-F:]+\](:[0-9]+)?/)?` +
	`[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-f]{32,})?)$`)

// ghostForms finds what no engine would take, so that it isn't found by the first command.
func (c *compiler) ghostForms(n *node) {
	if v, ok := n.vals["image"]; ok && !imageForm.MatchString(n.text("image")) {
		c.problem(v.at, "Not an image", "%q is not the name of an image; write it like \"registry.example/tools:1\", in lower case, best with @sha256:….", n.text("image"))
	}
	v := n.vals["mounts"]
	for i, m := range n.texts("mounts") {
		parts := strings.Split(m, ":")
		if m == "cwd" || len(parts) == 3 && path.IsAbs(parts[0]) && path.IsAbs(parts[1]) && path.Clean(parts[1]) != "/" && (parts[2] == "ro" || parts[2] == "rw") {
			continue
		}
		at := v.at
		if i < len(v.elemsAt) {
			at = v.elemsAt[i]
		}
		c.problem(at, "Not a mount", "%q is not SOURCE:TARGET:ro or SOURCE:TARGET:rw with absolute paths, like \"/etc/kubernetes/agent.conf:/etc/kubeconfig:ro\".", m)
	}
}
