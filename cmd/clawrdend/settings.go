package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
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
	f.StringVar(&o.http, "http", "", "`address` for HTTP over TCP (not in this build)")
	f.StringVar(&o.metrics, "metrics", "", "`address` for metrics (not in this build)")
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
	case o.http != "" || o.metrics != "":
		return nil, errors.New("this build serves neither HTTP over TCP nor metrics; the HTTP API is on the control socket (--control)")
	}
	return o, nil
}

