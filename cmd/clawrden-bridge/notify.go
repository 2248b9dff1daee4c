package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/bridge"
	"github.com/clawrden/clawrden/bridge/notify"
	"github.com/clawrden/clawrden/client"
)

// notifyName is the one bridge that isn't in the settings: it is a person's own program, and decides as that person.
const notifyName = clawrden.DesktopBridge

// How notify asks. Nobody reads more than that on a desktop.
const (
	notifyRate   = 60 // notifications a minute
	notifyBatch  = 4
	notifyRemind = 2 * time.Minute
)

func (o *options) checkNotify() error {
	u, err := url.Parse(o.link)
	switch {
	case o.name != notifyName && (o.link != "" || o.show != ""):
		return fmt.Errorf("--link and --show are for notify; bridge %q has them in its block of the settings", o.name)
	case o.show != "" && !slices.Contains([]string{clawrden.ShowMinimal, clawrden.ShowCommand, clawrden.ShowFull}, o.show):
		return fmt.Errorf("--show is minimal, command or full, not %q", o.show)
	case o.link != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == ""):
		return fmt.Errorf("--link %q is not an http or https URL", o.link)
	}
	return nil
}

// sessionDir is where a session's programs keep what ends with it; "" outside of sessions.
func sessionDir() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "clawrden-notify")
	}
	return ""
}

// busAddress is that of the session's bus.
func busAddress() (string, error) {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address, nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return "unix:path=" + filepath.Join(dir, "bus"), nil
	}
	return "", errors.New("there is no session bus: start it in your session (`systemctl --user enable --now clawrden-notify.service`)")
}

func wireNotify(o options, log *slog.Logger) (bridge.Options, error) {
	address, err := busAddress()
	if err != nil {
		return bridge.Options{}, err
	}
	uid := uint32(os.Getuid())
	me := "uid:" + strconv.FormatUint(uint64(uid), 10) // for the bridge alone: the daemon knows who asks
	daemon, err := client.New(o.control)
	if err != nil {
		return bridge.Options{}, err
	}
	if err := os.MkdirAll(o.state, 0o700); err != nil {
		return bridge.Options{}, fmt.Errorf("cannot keep the state: %v", err)
	}
	show := o.show
	if show == "" {
		show = clawrden.ShowCommand
	}
	return bridge.Options{
		Bridge: clawrden.Bridge{
			Name: notifyName, Service: notifyName, People: map[string]string{me: me}, Link: o.link, Show: show, Rate: notifyRate, Batch: notifyBatch,
		},
		Routes:  []clawrden.Route{{Name: "desktop", Bridge: notifyName, To: "desktop", Remind: notifyRemind}},
		Daemon:  bridge.Own{Remote: bridge.Remote{Client: daemon}},
		Service: notify.New(notify.Options{Address: address, Person: me, Link: o.link}),
		State:   filepath.Join(o.state, "book.json"), Log: log, UID: &uid,
	}, nil
}
