package main

import (
	"os"
	"path/filepath"
	"time"

	"github.com/clawrden/clawrden/daemon"
)

type tmpConfig struct {
	Paths struct {
		Socket, Control, State, AgentsGroup, ApproversGroup string
		Policy                                              []string
	}
	Audit  struct{ File, Sync string }
	Limits struct{ PendingPerAgent int }
}

func (c tmpConfig) daemonOptions(dev bool) daemon.Options {
	return daemon.Options{StateDir: c.Paths.State, Dev: dev, AskTimeout: 90 * time.Second, MaxSealed: 256 << 20, Writable: "seal", ExitStatus: daemon.ExitStatus(os.Getenv("TMP_EXIT"))}
}

func (o *options) settings() (tmpConfig, []string, error) {
	var c tmpConfig
	c.Paths.Socket, c.Paths.Control, c.Paths.State = o.socket, o.control, o.state
	c.Paths.AgentsGroup, c.Paths.ApproversGroup = "clawrden-agents", "clawrden-approvers"
	c.Audit.File = o.audit
	_ = filepath.Join
	if o.policy == "" {
		return c, nil, nil
	}
	return c, []string{o.policy}, nil
}
