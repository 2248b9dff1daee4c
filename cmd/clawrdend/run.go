package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	sd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/approval"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/dbusapi"
	"github.com/clawrden/clawrden/executor/dockerx"
	"github.com/clawrden/clawrden/executor/mirror"
	"github.com/clawrden/clawrden/executor/unit"
	"github.com/clawrden/clawrden/httpapi"
	"github.com/clawrden/clawrden/internal/journal"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/metrics"
	"github.com/clawrden/clawrden/registry"
)

// agentsTime is how long a start waits until registered agents have their sockets: systemd makes a group where one is
// missing, and has a limit of its own for a start.
const agentsTime = 10 * time.Second

// stopTime is how long a stop waits for what is in flight. In-place commands run on without the daemon.
const stopTime = 5 * time.Second

// memoryLimit is from where on the daemon's garbage is collected more often than it else would be: with it 10,000 requests that
// wait take less than 100 MB. GOMEMLIMIT goes before it.
const memoryLimit = 80 << 20

// run wires the parts, serves until ctx ends, and stops in good order.
func run(ctx context.Context, o *options, log *slog.Logger) (err error) {
	c, layers, err := o.settings()
	if err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		go keepLimit(ctx)
	}
	// The threads that wait for the guard's next word and for the end of what runs keep their places among those that run meanwhile.
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	if o.dev {
		log.WarnContext(ctx, "--dev: the local executor and self-approval are on; this governs nobody who means harm")
	}
	// Agents of other users have to get through to the shims; what else is in there has modes of its own.
	if err := os.MkdirAll(c.Paths.State, 0o711); err != nil { //nolint:gosec // see above
		return fmt.Errorf("cannot make the state directory: %v", err)
	}
	db := &users.DB{}
	counts := metrics.New(version, c.Metrics.Tools)
	copies := journal.Open()
	defer func() {
		end, done := context.WithTimeout(context.Background(), logTime)
		defer done()
		copies.Close(end)
	}()
	seen := newWitness(c.Audit.Witness, log)
	defer seen.close()
	records, err := openLog(&c, copies, seen, counts, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	socks, tcp, err := inherited(activation.Files(true))
	if err != nil {
		return err
	}
	web, err := openWeb(ctx, o.http, tcp["http"], &c)
	if err != nil {
		return err
	}
	if tcp["metrics"], err = listenMetrics(ctx, o.metrics, tcp["metrics"]); err != nil {
		return err
	}
	if err := errors.Join(
		socks.bind("shim", c.Paths.Socket, c.Paths.AgentsGroup, db),
		socks.bind("control", c.Paths.Control, c.Paths.ApproversGroup, db),
		socks.bind("judge", filepath.Join(filepath.Dir(c.Paths.Control), "judge.sock"), "", db),
	); err != nil {
		return err
	}
	asks := approval.New(approval.Limits{PerAgent: c.Limits.PendingPerAgent, Total: c.Limits.Pending, Refusal: c.Ask.RefusalMemory, Late: c.Ask.Late})
	grants, err := approval.OpenGrants(filepath.Join(c.Paths.State, "grants.json"))
	if err != nil {
		return err
	}
	do := daemonOptions(&c)
	do.Grants = grants
	agents, err := registry.Open(filepath.Join(c.Paths.State, "agents.json"), registry.Options{UID: userID, Fixed: fixedAgents(c.Agents)})
	if err != nil {
		return err
	}
	registered := knownAgents{agents, c.Paths.State}
	registered.tellShims(log)
	do.Registry = registered
	do.AgentSockets = &agentSockets{
		dir: filepath.Join(filepath.Dir(c.Paths.Control), "agents"), shims: c.Paths.Shims, dev: o.dev,
		kept: socks.takeKept(func(agent string) bool { _, there := do.Registry.Get(agent); return there }),
	}
	do.Logger, do.Version, do.Tokens = log, version, web.access
	do.Audit, do.Queue, do.Meter = metered{journaled{records, copies}, counts}, queue{asks}, counts
	do.NewID = approval.NewIDs(func(id string) bool { return records.Known(id) || asks.Has(id) }).New
	policies := newLoader(layers, c.Paths.State, db, c.Bridges, o.dev, log)
	do.LoadPolicy, do.Written, do.CheckPolicy, do.Rejudge = policies.load, policies.written, policies.check, rejudge
	rolling, err := newRollout(policies, c.Paths.State, log)
	if err != nil {
		return err
	}
	do.Rollout, do.Versions = rolling, rolling
	do.UserName, do.Home, do.Users = db.Name, home(db), db
	do.Plan, do.Unchanged = mirror.Plan, mirror.Unchanged
	do.Shims = []string{filepath.Join(c.Paths.Shims, "clawrden-shim"), filepath.Join(filepath.Dir(launcher()), "clawrden-shim")}
	do.Launchers = []string{filepath.Join(c.Paths.Shims, "clawrden-launch"), launcher()}
	engine, err := dockerx.Open(dockerx.Options{Socket: c.Docker.Socket, Timeout: c.Docker.Timeout})
	if err != nil {
		return err
	}
	defer func() { _ = engine.Close() }()
	known := containers{&dockerx.Confirmer{Engine: engine}}
	do.Containers = known
	recorder, err := newRecorder(&c, log)
	if err != nil {
		return err
	}
	go recorder.sweep(ctx)
	do.Taps = recorder
	do.Executors = map[string]daemon.Executor{}
	inside := &mirror.Docker{Engine: engine, Confirm: known.Confirmer, Helper: launcher()}
	defer inside.Close()
	do.Executors["docker"] = dockerExecutor{inside}
	units, err := unit.New(unit.Options{Launcher: launcher(), Users: db})
	if err != nil {
		return err
	}
	defer units.Close()
	do.Executors["unit"] = unitExecutor{units}
	do.Starter, do.GuardSocket = units, filepath.Join(filepath.Dir(c.Paths.Socket), "guard.sock")
	if c.Guard.OnStop == "freeze" {
		do.Frozen = units.KeepsGuard
	}
	ghosts, err := openGhosts(&c, engine, known.Confirmer, db, log)
	if err != nil {
		return err
	}
	defer ghosts.Close()
	do.Executors["ghost"] = ghostExecutor{ghosts}
	do.Keepers = map[string]daemon.Keeper{"unit": unit.Keeper{Executor: units}, "container": containerKeeper{engine}}
	if o.dev {
		do.Executors["local"] = localExecutor{}
	}
	if g, err := db.GroupByName(c.Paths.ApproversGroup); err == nil {
		do.ApproversGID = g.GID
	}
	if g, err := db.GroupByName(c.Paths.AgentsGroup); err == nil {
		do.AgentsGID = g.GID
	}
	d, err := daemon.New(do)
	if err != nil {
		return err
	}
	defer takeNotes(ctx, c.Paths.State, do.Audit, log)()
	defer watchPlaces(ctx, c.Paths.State, filepath.Dir(c.Paths.Control), log)()
	people := told{d}
	web.daemon, web.users, web.log = d, db, log
	bus := dbusapi.New(dbusapi.Options{Control: people, Authorizer: d, Quiet: len(c.Teams) > 0, Log: log})
	stats := counts.Handler(gauges(d, asks, bus, &probed{ask: engine.Ping}))
	api := httpapi.New(httpapi.Options{
		Control: people, Authorizer: d, Identify: identify, Metrics: stats, Logins: web,
		Streams: c.HTTP.Streams, UserStreams: c.HTTP.UserStreams, Log: log, Asciicast: asciicast,
	})
	return serve(ctx, d, &doors{api: api, web: web, tcp: web.server(people), bus: bus, metrics: stats}, socks, tcp, log)
}

