package policy

// Blocks that other rooms of Clawrden act on. They are read, checked and kept here.

var limitsSchema = &block{
	name: "limits", doc: "Limits of one run.",
	attrs: []attr{
		{name: "memory", kind: kindText, doc: "Bytes of memory: 512MiB, 2GiB."},
		{name: "tasks", kind: kindNumber, doc: "Processes and threads, at least 16."},
		{name: "cpu", kind: kindText, doc: "Share of processors: 50%, 200%."},
		{name: "open_files", kind: kindNumber, doc: "Descriptors that each process may have open."},
		{name: "timeout", kind: kindDuration, doc: "How long a run may take."},
		{name: "output", kind: kindText, doc: "Bytes of output: 16MiB."},
	},
}

var profileSchema = &block{
	name: "profile", label: "name", many: true,
	doc: "A sandbox that a command runs in. The profiles default, read-only, build, offline and network-client exist without a block; a block " +
		"of that name takes their place.",
	attrs: []attr{
		{name: "extends", kind: kindText, doc: "The profile that this one starts from: a name, the same name as the built-in profile that this one replaces, or none. " +
			"What is refused (deny, hidden) adds to what it refuses, allow adds to what it allows; each other attribute that is given, and the network as a whole, takes the place of its own."},
		{name: "description", kind: kindText, doc: "For the reader."},
		{name: "best_effort", kind: kindBool, doc: "true: what an executor or a kernel can't hold is a visible gap of the run. Else it is an error, and the command doesn't run."},
		{name: "guard", kind: kindBool, doc: "true, for commands in units: the launcher puts the command under guard, so that all that it starts is judged too, in a session of its own."},
		{name: "ssh_agent", kind: kindBool, doc: "true, for sessions (`clawrden run`): the session reaches the ssh-agent of who starts it, by SSH_AUTH_SOCK, and so may use all keys in it. Else that is hidden."},
	},
	blocks: []*block{
		{name: "syscalls", doc: "System calls: a name, one of systemd's @groups, or a name and what its arguments must be, like `socket: arg0 == AF_UNIX && arg1 & 0xf == SOCK_STREAM`.", attrs: []attr{
			{name: "allow", kind: kindTexts, doc: "Those that may be made."},
			{name: "deny", kind: kindTexts, doc: "Those that may not; stronger than allow."},
			{name: "default", kind: kindEnum, enum: []string{"deny", "kill", "allow"}, doc: "What becomes of the others: an error, the end of the process, or nothing."},
			{name: "errno", kind: kindText, doc: "The error that a refused call returns."},
		}},
		{name: "filesystem", doc: "Files, and directories with all below: absolute, or below `cwd`, the working directory, or `~`, the home directory of the user who runs the command. " +
			"With read_only or read_write, nothing else can be opened.", attrs: []attr{
			{name: "read_only", kind: kindTexts, doc: "May be read."},
			{name: "read_write", kind: kindTexts, doc: "May be read and changed."},
			{name: "exec", kind: kindTexts, doc: "Programs are run from there only."},
			{name: "hidden", kind: kindTexts, doc: "Can't be opened, whatever the other lists say. Below what they name, only executors with mounts of their own hold it."},
		}},
		{name: "network", doc: "Sockets.", attrs: []attr{
			{name: "mode", kind: kindEnum, enum: []string{"none", "loopback", "tcp", "full"}, doc: "none: no sockets, but pairs of them. loopback: an interface of its own, which reaches nothing outside. " +
				"tcp: TCP to and on the named ports. full: IP and local sockets of the usual kinds."},
			{name: "connect_tcp", kind: kindNumbers, doc: "tcp: ports that may be connected to."},
			{name: "bind_tcp", kind: kindNumbers, doc: "tcp: ports that may be listened on."},
			{name: "udp", kind: kindBool, doc: "tcp: true: UDP too, on all ports, as names are looked up by."},
		}},
		limitsSchema,
	},
}

