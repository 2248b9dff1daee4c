package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/daemon"
	"github.com/clawrden/clawrden/internal/display"
)

// statusEvery is how often the status line is looked at; the watchdog, where it is on, is fed as often, or more often where
// it asks for that.
const statusEvery = 2 * time.Second

// told is a daemon whose reloads systemd is told of.
type told struct{ *daemon.Daemon }

// Reload tells when it begins and when it is over; both parts of the first word have to come in one message.
func (t told) Reload(ctx context.Context, by clawrden.Caller) error {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) == nil {
		tell(sd.SdNotifyReloading, fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/int64(time.Microsecond)))
	}
	err := t.Daemon.Reload(ctx, by)
	tell(sd.SdNotifyReady, "STATUS="+statusLine(t.Status()))
	return err
}

// supervise keeps the status line true and feeds the watchdog, for as long as the daemon judges.
func supervise(ctx context.Context, d *daemon.Daemon, log *slog.Logger) {
	every, watched := statusEvery, false
	if limit, err := sd.SdWatchdogEnabled(false); err != nil {
		log.WarnContext(ctx, "the watchdog can't be used", slog.Any("error", err))
	} else if limit > 0 {
		every, watched = min(every, limit/4), true
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for last := ""; ; {
		var words []string
		if line := statusLine(d.Status()); line != last {
			last, words = line, append(words, "STATUS="+line)
		}
		if watched {
			if err := probe(ctx, d, every); err == nil {
				words = append(words, sd.SdNotifyWatchdog)
			} else if ctx.Err() == nil {
				log.ErrorContext(ctx, "the daemon is not well; systemd restarts it if that stays so", slog.Any("error", err))
			}
		}
		tell(words...)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func probe(ctx context.Context, d *daemon.Daemon, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return d.Healthy(ctx)
}

// tell sends words to systemd in one message, if it is there to hear them.
func tell(words ...string) {
	if len(words) > 0 {
		_, _ = sd.SdNotify(false, strings.Join(words, "\n"))
	}
}

// statusLine is what `systemctl status` shows.
func statusLine(s clawrden.Status) string {
	judging := "No valid policy: every command is denied"
	if s.Policy.Digest != "" {
		judging = fmt.Sprintf("Judging by %d rules", s.Policy.Rules)
	}
	parts := []string{judging, fmt.Sprintf("%d waiting, %d running", s.Pending, s.Running)}
	if s.Locked {
		parts = append(parts, "KILL SWITCH ON: every command is refused")
	}
	if s.Policy.Error != "" {
		const most = 200 // characters
		why, _, _ := strings.Cut(strings.TrimSpace(s.Policy.Error), "\n")
		shown, _ := display.Text(why, most)
		parts = append(parts, "the last policy was refused: "+shown)
	}
	if s.Dev {
		parts = append(parts, "for development only")
	}
	return strings.Join(parts, "; ")
}
