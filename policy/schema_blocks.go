package policy

// fileSchema is the top of every file.
var fileSchema = &block{
	name: "file",
	blocks: []*block{
		policySchema, variableSchema, localsSchema, toolSchema, ruleSchema, grantSchema, approvalSchema, executorSchema, profileSchema,
		environmentSchema, killSwitchSchema, testSchema,
	},
}

var policySchema = &block{
	name: "policy",
	many: true,
	doc:  "Settings of the whole policy. Each may be set once, in any file.",
	attrs: []attr{
		{name: "version", kind: kindNumber, doc: "Version of the language: 1."},
		{name: "default", kind: kindVerdict, doc: "Verdict when no rule matches; deny where it isn't set."},
		{name: "mode", kind: kindEnum, enum: []string{"enforce", "observe"}, doc: "observe: everything runs; what would have been said is recorded."},
		{name: "combine", kind: kindEnum, enum: []string{"strictest", "first"}, doc: "strictest: every command, nested ones too, is judged by all rules. first: only the request's own command is judged, " +
			"by the first rule of the one file that matches it, and allowed_paths speaks of the working directory alone; that is for policies converted from the YAML form."},
		{name: "opaque", kind: kindVerdict, doc: "Verdict for what can't be known before it runs: shell text with an unknown command, code in an argument, an option that runs " +
			"another program. Where it isn't set: the stricter of ask and the default, but allow for a policy that neither denies nor asks about anything."},
		{name: "timeout", kind: kindDuration, doc: "How long a command may run, where neither its rules nor its executor say. Then it gets SIGTERM, after 5 s SIGKILL, and its caller the exit status 124."},
		{name: "self_approval", kind: kindBool, doc: "true: the requester's own user may approve. Each such approval is recorded as self."},
		{name: "exe_any", kind: kindTexts, doc: "Kinds of files that rules speak of which allow and don't say so themselves; for a container whose agent is root, and whose engine the daemon doesn't see, plain and writable."},
		{name: "allowed_paths", kind: kindTexts, doc: "Path globs. Where set, a command whose working directory, or any word " +
			"that names a path, lies outside all of them is denied. Under a profile, nothing outside of them can be written but devices and the working directory."},
	},
}

var variableSchema = &block{
	name: "variable", label: "name", many: true,
	doc:   "A named value, used as var.NAME.",
	attrs: []attr{{name: "default", kind: kindAny, required: true, doc: "The value."}, {name: "description", kind: kindText, doc: "For the reader."}},
}

// localsSchema takes any attribute; the decoder knows it by identity.
var localsSchema = &block{name: "locals", many: true, doc: "Named expressions, used as local.NAME. They may use variables and each other."}

// conditionAttrs are what `when` and `unless` can ask of a command. All but the blocks may stand in the rule itself too.
var conditionAttrs = []attr{
	{name: "subcommands", kind: kindTexts, doc: `Paths of subcommands, one of which must be the command's or its beginning: ["push", "remote add"].`},
	{name: "flags_any", kind: kindTexts, doc: "Options, at least one of which is given, in any spelling. --name=glob asks for a value too."},
	{name: "flags_all", kind: kindTexts, doc: "Options that are all given."},
	{name: "flags_only", kind: kindTexts, doc: "The only options that may be given."},
	{name: "args", kind: kindTexts, doc: `Word globs for all arguments as written, one each, in order; a last "**" stands for any rest.`},
	{name: "operands", kind: kindTexts, doc: `Word globs for the operands, one each, in order, without options and subcommands; a last "**" stands for any rest.`},
	{name: "operands_any", kind: kindTexts, doc: "Word globs, one of which fits at least one operand."},
	{name: "operands_all", kind: kindTexts, doc: "Word globs, one of which fits each operand; there must be one."},
	{name: "paths", kind: kindTexts, doc: "Path globs that cover every word that names a path, or the working directory if there is none."},
	{name: "paths_any", kind: kindTexts, doc: "Path globs, one of which covers a word that names a path, the file of a redirection, or the working directory."},
	{name: "targets_any", kind: kindTexts, doc: "The same without the working directory."},
	{name: "redirects_any", kind: kindTexts, doc: "Path globs, one of which covers a file that the shell writes for the command."},
	{name: "cwd", kind: kindTexts, doc: "Path globs, one of which covers the working directory."},
	{name: "env_any", kind: kindTexts, doc: "Variables of the environment, one of which is set: NAME or NAME=value, both globs."},
	{name: "sessions", kind: kindTexts, doc: "Names of guard sessions, as word globs. Whoever begins one by hand, with clawrden-launch init, chooses its name: a rule that allows something by it names the unit too, which for one that the daemon began is clawrden-session-NAME.service, or the container."},
	{name: "ways", kind: kindTexts, doc: "How the command came in: shim, plain, guard."},
	{name: "parent", kind: kindTexts, doc: "Names of the program that starts it, as word globs. Known in guard sessions only. An interpreter, a file that the agent can write, or a program with an option or variable by which it runs other code counts for no rule that allows."},
	{name: "via", kind: kindTexts, doc: "The same for any program on the way from the agent to it, if all between count too."},
	{name: "depth", kind: kindNumbers, doc: "How many programs that started one another lie between the session's start and it: 0 is the agent itself. Known in guard sessions only."},
	{name: "exe_any", kind: kindTexts, doc: "What kind of file runs, in a guard session: plain, writable (by the agent, or its path is), loader (ld.so), unnamed (in memory, removed, or under mounts of the agent's own), " +
		"remote (network or user-space file system), script (one that the agent can change). A rule that allows and doesn't say speaks of plain files; loader, unnamed and remote are denied where no rule that matches names them."},
}

