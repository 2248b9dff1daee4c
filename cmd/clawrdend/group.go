package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	systemd "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
)

// groupTime is how long systemd may take to make a group.
const groupTime = 20 * time.Second

// makeGroup has systemd make a system group, in a unit of its own: the daemon can't write /etc, and isn't to.
func makeGroup(ctx context.Context, agent, group string) error {
	byHand := fmt.Sprintf("make it by hand (groupadd --system %s), then add the agent again", group)
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return errors.New("systemd, which makes it, doesn't run here; " + byHand)
	}
	sysusers, err := exec.LookPath("systemd-sysusers")
	if err != nil {
		return fmt.Errorf("%w; %s", err, byHand)
	}
	ctx, cancel := context.WithTimeout(ctx, groupTime)
	defer cancel()
	// The manager's own socket, since the bus may be away.
	conn, err := systemd.NewSystemdConnectionContext(ctx)
	if err != nil {
		return fmt.Errorf("systemd can't be asked: %w; %s", err, byHand)
	}
	defer conn.Close()
	result := make(chan string, 1)
	_, err = conn.StartTransientUnitContext(ctx, "clawrden-group-"+agent+".service", "fail", []systemd.Property{
		systemd.PropDescription("Clawrden: group of the agent " + agent),
		systemd.PropType("oneshot"),
		systemd.PropExecStart([]string{sysusers, "--inline", "g " + group + " -"}, false),
		{Name: "CollectMode", Value: dbus.MakeVariant("inactive-or-failed")},
	}, result)
	if err != nil {
		return fmt.Errorf("systemd refused: %w; %s", err, byHand)
	}
	select {
	case how := <-result:
		if how != "done" {
			return fmt.Errorf("systemd-sysusers: %s (journalctl -u clawrden-group-%s.service); %s", how, agent, byHand)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("systemd doesn't answer: %w", ctx.Err())
	}
}
