package dockerx

import (
	"context"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/system"
)

// About is what an engine is.
type About struct {
	Name     string // docker or podman
	Version  string // the program's
	API      string // version of the interface that is spoken with it
	Rootless bool   // it runs as an ordinary user, and so do its containers; Podman says so elsewhere
	Remapped bool   // containers have user namespaces of their own unless they ask for the host's
	CgroupV2 bool
}

// About asks what the engine is, once.
func (e *Engine) About(ctx context.Context) (About, error) {
	e.mu.Lock()
	known := e.about
	e.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	var info system.Info
	var version types.Version
	err := e.ask(ctx, e.timeout, func(ctx context.Context) (err error) {
		if info, err = e.cli.Info(ctx); err == nil {
			version, err = e.cli.ServerVersion(ctx)
		}
		return err
	})
	if err != nil {
		return About{}, err
	}
	a := About{Name: "docker", Version: info.ServerVersion, API: e.cli.ClientVersion(), CgroupV2: info.CgroupVersion == "2"}
	for _, c := range version.Components {
		if strings.Contains(strings.ToLower(c.Name), "podman") {
			a.Name = "podman"
		}
	}
	for _, o := range info.SecurityOptions {
		switch name, _, _ := strings.Cut(strings.TrimPrefix(o, "name="), ","); name {
		case "rootless":
			a.Rootless = true
		case "userns":
			a.Remapped = true
		}
	}
	if info.OSType != "" && info.OSType != "linux" {
		return About{}, fmt.Errorf("%w: its containers run %s", ErrUnfit, info.OSType)
	}
	e.mu.Lock()
	e.about = &a
	e.mu.Unlock()
	return a, nil
}

// Ping asks whether the engine answers at all.
func (e *Engine) Ping(ctx context.Context) error {
	return e.ask(ctx, e.timeout, func(ctx context.Context) error {
		_, err := e.cli.Ping(ctx)
		return err
	})
}

// Runs tells why this engine can't run commands for Clawrden; nil if it can. What it says of its containers may count all
// the same.
func (e *Engine) Runs(ctx context.Context) error {
	a, err := e.About(ctx)
	switch {
	case err != nil:
		return err
	case a.Name != "docker":
		return fmt.Errorf("%w to run commands: it is %s %s, whose exec and container settings differ from Docker's; set docker { socket } to that of a Docker Engine", ErrUnfit, a.Name, a.Version)
	case a.Rootless:
		return fmt.Errorf("%w to run commands: it is rootless, and can't run one as its caller; set docker { socket } to that of an engine that runs as root", ErrUnfit)
	}
	return nil
}

// forget has the engine asked again what it is: it may have been replaced while it was away.
func (e *Engine) forget() {
	e.mu.Lock()
	e.about = nil
	e.mu.Unlock()
}