var environmentSchema = &block{
	name: "environment",
	doc:  "Which variables of the agent's environment a command gets. What was taken out is in the record, by name.",
	attrs: []attr{
		{name: "pass", kind: kindTexts, doc: "Names that are passed on, and no others, as word globs. What is dangerous by itself has to be named; a star for everything doesn't do."},
		{name: "strip", kind: kindTexts, doc: "Names that are taken out, as word globs; stronger than pass and than pass_env of a rule."},
		{name: "set", kind: kindTextMap, doc: `Variables that are set: { "GIT_CONFIG_NOSYSTEM" = ["1"] }.`},
	},
}

var killSwitchSchema = &block{
	name: "kill_switch",
	doc:  "What the kill switch does beside refusing what comes and cancelling what waits for a person, and when it throws itself.",
	attrs: []attr{
		{
			name: "on_engage", kind: kindEnum, enum: []string{"deny-new", "deny-new-and-kill-running", "freeze"},
			doc: "What becomes of running commands. deny-new: they go on. freeze: they are paused until the switch is turned off, in place by SIGSTOP, which their agent can undo; what can't be paused is killed.",
		},
		{
			name: "agents", kind: kindEnum, enum: []string{"leave", "pause", "kill"},
			doc: "What becomes of the agents themselves: of the units in clawrden-agents.slice, the containers in which the shim is used, and a unit that the switch is thrown for by name.",
		},
	},
	blocks: []*block{{
		name: "trip", doc: "Throws the switch by itself.",
		attrs: []attr{
			{name: "denials", kind: kindNumber, required: true, doc: "After so many commands of one agent were denied, by the policy or by a person,"},
			{name: "within", kind: kindDuration, required: true, doc: "within this time."},
			{name: "scope", kind: kindEnum, enum: []string{"agent", "all"}, doc: "For whom: agent, where it isn't set (by its registered name, else its container, else its user); or all."},
		},
	}},
}

var testSchema = &block{
	name: "test", label: "name", many: true,
	doc: "A command and what the policy must say of it. A policy whose tests fail isn't loaded.",
	attrs: []attr{
		{name: "argv", kind: kindTexts, doc: "The command's words."},
		{name: "command", kind: kindText, doc: "The command as a line of shell instead."},
		{name: "verdict", kind: kindVerdict, doc: "What must come out."},
		{name: "decision", kind: kindVerdict, doc: "The same as verdict."},
		{name: "rule", kind: kindText, doc: "The rule that must decide."},
		{name: "cwd", kind: kindText, doc: "The working directory; / where it isn't set."},
		{name: "exe", kind: kindText, doc: "The path that the tool is found at."},
		{name: "exe_kinds", kind: kindTexts, doc: "With way = \"guard\": the kinds of its file, as in exe_any."},
		{name: "home", kind: kindText, doc: "The user's home directory; /home/USER where a user is set."},
		{name: "env", kind: kindTexts, doc: "The environment: NAME=value."},
		{name: "uid", kind: kindNumber, doc: "The user id."},
		{name: "user", kind: kindText, doc: "The user's name."},
		{name: "gids", kind: kindNumbers, doc: "Group ids, the primary one first."},
		{name: "unit", kind: kindText, doc: "The systemd unit."},
		{name: "cgroup", kind: kindText, doc: "The cgroup's path."},
		{name: "container", kind: kindText, doc: "The container's id."},
		{name: "image", kind: kindText, doc: "The container's image."},
		{name: "agent", kind: kindText, doc: "The registered agent's name."},
		{name: "session", kind: kindText, doc: "The guard session's name."},
		{name: "way", kind: kindEnum, enum: []string{"shim", "plain", "guard"}, doc: "How the command came in."},
		{name: "started_by", kind: kindTexts, doc: "In a guard session, what started it, the nearest first, each running its own code unless a ? stands before its name; [] for the agent itself. depth is their number."},
		{name: "time", kind: kindText, doc: "When, as 2006-01-02T15:04."},
		{name: "counts", kind: kindNumber, doc: "What every rate condition has counted."},
	},
}
