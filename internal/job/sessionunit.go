package job

// SessionUnit is the unit of a session that the daemon has begun. Nobody but the system's manager can put a process there.
func SessionUnit(session string) string { return "clawrden-session-" + session + ".service" }

// CommandUnit is the unit of a request's command, of the same kind.
func CommandUnit(id string) string { return "clawrden-job-" + id + ".service" }
