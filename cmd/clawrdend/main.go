// Command clawrdend is the daemon: it governs the commands of agents. See package daemon.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

var version = "devel" // set by the linker

func main() {
	if len(os.Args) > 1 && os.Args[1] == "guard" {
		os.Exit(guardMain(os.Args[2:]))
	}
	args := os.Args[1:]
	if calledWarden() {
		var notes []string
		args, notes = fromWarden(args)
		for _, note := range notes {
			fmt.Fprintln(os.Stderr, "clawrdend:", note)
		}
	}
	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case err != nil:
		fmt.Fprintln(os.Stderr, "clawrdend:", err)
		os.Exit(2)
	case o.version:
		fmt.Println("clawrdend", version)
		return
	}
	stderr := newLogWriter(os.Stderr)
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	// A file that grows past its limit is an error of write(2), not the end of the daemon. A handler, since "ignored" would
	// be inherited by what the daemon starts.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGXFSZ)
	err = run(ctx, o, log)
	stderr.close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "clawrdend:", err)
		os.Exit(1)
	}
}
