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
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
	sd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/clawrden/clawrden/guard"
	"github.com/clawrden/clawrden/internal/users"
)

// guardOptions are the command line of `clawrdend guard`.
type guardOptions struct {
	socket, judge, group, launcher string
	dev                            bool
}

func parseGuard(args []string) (*guardOptions, error) {
	o := &guardOptions{}
	f := flag.NewFlagSet("clawrdend guard", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.socket, "socket", "/run/clawrden/agent/guard.sock", "`path` of the socket that sessions come by")
	f.StringVar(&o.judge, "judge", "/run/clawrden/judge.sock", "`path` of the daemon's socket for the guard")
	f.StringVar(&o.group, "group", "clawrden-agents", "`group` that may start sessions")
	f.StringVar(&o.launcher, "launcher", launcher(), "`file` of the launcher that is believed")
	f.BoolVar(&o.dev, "dev", false, "for development: sessions that are no boundary")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Println("Usage: clawrdend guard [options]")
		f.SetOutput(os.Stdout)
		f.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w; clawrdend guard --help lists the options", err)
	case f.NArg() > 0:
		return nil, fmt.Errorf("%q is not an option; clawrdend guard --help lists them", f.Arg(0))
	}
	return o, nil
}

// guardMain is the guard: a process of its own, which holds what sessions run and asks the daemon.
func guardMain(args []string) int {
	o, err := parseGuard(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "clawrdend:", err)
		return 2
	}
	stderr := newLogWriter(os.Stderr)
	log := slog.New(slog.NewTextHandler(stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err = runGuard(ctx, o, log)
	stderr.close()
	if err != nil {
		fmt.Fprintln(os.Stderr, "clawrdend:", err)
		return 1
	}
	return 0
}

func runGuard(ctx context.Context, o *guardOptions, log *slog.Logger) error {
	sessions, files := takeSessions(activation.Files(true))
	socks, _, err := inherited(files)
	if err != nil {
		return err
	}
	if err := socks.bind("guard", o.socket, o.group, &users.DB{}); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGCHLD) // each stop of a held process sends one, and the thread that waits for it has no need of that
	debug.SetGCPercent(400)        // its heap is small and soon garbage: collecting it would take the time of execs
	// Each exec has a thread that waits in the kernel most of the time, and keeps its place among those that run meanwhile: with few
	// places one that could go on would wait for the runtime to take one away.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 8)
	daemon := guard.NewDaemon(o.judge)
	server := guard.NewServer(guard.ServerOptions{Judge: daemon, Witness: daemon, Log: log, Launcher: launcherSum(o.launcher, log), Dev: o.dev, Store: sessionStore{}})
	server.Resume(ctx, sessions)
	var doors sync.WaitGroup
	failed := make(chan error, len(socks["guard"]))
	for _, l := range socks["guard"] {
		doors.Go(func() { failed <- server.Serve(ctx, l) })
		log.InfoContext(ctx, "listening", slog.String("socket", "guard"), slog.String("path", l.Addr().String()))
	}
	tell(sd.SdNotifyReady, "STATUS=Guarding")
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	tell(sd.SdNotifyStopping, "STATUS=Stopping")
	for _, l := range socks["guard"] {
		_ = l.Close()
	}
	doors.Wait()
	server.Wait()
	return err
}

// launcherSum is the digest by which the launcher is known; "" where there is none.
func launcherSum(path string, log *slog.Logger) string {
	f, err := os.Open(path)
	if err == nil {
		defer func() { _ = f.Close() }()
		var sum string
		if sum, err = guard.Sum(f); err == nil {
			return sum
		}
	}
	log.Warn("the launcher can't be read, so no session can be had that is a boundary", slog.Any("error", err))
	return ""
}
