package daemon

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// fuzzDaemon is a daemon that denies everything, and connections to it.
func fuzzDaemon(f *testing.F) (*Daemon, func() (ours, theirs *net.UnixConn)) {
	dir, err := os.MkdirTemp("", "clawrden-")
	if err != nil {
		f.Fatal(err)
	}
	log := &fakeLog{fail: func(r *clawrden.Record) error {
		if r.Decision.Runs() {
			f.Errorf("may run: %+v", r)
		}
		return errBroken // keeps nothing
	}}
	d, err := New(Options{
		Logger: slog.New(slog.DiscardHandler), Audit: log, Queue: &fakeQueue{}, StateDir: dir, AuditOptional: true,
		NewID: func() (string, error) { return "id", nil }, LoadPolicy: func() (Policy, error) { return always(clawrden.Deny), nil },
		UserName: func(uint32) string { return "" }, Home: func(uint32) string { return "" }, ExitStatus: ExitShim, Writable: "path",
		Limits: Limits{RequestTime: time.Minute},
	})
	if err != nil {
		f.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unix"})
	if err == nil {
		err = passCredentials(l)
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		_ = l.Close()
		_ = d.Close()
		_ = os.RemoveAll(dir)
	})
	return d, func() (ours, theirs *net.UnixConn) {
		theirs, err := net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr))
		if err != nil {
			f.Fatal(err)
		}
		if ours, err = l.AcceptUnix(); err != nil {
			f.Fatal(err)
		}
		d.entering <- struct{}{}
		return ours, theirs
	}
}
