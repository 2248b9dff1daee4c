package job

// SessionUnit is the unit of a session that the daemon has begun. Nobody but the system's manager can put a process there.
func SessionUnit(session string) string { return "clawrden-session-" + session + ".service" }
