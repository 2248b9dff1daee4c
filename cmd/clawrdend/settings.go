package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/agentroot"
)

// options are the command line. Each one that is set wins over the configuration file.
type options struct {
	config, socket, control, policy, audit, state string
	http, metrics                                 string
	dev, version                                  bool
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("clawrdend", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.config, "config", "", "settings `file` (default /etc/clawrden/clawrden.hcl)")
	f.StringVar(&o.socket, "socket", "", "`path` of the shim socket")
	f.StringVar(&o.control, "control", "", "`path` of the control socket")
	f.StringVar(&o.policy, "policy", "", "policy `directory or file`, in place of the layers")
	f.StringVar(&o.audit, "audit", "", "audit log `file`")
	f.StringVar(&o.state, "state", "", "state `directory`")
	f.StringVar(&o.http, "http", "", "`address` for HTTP over TCP, such as 127.0.0.1:8080")
	f.StringVar(&o.metrics, "metrics", "", "`address` for metrics, such as 127.0.0.1:9478")
	f.BoolVar(&o.dev, "dev", false, "for development: local executor, ordinary user, self-approval")
	f.BoolVar(&o.version, "version", false, "print the version")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Println("Usage: clawrdend [options]")
		f.SetOutput(os.Stdout)
		f.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w; clawrdend --help lists the options", err)
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q is not an option; clawrdend --help lists them", f.Arg(0))
	}
	return o, nil
}

// settings reads the configuration file and puts the command line over it. Without a policy directory a daemon for
// development has no layers, which stands for the policy that is embedded in the program.
func (o *options) settings() (c config.Config, layers []string, err error) {
	c, diags := config.Default(o.dev).Load(o.config)
	if diags.HasErrors() {
		var text strings.Builder
		if err := c.Explain(&text, diags); err != nil {
			return c, nil, err
		}
		return c, nil, errors.New("the configuration is invalid\n" + strings.TrimSpace(text.String()))
	}
	set := func(to *string, from string) {
		if from != "" {
			*to = from
		}
	}
	set(&c.Paths.Socket, o.socket)
	set(&c.Paths.Control, o.control)
	if o.dev && o.state != "" { // so that a second daemon, elsewhere, has nothing in common with a first
		usual := config.Default(true)
		if c.Audit.File == usual.Audit.File {
			c.Audit.File = filepath.Join(o.state, "audit.jsonl")
		}
		if c.Paths.Shims == usual.Paths.Shims {
			c.Paths.Shims = filepath.Join(o.state, "shims")
		}
	}
	set(&c.Paths.State, o.state)
	set(&c.Audit.File, o.audit)
	if o.policy != "" {
		if _, err := os.Stat(o.policy); err != nil {
			return c, nil, fmt.Errorf("cannot use --policy: %v", err)
		}
		c.Paths.Policy = []string{o.policy}
	}
	if o.policy == "" && o.dev && !anyExists(c.Paths.Policy) {
		return c, nil, nil
	}
	return c, c.Paths.Policy, nil
}

func anyExists(paths []string) bool {
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil {
			return true
		}
	}
	return false
}

// daemonOptions are the settings as the daemon takes them.
func daemonOptions(c *config.Config) daemon.Options {
	return daemon.Options{
		Dev:           c.Dev,
		StateDir:      c.Paths.State,
		Bridges:       c.Bridges,
		Teams:         c.Teams,
		AskTimeout:    c.Ask.Timeout,
		ExitStatus:    daemon.ExitStatus(c.Mirror.ExitStatus),
		Writable:      agentroot.Writable(c.Mirror.Writable),
		MaxSealed:     int64(c.Mirror.MaxSealed),
		AuditOptional: c.Audit.OnError == "allow",
		Limits: daemon.Limits{
			ConnectionsPerAgent: c.Limits.ConnectionsPerAgent,
			Connections:         c.Limits.Connections,
			RunningPerAgent:     c.Limits.RunningPerAgent,
			CanPerSecond:        c.Limits.CanPerSecond,
			RequestTime:         c.Limits.RequestTime,
			ResolveTime:         c.Limits.ResolveTime,
		},
	}
}
