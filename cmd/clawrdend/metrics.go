package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/approval"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/dbusapi"
	"github.com/clawrden/clawrden/metrics"
)

// gauges gathers what stands at the moment of a scrape. Nothing of it waits: each part answers from memory, and what has to
// be asked for is asked meanwhile, for the next scrape.
func gauges(d *daemon.Daemon, asks *approval.Queue, bus *dbusapi.Server, engine *probed) func() metrics.Gauges {
	return func() metrics.Gauges {
		s := d.Status()
		g := metrics.Gauges{
			Pending: s.Pending, Oldest: asks.Oldest(), Running: s.Running, Connections: d.Connections(), Grants: len(d.Grants()),
			Rules: s.Policy.Rules, Loaded: s.Policy.Loaded.Time, PolicyFailed: s.Policy.Error != "",
			Locked: s.Locked, Bus: bus.Up(), Docker: engine.last(),
		}
		if s.Stage != nil {
			g.Staged = s.Stage.Counts
		}
		for _, b := range s.Bridges {
			if g.Bridges == nil {
				g.Bridges = make(map[string]bool, len(s.Bridges))
			}
			g.Bridges[b.Name] = b.Up
		}
		for i := range s.Sessions {
			if s.Sessions[i].Guarded {
				g.Guarded++
			} else {
				g.Unguarded++
			}
		}
		for i := range s.Locks {
			if s.Locks[i].Whom != "" {
				g.LockedAgents++
			}
		}
		return g
	}
}

// probeEvery is how old the word on something outside may get before it is asked again.
const probeEvery = 15 * time.Second

// probed is something outside that may not answer, asked beside and only when somebody wants to know.
type probed struct {
	ask func(context.Context) error

	up    atomic.Pointer[bool]
	asked atomic.Int64 // Unix nanoseconds
}

// last tells whether it answered when it was asked last; nil before the first answer.
func (p *probed) last() *bool {
	now := time.Now()
	if was := p.asked.Load(); now.UnixNano()-was >= int64(probeEvery) && p.asked.CompareAndSwap(was, now.UnixNano()) {
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), probeEvery)
			defer cancel()
			up := p.ask(ctx) == nil
			p.up.Store(&up)
		}()
	}
	return p.up.Load()
}

// metered is the audit log with each of its records counted.
type metered struct {
	journaled
	counts *metrics.Metrics
}

func (m metered) Append(r *clawrden.Record) error {
	err := m.journaled.Append(r)
	m.counts.Record(r, err)
	return err
}

func (m metered) AppendSync(r *clawrden.Record) error {
	err := m.journaled.AppendSync(r)
	m.counts.Record(r, err)
	return err
}

// listenMetrics opens the port for metrics that the command line names, where systemd has opened none. It has no login, so
// that without systemd's word it is for programs on this host.
func listenMetrics(ctx context.Context, addr string, given []net.Listener) ([]net.Listener, error) {
	if addr == "" {
		return given, nil
	}
	if len(given) > 0 {
		return nil, errors.New("metrics have a port from systemd (clawrden-metrics.socket): leave --metrics out")
	}
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		err = errors.New("it is not an address of this host alone, and the port has no login; use 127.0.0.1:9478, or give clawrden-metrics.socket another address")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot use --metrics %s: %v", addr, err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		if errors.Is(err, unix.EAFNOSUPPORT) { // the unit's confinement
			err = errors.New("a service has no network of its own; enable clawrden-metrics.socket instead")
		}
		return nil, fmt.Errorf("cannot listen for --metrics: %v", err)
	}
	return []net.Listener{l}, nil
}

// serveMetrics answers on the metrics' ports; close ends that.
func serveMetrics(ports []net.Listener, h http.Handler, log *slog.Logger, open func(func() error)) (shutdown func(context.Context) error) {
	if len(ports) == 0 {
		return func(context.Context) error { return nil }
	}
	server := metrics.NewServer(h, log)
	for _, l := range ports {
		log.Info("listening", slog.String("socket", "metrics"), slog.String("address", l.Addr().String()))
		open(func() error { return server.Serve(l) })
	}
	return server.Shutdown
}
