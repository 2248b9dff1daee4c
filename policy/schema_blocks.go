package policy

// fileSchema is the top of every file.
var fileSchema = &block{
	name:   "file",
	blocks: []*block{policySchema, variableSchema, localsSchema, ruleSchema, approvalSchema, executorSchema},
}

var policySchema = &block{
	name: "policy",
	many: true,
	doc:  "Settings of the whole policy. Each may be set once, in any file.",
	attrs: []attr{
		{name: "version", kind: kindNumber, doc: "Version of the language: 1."},
		{name: "default", kind: kindVerdict, doc: "Verdict when no rule matches; deny where it isn't set."},
		{name: "allowed_paths", kind: kindTexts, doc: "Path globs. Where set, a command whose working directory, or any word " +
			"that names a path, lies outside all of them is denied."},
	},
}

var variableSchema = &block{
	name: "variable", label: "name", many: true,
	doc:   "A named value, used as var.NAME.",
	attrs: []attr{{name: "default", kind: kindAny, required: true, doc: "The value."}, {name: "description", kind: kindText, doc: "For the reader."}},
}

// localsSchema takes any attribute; the decoder knows it by identity.
var localsSchema = &block{name: "locals", many: true, doc: "Named expressions, used as local.NAME. They may use variables and each other."}

// conditionAttrs are what `when` and `unless` can ask of a command. The first of them may stand in the rule itself too.
var conditionAttrs = []attr{
	{name: "args", kind: kindTexts, doc: `Word globs for the arguments, one each, in order; a last "**" stands for any rest.`},
	{name: "cwd", kind: kindTexts, doc: "Path globs, one of which must cover the working directory."},
}

var whenSchema = &block{name: "when", attrs: conditionAttrs, doc: "The rule matches only where all of this holds."}

var unlessSchema = &block{name: "unless", many: true, attrs: conditionAttrs, doc: "The rule doesn't match where all of this holds: an exception. " +
	"It may stand several times; each is an exception of its own."}

var ruleSchema = &block{
	name: "rule", label: "name", many: true,
	doc: "What to do with some commands. Of all rules that match a command the strictest wins: deny, then ask, then allow.",
	attrs: append([]attr{
		{name: "commands", kind: kindTexts, required: true, doc: `Names of tools; globs may be used, "*" is any. With a / the path that the tool was found at must match.`},
		{name: "action", kind: kindVerdict, required: true, doc: "The verdict."},
		{name: "reason", kind: kindText, doc: "Why, and what to do instead: shown to the agent and to the person who decides."},
		{name: "executor", kind: kindRef, enum: []string{"executor"}, doc: "How an allowed command runs."},
		{name: "approval", kind: kindRef, enum: []string{"approval"}, doc: "How an ask is answered."},
		{name: "match", kind: kindTexts, doc: "Command lines that this rule must match. Checked when the policy is loaded."},
		{name: "not_match", kind: kindTexts, doc: "Command lines that this rule must not match."},
	}, conditionAttrs...),
	blocks: []*block{whenSchema, unlessSchema},
}

var approvalSchema = &block{
	name: "approval", label: "name", many: true,
	doc:   "How an ask is answered.",
	attrs: []attr{{name: "timeout", kind: kindDuration, doc: "How long an ask waits for a person; then it is denied."}},
}

var executorSchema = &block{
	name: "executor", label: "name", many: true,
	doc:   "A way to run commands. The names mirror, unit, ghost and local exist without a block.",
	attrs: []attr{{name: "kind", kind: kindEnum, required: true, enum: executorKinds, doc: "mirror, unit, ghost or local."}},
}

var executorKinds = []string{"mirror", "unit", "ghost", "local"}
