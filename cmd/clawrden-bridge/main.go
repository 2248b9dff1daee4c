// Command clawrden-bridge passes asks on to people in a chat, by mail or by a webhook, and brings their answers
// back: see package bridge. It runs as a user of its own, without any right but those that the settings give its unit.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/clawrden/clawrden/bridge"
)

// version is set by the linker: -ldflags "-X main.version=…".
var version = "devel"

const usage = `usage: clawrden-bridge [OPTIONS] NAME
       clawrden-bridge [OPTIONS] notify

Pass asks on to people elsewhere, as the block bridge "NAME" of the settings says; or, as "notify", to yourself on your desktop.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage is a command line that means nothing.
var errUsage = errors.New("give the name of one bridge; `clawrden-bridge --help` lists the options")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "clawrden-bridge: %v\n", err)
		return 2
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if err := start(ctx, o, log); err != nil {
		_, _ = fmt.Fprintf(stderr, "clawrden-bridge: %v\n", err)
		return 1
	}
	return 0
}

// start runs one bridge until ctx ends.
func start(ctx context.Context, o options, log *slog.Logger) error {
	wired, err := wire(o, log)
	if err != nil {
		return err
	}
	b, err := bridge.New(wired)
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "started", slog.String("bridge", o.name), slog.String("service", wired.Bridge.Service), slog.String("version", version))
	_, _ = daemon.SdNotify(false, daemon.SdNotifyReady)
	err = b.Run(ctx)
	_, _ = daemon.SdNotify(false, daemon.SdNotifyStopping)
	return err
}