var identitySchema = &block{
	name: "identity",
	doc:  "Who runs the command, by the kernel's word. Of each list one must fit; all lists that are given must fit.",
	attrs: []attr{
		{name: "uids", kind: kindNumbers, doc: "User ids."},
		{name: "users", kind: kindTexts, doc: "Names of users, as word globs."},
		{name: "gids", kind: kindNumbers, doc: "Group ids, primary or supplementary."},
		{name: "groups", kind: kindTexts, doc: "Names of groups, looked up when the policy is loaded."},
		{name: "units", kind: kindTexts, doc: "Systemd units, as word globs."},
		{name: "cgroups", kind: kindTexts, doc: "Cgroup paths, as word globs."},
		{name: "containers", kind: kindTexts, doc: "Container ids, as word globs."},
		{name: "images", kind: kindTexts, doc: "Images of containers, as word globs."},
		{name: "agents", kind: kindTexts, doc: "Names of registered agents, as word globs."},
	},
}

var timeSchema = &block{
	name: "time",
	doc:  "When the command runs, in the host's time zone.",
	attrs: []attr{
		{name: "between", kind: kindTexts, doc: `Two times of day: ["08:00", "18:00"]. The second may be the next day's.`},
		{name: "days", kind: kindTexts, doc: "Days of the week: mon, tue, wed, thu, fri, sat, sun."},
	},
}

var rateSchema = &block{
	name: "rate",
	doc:  "How often the caller ran commands that this rule names.",
	attrs: []attr{
		{name: "over", kind: kindNumber, required: true, doc: "Holds for every command after so many."},
		{name: "within", kind: kindDuration, required: true, doc: "The window that is counted, up to now."},
	},
}

var conditionBlocks = []*block{identitySchema, timeSchema, rateSchema}

var whenSchema = &block{
	name: "when", attrs: conditionAttrs, blocks: conditionBlocks,
	doc: "The rule matches only where all of this holds.",
}

var unlessSchema = &block{
	name: "unless", many: true, attrs: conditionAttrs, blocks: conditionBlocks,
	doc: "The rule doesn't match where all of this holds: an exception. It may stand several times; each is an exception of its own.",
}

