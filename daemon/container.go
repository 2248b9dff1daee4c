package daemon

import (
	"context"
	"log/slog"
)

// confirm has the container engine say whether the caller stands in the container that its cgroup names, how it is called,
// and of which image it is. What isn't confirmed, for whatever reason, isn't known: a rule that allows by container or image then doesn't
// match, and one that denies does. Callers on the host are never asked about, so that they don't wait for the engine.
func (d *Daemon) confirm(ctx context.Context, c *call) (name, image string) {
	id := &c.request.Identity
	claimed := id.Container
	if claimed == "" {
		return "", ""
	}
	id.Container = ""
	if id.HostNS || d.o.Containers == nil {
		return "", ""
	}
	ctx, cancel := context.WithTimeout(ctx, d.agents.limits.ResolveTime)
	defer cancel()
	name, image, err := d.o.Containers.Confirm(ctx, c.peer.Proc, claimed)
	if err != nil {
		d.log.InfoContext(ctx, "the caller's container is not known", slog.String("container", claimed), slog.Any("error", err))
		return "", ""
	}
	id.Container = claimed
	return name, image
}
