package dockerx

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/strslice"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/go-units"

	"github.com/clawrden/clawrden/internal/display"
)

// RunSpec is a container that is to be made. Nobody but its first process is in it, its root directory is the image's, and
// nothing of what it writes there outlives it. It never has a capability, a log of the engine's, or a way to more rights
// than it starts with.
type RunSpec struct {
	Name       string
	Image      string // name, or an id
	Entrypoint []string
	Env        []string
	User       string // uid:gid
	Groups     []uint32
	WorkDir    string
	Mounts     []Mount           // bound as they are; none is made that isn't there
	Scratch    map[string]string // directory in the container to options: memory that it may write to
	Network    string            // none, host, or a network's name
	Labels     map[string]string
	Seccomp    string   // OCI seccomp profile, JSON; "" for the engine's own
	Init       bool     // the engine's own first process passes on signals and reaps; the entrypoint is its child
	Masked     []string // paths that can't be opened in it, beside those that are never
	ReadOnly   bool     // its root directory
	HostUsers  bool     // uids are the host's, also where the engine gives containers user namespaces of their own
	Memory     int64    // bytes; 0 for no limit, as below
	Tasks      int64
	NanoCPUs   int64 // thousand-millionths of a processor
	Files      int64 // open files
}

// Create makes a container, which isn't started yet.
//
// With an error there may be an id, too, of a container that has to be removed.
func (e *Engine) Create(ctx context.Context, s *RunSpec) (id string, err error) {
	var warnings []string
	err = e.ask(ctx, e.timeout, func(ctx context.Context) error {
		about, err := e.About(ctx) // the version of the interface is settled with it
		if err != nil {
			return err
		}
		deep := !versions.LessThan(about.API, "1.44")
		got, err := e.cli.ContainerCreate(ctx, s.config(), s.hostConfig(deep), nil, nil, s.Name)
		id, warnings = got.ID, got.Warnings
		return err
	})
	if err == nil {
		err = discarded(warnings)
	}
	return id, err
}

