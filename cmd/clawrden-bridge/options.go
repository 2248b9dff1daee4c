package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	defaultControl  = "/run/clawrden/control.sock"
	maxSecret       = 64 << 10  // bytes of a credential
	secretPrefix    = "secret_" // systemd names what it loads from a directory ID_FILE
	defaultStateDir = "/var/lib/clawrden-bridge"
)

// options are those of the command line.
type options struct {
	name, config, control, state, credentials string
	link, show                                string // of notify
}

func parse(args []string, help io.Writer) (o options, err error) {
	f := flag.NewFlagSet("clawrden-bridge", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.config, "config", "", "`file` with the settings (default /etc/clawrden/clawrden.hcl)")
	f.StringVar(&o.control, "control", "", "`path` of the control socket (default $CLAWRDEN_CONTROL, else "+defaultControl+")")
	f.StringVar(&o.state, "state", "", "`directory` for what must outlive a restart (default $STATE_DIRECTORY, else "+defaultStateDir+"/NAME)")
	f.StringVar(&o.credentials, "credentials", "", "`directory` with the secrets, a file each (default $CREDENTIALS_DIRECTORY)")
	f.StringVar(&o.link, "link", "", "`URL` of the dashboard, where notify shows details (default: a terminal)")
	f.StringVar(&o.show, "show", "", "how `much` notify shows: minimal, command, full (default command)")
	show := f.Bool("version", false, "show the version")
	if err = f.Parse(args); err == flag.ErrHelp { //nolint:errorlint // flag's own, as it is
		f.SetOutput(help)
		_, _ = io.WriteString(help, usage)
		f.PrintDefaults()
		return o, err
	}
	switch {
	case err != nil:
		return o, fmt.Errorf("%v; `clawrden-bridge --help` lists the options", err)
	case *show:
		_, _ = fmt.Fprintf(help, "clawrden-bridge %s\n", version)
		return o, flag.ErrHelp
	case f.NArg() != 1 || f.Arg(0) == "" || strings.ContainsAny(f.Arg(0), "/."):
		return o, errUsage
	}
	o.name = f.Arg(0)
	if err := o.checkNotify(); err != nil {
		return o, err
	}
	or := func(value *string, others ...string) {
		for _, other := range others {
			if *value == "" {
				*value = other
			}
		}
	}
	or(&o.control, os.Getenv("CLAWRDEN_CONTROL"), defaultControl)
	if o.name == notifyName {
		or(&o.state, os.Getenv("RUNTIME_DIRECTORY"), sessionDir())
	}
	or(&o.state, os.Getenv("STATE_DIRECTORY"), filepath.Join(defaultStateDir, o.name))
	or(&o.credentials, os.Getenv("CREDENTIALS_DIRECTORY"))
	return o, nil
}

// secret reads one credential; "" where there is none.
func (o *options) secret(name string) (string, error) {
	if o.credentials == "" {
		return "", nil
	}
	for _, file := range []string{secretPrefix + name, name} {
		f, err := os.Open(filepath.Join(o.credentials, file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("cannot read the credential %s: %v", name, err)
		}
		defer func() { _ = f.Close() }()
		text, err := io.ReadAll(io.LimitReader(f, maxSecret))
		if err != nil {
			return "", fmt.Errorf("cannot read the credential %s: %v", name, err)
		}
		return strings.TrimSpace(string(text)), nil
	}
	return "", nil
}

// needed is secret where there has to be one.
func (o *options) needed(name string) (string, error) {
	text, err := o.secret(name)
	if err == nil && text == "" {
		err = fmt.Errorf("the credential %s is missing: put it into /etc/clawrden/bridges/%s/%s, root's alone", name, o.name, name)
	}
	return text, err
}