// doors are the ways in for people and their programs.
type doors struct {
	api     *httpapi.Server
	web     *web
	tcp     *httpapi.Server
	bus     *dbusapi.Server
	metrics http.Handler
}

// serve runs the doors until ctx ends.
func serve(ctx context.Context, d *daemon.Daemon, to *doors, socks sockets, tcp ports, log *slog.Logger) error {
	people, api := told{d}, to.api
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var doors sync.WaitGroup
	failed := make(chan error, 8)
	open := func(serve func() error) {
		doors.Go(func() {
			if err := serve(); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				failed <- err
			}
		})
	}
	opened, agents := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(agents)
		d.ServeAgents(ctx, func() { close(opened) })
	}()
	select {
	case <-opened:
	case <-time.After(agentsTime):
		log.WarnContext(ctx, "the sockets of registered agents are still being made")
	case <-ctx.Done():
	}
	for _, l := range socks["shim"] {
		open(func() error { return d.Serve(ctx, l) })
	}
	for _, l := range socks["judge"] {
		open(func() error { return d.ServeGuard(ctx, l) })
	}
	for _, l := range socks["control"] {
		open(func() error { return api.Serve(l) })
	}
	for _, l := range to.web.ports {
		open(func() error { return to.tcp.Serve(l) })
	}
	endMetrics := serveMetrics(tcp["metrics"], to.metrics, log, open)
	doors.Go(func() { to.bus.Run(ctx) })
	doors.Go(func() { reloadOnHangUp(ctx, people) })
	tell(sd.SdNotifyReady, "STATUS="+statusLine(d.Status()))
	releaseStart()
	doors.Go(func() { supervise(ctx, d, log) })
	for name, ls := range socks {
		for _, l := range ls {
			log.InfoContext(ctx, "listening", slog.String("socket", name), slog.String("path", l.Addr().String()))
		}
	}
	to.web.tellWhere(d.Status().Dev)
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	tell(sd.SdNotifyStopping, "STATUS=Stopping")
	log.InfoContext(ctx, "stopping")
	for _, l := range append(socks["shim"], socks["judge"]...) {
		_ = l.Close()
	}
	cancel()
	<-agents
	end, done := context.WithTimeout(context.Background(), stopTime)
	defer done()
	d.Wait(end)
	err = errors.Join(err, d.Close(), api.Shutdown(end), to.tcp.Shutdown(end), endMetrics(end))
	doors.Wait()
	return err
}

// reloadOnHangUp reads the policy again at each SIGHUP.
func reloadOnHangUp(ctx context.Context, d told) {
	hups := make(chan os.Signal, 1)
	signal.Notify(hups, syscall.SIGHUP)
	defer signal.Stop(hups)
	self := clawrden.Caller{Identity: clawrden.Identity{UID: uint32(os.Geteuid()), GID: uint32(os.Getegid())}, Door: "signal"}
	for {
		select {
		case <-hups:
			_ = d.Reload(ctx, self) // it logs and records what is wrong
		case <-ctx.Done():
			return
		}
	}
}

// home looks up a user's home directory; "" if it has none.
func home(db *users.DB) func(uint32) string {
	return func(uid uint32) string {
		u, err := db.UserByID(uid)
		if err != nil {
			return ""
		}
		return u.Home
	}
}