func (s *RunSpec) config() *container.Config {
	return &container.Config{
		Image: s.Image, Entrypoint: strslice.StrSlice(s.Entrypoint), Cmd: strslice.StrSlice{}, Env: s.Env, User: s.User,
		WorkingDir: s.WorkDir, Labels: s.Labels, NetworkDisabled: s.Network == "none",
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
}

// hostConfig is the part of it that concerns the host. deep says that the engine can make what is mounted below a mount
// read-only with it.
func (s *RunSpec) hostConfig(deep bool) *container.HostConfig {
	h := &container.HostConfig{
		AutoRemove: true, ReadonlyRootfs: s.ReadOnly, NetworkMode: container.NetworkMode(s.Network),
		LogConfig:   container.LogConfig{Type: "none"},
		CapDrop:     strslice.StrSlice{"ALL"},
		SecurityOpt: []string{"no-new-privileges"},
		Tmpfs:       s.Scratch,
		Init:        &s.Init,
		Resources:   container.Resources{Memory: s.Memory, NanoCPUs: s.NanoCPUs},
	}
	if s.Memory > 0 {
		h.MemorySwap = s.Memory // none beside
	}
	if s.Tasks > 0 {
		h.PidsLimit = &s.Tasks
	}
	if s.Files > 0 {
		h.Ulimits = []*units.Ulimit{{Name: "nofile", Soft: s.Files, Hard: s.Files}}
	}
	if s.Seccomp != "" {
		h.SecurityOpt = append(h.SecurityOpt, "seccomp="+s.Seccomp)
	}
	if s.HostUsers {
		h.UsernsMode = "host"
	}
	if len(s.Masked) > 0 {
		h.MaskedPaths = append(append([]string(nil), alwaysMasked...), s.Masked...)
	}
	for _, g := range s.Groups {
		h.GroupAdd = append(h.GroupAdd, strconv.FormatUint(uint64(g), 10))
	}
	for _, m := range s.Mounts {
		o := &mount.BindOptions{Propagation: mount.PropagationRPrivate}
		if m.ReadOnly { // for all that is mounted below, or without that
			o.ReadOnlyForceRecursive = deep
			o.NonRecursive = !deep
		}
		h.Mounts = append(h.Mounts, mount.Mount{Type: mount.TypeBind, Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly, BindOptions: o})
	}
	return h
}

// alwaysMasked are the paths that engines mask by themselves, which whoever names others has to name too.
var alwaysMasked = []string{
	"/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
	"/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
}

// discarded finds a limit that the engine won't hold on this host, which it only mentions.
func discarded(warnings []string) error {
	for _, w := range warnings {
		if strings.Contains(w, "iscarded") || strings.Contains(w, "not support") {
			text, _ := display.Text(w, maxEngineText)
			return fmt.Errorf("%w: it can't hold a limit here: %s", ErrUnfit, text)
		}
	}
	return nil
}

// Begin starts a container that was made.
func (e *Engine) Begin(ctx context.Context, id string) error {
	return e.ask(ctx, 3*e.timeout, func(ctx context.Context) error {
		return e.cli.ContainerStart(ctx, id, container.StartOptions{})
	})
}

// End is how a container ended.
type End struct {
	Code int64
	Err  error // why that isn't known
}

// Await tells, once, how a container ends that isn't started yet. The context's end is the end of the wait.
func (e *Engine) Await(ctx context.Context, id string) <-chan End {
	end := make(chan End, 1)
	codes, errs := e.cli.ContainerWait(ctx, id, container.WaitConditionNextExit)
	go func() {
		select {
		case r := <-codes:
			if r.Error != nil {
				end <- End{Err: errors.New(r.Error.Message)}
				return
			}
			end <- End{Code: r.StatusCode}
		case err := <-errs:
			end <- e.afterLoss(ctx, id, e.explain(err))
		}
	}()
	return end
}

// awayTime is how long an engine may be away, to be restarted, before what becomes of its containers counts as unknown.
const awayTime = 2 * time.Minute

// afterLoss finds out what became of a container when the engine went away in the middle of its run: without live-restore
// it is gone with the engine, else it runs on.
func (e *Engine) afterLoss(ctx context.Context, id string, why error) End {
	e.forget()
	for limit, wait := time.Now().Add(awayTime), 100*time.Millisecond; time.Now().Before(limit); wait = min(2*wait, 2*time.Second) {
		select {
		case <-ctx.Done():
			return End{Err: ctx.Err()}
		case <-time.After(wait):
		}
		c, err := e.Inspect(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound):
			return End{Err: why}
		case err != nil:
			continue
		case !c.Running:
			return End{Err: why}
		}
		// It runs on: it is asked for in the same way, whether or not it ends before the question arrives.
		codes, errs := e.cli.ContainerWait(ctx, id, container.WaitConditionNotRunning)
		select {
		case r := <-codes:
			return End{Code: r.StatusCode}
		case <-errs: //nolint:errcheck // the next turn finds out what became of it
		}
	}
	return End{Err: why}
}

// Kill sends a signal to a container's first process; SIGKILL ends all of it.
func (e *Engine) Kill(ctx context.Context, id string, signal int) error {
	return e.ask(ctx, e.timeout, func(ctx context.Context) error {
		return e.cli.ContainerKill(ctx, id, strconv.Itoa(signal))
	})
}

// Has reports whether a container's root directory has something at a path, without its mounts.
func (e *Engine) Has(ctx context.Context, id, path string) (bool, error) {
	err := e.ask(ctx, e.timeout, func(ctx context.Context) error {
		_, err := e.cli.ContainerStatPath(ctx, id, path)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Pause stops all processes of a container where they are; Resume has them go on.
func (e *Engine) Pause(ctx context.Context, id string) error {
	return e.ask(ctx, e.timeout, func(ctx context.Context) error { return e.cli.ContainerPause(ctx, id) })
}

// Resume undoes Pause.
func (e *Engine) Resume(ctx context.Context, id string) error {
	return e.ask(ctx, e.timeout, func(ctx context.Context) error { return e.cli.ContainerUnpause(ctx, id) })
}

// Remove ends a container, if it runs, and removes it. One that isn't there, or is being removed, is no error.
func (e *Engine) Remove(ctx context.Context, id string) error {
	err := e.ask(ctx, 3*e.timeout, func(ctx context.Context) error {
		return e.cli.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, errRemoving) {
		return nil
	}
	return err
}

// Labelled lists the containers with a label, NAME=value, running or not, by their ids with all their labels.
func (e *Engine) Labelled(ctx context.Context, label string) (map[string]map[string]string, error) {
	found := map[string]map[string]string{}
	err := e.ask(ctx, e.timeout, func(ctx context.Context) error {
		list, err := e.cli.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", label))})
		for i := range list {
			found[list[i].ID] = list[i].Labels
		}
		return err
	})
	return found, err
}