var ruleSchema = &block{
	name: "rule", label: "name", many: true,
	doc: "What to do with some commands. Of all rules that match a command the strictest wins: deny, then ask, then allow.",
	attrs: append([]attr{
		{name: "commands", kind: kindTexts, required: true, doc: `Names of tools; globs may be used, "*" is any. With a / the path that the tool was found at must match.`},
		{name: "action", kind: kindVerdict, required: true, doc: "The verdict."},
		{name: "reason", kind: kindText, doc: "Why, and what to do instead: shown to the agent and to the person who decides."},
		{name: "message", kind: kindText, doc: "The same as reason."},
		{name: "mode", kind: kindEnum, enum: []string{"enforce", "observe"}, doc: "observe: the rule is only recorded as matching and has no say in the verdict."},
		{name: "opaque", kind: kindVerdict, doc: "allow: this rule, which must allow, also covers commands that run what can't be seen."},
		{name: "record", kind: kindEnum, enum: []string{"each", "count"}, doc: "count: in guard sessions, commands that this rule allows, and no rule that doesn't say so too, have no record each: every few seconds one record says how often each of them ran."},
		{name: "grantable", kind: kindBool, doc: "false: an approval can't be remembered; each such command asks anew."},
		{name: "executor", kind: kindRef, enum: []string{"executor"}, doc: "How an allowed command runs."},
		{name: "approval", kind: kindRef, enum: []string{"approval"}, doc: "How an ask is answered."},
		{name: "profile", kind: kindRef, enum: []string{"profile"}, doc: "The sandbox that an allowed command runs in."},
		{name: "pass_env", kind: kindTexts, doc: "Variables that an allowed command gets although they would be taken out, as word globs. Where several rules give the verdict, all of them must pass a variable."},
		{name: "recording", kind: kindEnum, enum: []string{"output", "all"}, doc: "What is recorded of an allowed command, to be shown by `clawrden replay`: output, or all, which is its input too. Of a command in place it is what an honest shim passes on; " +
			"all is refused there where the input is a terminal."},
		{name: "patterns", kind: kindTexts, doc: `Only with combine = "first": texts, one of which is part of the arguments joined by spaces, or whose words fit arguments in a row as word globs (without {a,b}).`},
		{name: "match", kind: kindTexts, doc: "Command lines that this rule must match. Checked when the policy is loaded."},
		{name: "not_match", kind: kindTexts, doc: "Command lines that this rule must not match."},
	}, conditionAttrs...),
	blocks: []*block{whenSchema, unlessSchema, limitsSchema},
}

var approvalSchema = &block{
	name: "approval", label: "name", many: true,
	doc: "How an ask is answered.",
	attrs: []attr{
		{name: "timeout", kind: kindDuration, doc: "How long an ask waits for a person; then it is denied."},
		{name: "on_timeout", kind: kindEnum, enum: []string{"deny"}, doc: "What becomes of an ask that nobody answers in time; there is no other choice than deny."},
		{name: "approvers", kind: kindTexts, doc: "Who may answer, of those who have the right to decide: user:NAME, group:NAME (or their number), or a bridge's name and an id there. " +
			"Root on the host may always, and counts as one person."},
		{name: "quorum", kind: kindNumber, doc: "How many different people must approve. One who denies is enough to deny."},
		{name: "each_behind_bridge", kind: kindBool, doc: "true: different people behind one bridge count as different people. Otherwise all of them count once, since whoever takes the bridge over speaks for all of them."},
		{name: "self_approval", kind: kindBool, doc: "true: the requester's own user may approve, from outside its container and cgroup. Each such approval is recorded as self."},
		{name: "edit_args", kind: kindBool, doc: "Whether an approver may change the arguments before approving. The command as changed is judged again: what would be denied never runs."},
		{name: "escalate_to", kind: kindTexts, doc: "Who may answer too, once escalate_after has passed; written as approvers."},
		{name: "escalate_after", kind: kindDuration, doc: "How long only approvers are asked."},
		{name: "grants", kind: kindTexts, doc: "What an approver may have remembered: a duration is the longest that a grant may last; session, for as long as the agent's session; once, nothing. rule, a grant that is written into the policy, for at most 90 days. Where it isn't set: session, and an hour."},
	},
}

var executorSchema = &block{
	name: "executor", label: "name", many: true,
	doc: "A way to run commands. The names mirror, unit, ghost and local exist without a block.",
	attrs: []attr{
		{name: "kind", kind: kindEnum, required: true, enum: executorKinds, doc: "mirror: in the agent's own context. unit: in a transient systemd unit. ghost: in a container of its own. local: as a child of the daemon, with --dev only."},
		{name: "via", kind: kindEnum, enum: []string{"docker"}, doc: "mirror: run by the container engine's exec instead of in place."},
		{name: "user", kind: kindText, doc: "unit, ghost: the user to run as."},
		{name: "image", kind: kindText, doc: "ghost: the image, best with its digest."},
		{name: "pull", kind: kindEnum, enum: []string{"never", "missing", "always"}, doc: "ghost: when the image is fetched."},
		{name: "network", kind: kindText, doc: "unit, ghost: none, host, or a network's name."},
		{name: "mounts", kind: kindTexts, doc: "ghost: SOURCE:TARGET:ro or :rw; cwd is the working directory."},
		{name: "pool", kind: kindNumber, doc: "ghost: how many containers, at most 16, wait for the next command like the last: same caller, directory and executor. Each is used once."},
		{name: "timeout", kind: kindDuration, doc: "How long a command may run, where its rules don't say."},
	},
}

var executorKinds = []string{"mirror", "unit", "ghost", "local"}
