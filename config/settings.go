package config

import "time"

// block is a block of the file.
type block struct {
	name     string
	doc      string
	settings []setting
}

// setting is one argument of a block.
type setting struct {
	name  string
	field func(*Config) any // pointer to its field; the field's type says what may be written
	check check             // nil if any value of the type will do
	doc   string            // what it is, and for a limit why it is what it is
}

// settings is every setting there is, in the order of docs/configuration.md.
var settings = []block{
	{"paths", "Where the daemon's files and sockets are. All paths are absolute.", []setting{
		{
			"socket", func(c *Config) any { return &c.Paths.Socket }, absolute,
			"The socket that shims connect to, where systemd doesn't pass it. Its directory is what is mounted into an agent's container, so nothing else belongs in it.",
		},
		{
			"control", func(c *Config) any { return &c.Paths.Control }, absolute,
			"The socket for people and their tools: the HTTP API of the command line.",
		},
		{
			"policy", func(c *Config) any { return &c.Paths.Policy }, absolutes,
			"Policy files and directories (each `*.hcl` in it). The order doesn't decide which rule wins; a missing directory is no error.",
		},
		{
			"state", func(c *Config) any { return &c.Paths.State }, absolute,
			"The directory for what must outlive a restart.",
		},
		{
			"shims", func(c *Config) any { return &c.Paths.Shims }, absolute,
			"The directory with the shim and its links: the only other one that an agent sees.",
		},
		{
			"agents_group", func(c *Config) any { return &c.Paths.AgentsGroup }, group,
			"Members may connect to `socket`. Empty: only the daemon's own user and group.",
		},
		{
			"approvers_group", func(c *Config) any { return &c.Paths.ApproversGroup }, group,
			"Members may connect to `control`. Empty: only the daemon's own user and group.",
		},
	}},
	{"audit", "How the record is kept.", []setting{
		{
			"file", func(c *Config) any { return &c.Audit.File }, absolute,
			"The log. Its directory must exist and be the daemon's own.",
		},
		{
			"sync", func(c *Config) any { return &c.Audit.Sync }, oneOf("batch", "always", "none"),
			"When records are forced to the disk. `batch`: within 200 ms, and at once for what a person approved; `always`: each one before its command runs; `none`: when the kernel sees fit. This is about power cuts: a crash of the daemon loses nothing in any of them.",
		},
		{
			"on_error", func(c *Config) any { return &c.Audit.OnError }, oneOf("deny", "allow"),
			"What becomes of a command whose record can't be written. `allow` runs it unrecorded: an agent that can fill the disk then leaves no trace.",
		},
		{
			"rotate_size", func(c *Config) any { return &c.Audit.RotateSize }, between[Size](0, 1<<40),
			"Past this size another file is begun; the one before is compressed beside it. `0B`: however large.",
		},
		{
			"rotate_age", func(c *Config) any { return &c.Audit.RotateAge }, between(0*time.Second, 10*365*24*time.Hour),
			"The same by the age of its first record. `0s`: however old.",
		},
		{
			"retain_size", func(c *Config) any { return &c.Audit.RetainSize }, between[Size](0, 1<<50),
			"Past this size of all compressed files the oldest is removed, which a record says. `0B`: all stay. An agent that may run much can push out what it did before.",
		},
		{
			"retain_age", func(c *Config) any { return &c.Audit.RetainAge }, between(0*time.Second, 100*365*24*time.Hour),
			"The same by the age of a file's last record. `0s`: all stay.",
		},
		{
			"checkpoint_records", func(c *Config) any { return &c.Audit.CheckpointRecords }, between(1, 1<<30),
			"After so many records they are sealed by a signed checkpoint; see [audit.md](audit.md).",
		},
		{
			"checkpoint_time", func(c *Config) any { return &c.Audit.CheckpointTime }, between(time.Second, 24*time.Hour),
			"After this time too, if anything was written. It is how long somebody who takes the host over could still change unseen.",
		},
		{
			"witness", func(c *Config) any { return &c.Audit.Witness }, program,
			"A program, by its absolute path, and its arguments: it gets each new checkpoint on its standard input, to take it where this host can't change it. It has 30 seconds, and nothing waits for it.",
		},
		{
			"mask", func(c *Config) any { return &c.Audit.Mask }, patterns,
			"Regular expressions (RE2) for secrets in the arguments of commands: what their groups match, or all where they have none, is `[masked]` in the record, in the history and in the journal. Each word is looked at by itself. `default` stands for those that come with Clawrden: options, assignments and headers named after passwords, tokens and keys, passwords in addresses, tokens of known services.",
		},
	}},
	{"recordings", "The recorded output of commands whose rule has `recording` in the policy. The files lie in `recordings` below `paths.state`.", []setting{
		{
			"keep", func(c *Config) any { return &c.Recordings.Keep }, between(time.Minute, 10*365*24*time.Hour),
			"How long a recording is kept.",
		},
		{
			"max_size", func(c *Config) any { return &c.Recordings.MaxSize }, between[Size](1<<10, 1<<40),
			"How much of one command's output and input is recorded: enough for any session that a person would watch. The command itself goes on, and its record says that the recording ends before.",
		},
		{
			"total", func(c *Config) any { return &c.Recordings.Total }, between[Size](1<<10, 1<<50),
			"How much all recordings together may take, looked at once an hour: beyond it the oldest are removed.",
		},
	}},
	{"ask", "How a request waits for a person.", []setting{
		{
			"timeout", func(c *Config) any { return &c.Ask.Timeout }, between(time.Second, 24*time.Hour),
			"How long it waits before it expires, where the rule doesn't say. Agents give up on a command after about two minutes; an answer that comes later helps nobody.",
		},
		{
			"refusal_memory", func(c *Config) any { return &c.Ask.RefusalMemory }, between(0*time.Second, 24*time.Hour),
			"How long a command that a person refused is refused again at once, in the same words and without being shown, when the same agent sends it unchanged. `0s`: each time is asked anew.",
		},
		{
			"late", func(c *Config) any { return &c.Ask.Late }, between(0*time.Second, 24*time.Hour),
			"How long a request that has expired can still be approved. Nobody waits for it any more: the same command, sent again by the same agent within this time, runs once without being asked for. `0s`: not at all.",
		},
	}},
	{"limits", "What agents can't exceed. An agent is a uid in a cgroup; what is over a limit is denied, and the others go on.", []setting{
		{
			"connections_per_agent", func(c *Config) any { return &c.Limits.ConnectionsPerAgent }, between(1, 1<<20),
			"Connections open at once. A parallel build with 256 jobs fits twice; each costs the daemon about six descriptors and 20 KiB.",
		},
		{
			"connections", func(c *Config) any { return &c.Limits.Connections }, between(1, 1<<20),
			"Connections open at once, of all agents. Six descriptors each stay well below the 524288 that systemd allows a service.",
		},
		{
			"pending_per_agent", func(c *Config) any { return &c.Limits.PendingPerAgent }, between(1, 1<<20),
			"Requests that wait for a person. More than anybody reads: past this an agent is stuck or wants to tire people out.",
		},
		{
			"pending", func(c *Config) any { return &c.Limits.Pending }, between(1, 1<<20),
			"Requests that wait for a person, of all agents.",
		},
		{
			"running_per_agent", func(c *Config) any { return &c.Limits.RunningPerAgent }, between(1, 1<<20),
			"Commands that run at once and are watched for their end. Not a limit on processes: that is the agent's cgroup's.",
		},
		{
			"can_per_second", func(c *Config) any { return &c.Limits.CanPerSecond }, between(1, 1<<20),
			"How often an agent may ask what the policy would say (`clawrden can`). Enough for a model that plans, too slow to map the policy by trying.",
		},
		{
			"request_time", func(c *Config) any { return &c.Limits.RequestTime }, between(100*time.Millisecond, 10*time.Minute),
			"From the connection to the whole request. A shim needs milliseconds; who sends a byte a second is cut off.",
		},
		{
			"resolve_time", func(c *Config) any { return &c.Limits.ResolveTime }, between(100*time.Millisecond, 10*time.Minute),
			"For finding and hashing the tool in the agent's own files, which may be on a file system that never answers.",
		},
	}},
	{"mirror", "How commands run in the agent's own context.", []setting{
		{
			"exit_status", func(c *Config) any { return &c.Mirror.ExitStatus }, oneOf("auto", "kernel", "shim"),
			"Who says how a command ended. `kernel`: the daemon reads it from the process (Linux 6.15 and later); `shim`: the shim stays as parent and reports; `auto`: `kernel` where that works, else `shim`.",
		},
		{
			"writable", func(c *Config) any { return &c.Mirror.Writable }, oneOf("seal", "path", "deny"),
			"What becomes of a tool that the agent itself can change. `seal`: a sealed copy of what was hashed is run; `path`: the file is run, and may have changed since; `deny`: it isn't run.",
		},
		{
			"max_sealed", func(c *Config) any { return &c.Mirror.MaxSealed }, between[Size](1<<20, 4<<30),
			"The largest tool that is copied for `seal`; a larger one is denied. The copy is in memory while the command runs.",
		},
	}},
	{"metrics", "What is counted for Prometheus. The port is clawrden-metrics.socket's, or the option `--metrics`.", []setting{
		{
			"tools", func(c *Config) any { return &c.Metrics.Tools }, toolNames,
			"Tools that have a count of their own in `clawrden_tool_requests_total`; all others are `other`. At most 100: each is a few series for Prometheus, and an agent can call its tools what it likes.",
		},
	}},
	{"guard", "Guard sessions.", []setting{
		{
			"on_stop", func(c *Config) any { return &c.Guard.OnStop }, oneOf("kill", "freeze"),
			"What becomes of the sessions when the guard is stopped and doesn't come back. `kill`: they are ended after 20 seconds; `freeze`: they stand still until it is there again, which takes systemd 254 and `FileDescriptorStorePreserve=yes` in a drop-in for clawrden-guard.service; where that isn't so no session begins.",
		},
	}},
	{"docker", "The container engine. Callers in containers are recognised by its word (Docker, or Podman as root), and ghost and mirror via docker run by it (Docker as root). It is asked only for them, and whether it answers when metrics are read.", []setting{
		{
			"socket", func(c *Config) any { return &c.Docker.Socket }, absolute,
			"The engine's own socket. Whoever may use it is root on the host, so no agent may.",
		},
		{
			"timeout", func(c *Config) any { return &c.Docker.Timeout }, between(100*time.Millisecond, 10*time.Minute),
			"For one answer of the engine; a start may take three times as long. An engine that says nothing for longer counts as unreachable, and what needs it is denied.",
		},
	}},
	{"http", "The HTTP API and the dashboard on TCP, for browsers and other machines: `clawrden-http.socket` opens it on 127.0.0.1:8080, or the option `--http`. Any other address needs a certificate here. The API on the control socket is always there.", []setting{
		{
			"hosts", func(c *Config) any { return &c.HTTP.Hosts }, hostNames,
			"Names by which other machines call this one, without a port. A request that names another in its Host header is refused; `localhost`, the loopback's addresses and the dashboard's own name always count.",
		},
		{
			"certificate", func(c *Config) any { return &c.HTTP.Certificate }, absoluteOrNone,
			"File with the certificate, and those above it, in PEM. What isn't the loopback is served by TLS alone.",
		},
		{
			"key", func(c *Config) any { return &c.HTTP.Key }, absoluteOrNone,
			"File with the certificate's private key, in PEM. Nobody but root may read it. Both are read at start.",
		},
		{
			"session", func(c *Config) any { return &c.HTTP.Session }, between(time.Minute, 31*24*time.Hour),
			"How long a browser stays logged in. A working day; whoever sits down at it after that has to come by a terminal again.",
		},
		{
			"streams", func(c *Config) any { return &c.HTTP.Streams }, between(1, 1<<16),
			"Streams of events open at once, at each door. One for each open page of the dashboard; each costs about 60 KiB.",
		},
		{
			"user_streams", func(c *Config) any { return &c.HTTP.UserStreams }, between(1, 1<<16),
			"Of them by one user, so that one person's forgotten scripts lock out nobody else.",
		},
	}},
}
