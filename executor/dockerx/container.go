package dockerx

import (
	"context"
	"path"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// Container is what the engine says of one of its containers.
type Container struct {
	ID      string // 64 hex digits
	Name    string
	Image   string // as it was named when the container was made
	ImageID string // sha256:…
	PID     int    // of its first process, in the engine's pid namespace; 0 if it doesn't run
	Started string // when, as the engine writes it: with the PID it names one run
	Running bool
	Env     []string // NAME=value that its commands start with
	Mounts  []Mount
	Merged  string // where its root directory is on the host, where the storage driver tells; ""
}

// Mount is a directory or file of the host that a container sees.
type Mount struct {
	Source   string // on the host; "" for memory
	Target   string // in the container
	ReadOnly bool
}

// Inspect asks for a container by its id or name.
func (e *Engine) Inspect(ctx context.Context, id string) (*Container, error) {
	var got container.InspectResponse
	err := e.ask(ctx, e.timeout, func(ctx context.Context) (err error) {
		got, err = e.cli.ContainerInspect(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	c := &Container{ID: got.ID, Name: strings.TrimPrefix(got.Name, "/"), ImageID: got.Image, Merged: got.GraphDriver.Data["MergedDir"]}
	if got.Config != nil {
		c.Image, c.Env = got.Config.Image, got.Config.Env
	}
	if got.State != nil {
		c.PID, c.Started, c.Running = got.State.Pid, got.State.StartedAt, got.State.Running
	}
	for _, m := range got.Mounts {
		c.Mounts = append(c.Mounts, Mount{Source: m.Source, Target: path.Clean(m.Destination), ReadOnly: !m.RW})
	}
	if got.HostConfig != nil {
		for target := range got.HostConfig.Tmpfs {
			c.Mounts = append(c.Mounts, Mount{Target: path.Clean(target)})
		}
	}
	return c, nil
}

// HostPath tells where a directory that a container sees is on the host, and whether the container may only read there.
// The last mount that covers it counts, as in the kernel.
func (c *Container) HostPath(inside string) (host string, readOnly, ok bool) {
	best := -1
	for i := range c.Mounts {
		if below(c.Mounts[i].Target, inside) && (best < 0 || len(c.Mounts[i].Target) >= len(c.Mounts[best].Target)) {
			best = i
		}
	}
	switch {
	case best >= 0:
		m := &c.Mounts[best]
		if m.Source == "" { // a tmpfs: it is nowhere on the host
			return "", false, false
		}
		return path.Join(m.Source, strings.TrimPrefix(inside, m.Target)), m.ReadOnly, true
	case c.Merged != "":
		return path.Join(c.Merged, inside), false, true
	}
	return "", false, false
}

// below reports whether p is dir or lies in it; both are clean and absolute.
func below(dir, p string) bool {
	return dir == "/" || p == dir || strings.HasPrefix(p, dir+"/")
}
