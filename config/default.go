package config

import (
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Default is what holds when the file says nothing. With dev it is for a daemon that an ordinary user starts by hand: all
// files are the user's own.
func Default(dev bool) Config {
	c := Config{
		Paths: Paths{
			Socket:         "/run/clawrden/agent/shim.sock",
			Control:        "/run/clawrden/control.sock",
			Policy:         []string{"/usr/lib/clawrden/policy.d", "/etc/clawrden/policy.d", "/var/lib/clawrden/policy.d", "/run/clawrden/policy.d"},
			State:          "/var/lib/clawrden",
			Shims:          "/var/lib/clawrden/shims",
			AgentsGroup:    "clawrden-agents",
			ApproversGroup: "clawrden-approvers",
		},
		Audit: Audit{
			File:    "/var/log/clawrden/audit.jsonl",
			Sync:    "batch",
			OnError: "deny",

			RotateSize:        256 << 20,
			RotateAge:         30 * 24 * time.Hour,
			CheckpointRecords: 1000,
			CheckpointTime:    time.Minute,
			Witness:           []string{},
			Mask:              []string{"default"},
		},
		Recordings: Recordings{
			Keep:    30 * 24 * time.Hour,
			MaxSize: 16 << 20,
			Total:   1 << 30,
		},
		Ask: Ask{
			Timeout:       90 * time.Second,
			RefusalMemory: 5 * time.Minute,
			Late:          10 * time.Minute,
		},
		Limits: Limits{
			ConnectionsPerAgent: 512,
			Connections:         4096,
			PendingPerAgent:     64,
			Pending:             10_000,
			RunningPerAgent:     512,
			CanPerSecond:        20,
			RequestTime:         10 * time.Second,
			ResolveTime:         5 * time.Second,
		},
		Guard: Guard{OnStop: "kill"},
		Mirror: Mirror{
			ExitStatus: "auto",
			Writable:   "seal",
			MaxSealed:  256 << 20,
		},
		Metrics: Metrics{Tools: []string{
			"bash", "cargo", "curl", "docker", "git", "go", "kubectl", "make", "node", "npm", "pip", "python3", "rm", "sh",
			"ssh", "sudo", "systemctl", "terraform", "wget",
		}},
		Docker: Docker{
			Socket:  "/run/docker.sock",
			Timeout: 10 * time.Second,
		},
		HTTP: HTTP{
			Hosts:       []string{},
			Session:     12 * time.Hour,
			Streams:     2048,
			UserStreams: 1024,
		},
	}
	if dev {
		c.Dev = true
		c.Paths, c.Audit.File = devPaths()
	}
	return c
}

// devPaths puts everything below the user's own directories, by the XDG base directory specification.
func devPaths() (Paths, string) {
	run := filepath.Join(os.TempDir(), "clawrden-"+strconv.Itoa(os.Getuid()))
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		run = filepath.Join(dir, "clawrden")
	}
	base := func(env, below string) string {
		if dir := os.Getenv(env); filepath.IsAbs(dir) {
			return filepath.Join(dir, "clawrden")
		}
		if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
			return filepath.Join(home, below, "clawrden")
		}
		return filepath.Join(run, filepath.Base(below))
	}
	state := base("XDG_STATE_HOME", ".local/state")
	return Paths{
		Socket:  filepath.Join(run, "agent/shim.sock"),
		Control: filepath.Join(run, "control.sock"),
		Policy:  []string{filepath.Join(base("XDG_CONFIG_HOME", ".config"), "policy.d")},
		State:   state,
		Shims:   filepath.Join(state, "shims"),
	}, filepath.Join(state, "audit.jsonl")
}
