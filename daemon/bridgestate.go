package daemon

import (
	"fmt"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
)

// maxDetail is how much of a bridge's own words on its state is kept: it is shown to people.
const maxDetail = 300

// reports are what bridges last said of themselves. They aren't kept over a restart: a bridge that is up reports again.
type reports struct {
	mu       sync.Mutex
	last     map[string]report // by the name of the bridge
	desktops map[uint32]report // by whose it is
}

type report struct {
	clawrden.BridgeReport
	at time.Time
}

// ReportBridge takes what a bridge says of itself. Nobody else is heard.
func (d *Daemon) ReportBridge(by clawrden.Caller, r clawrden.BridgeReport) error {
	b := d.bridgeOf(&by.Identity)
	if b == nil {
		return fmt.Errorf("%w: only a bridge of the settings reports on itself", clawrden.ErrNotAuthorized)
	}
	d.bridgeReports.mu.Lock()
	defer d.bridgeReports.mu.Unlock()
	if d.bridgeReports.last == nil {
		d.bridgeReports.last = make(map[string]report)
	}
	d.bridgeReports.last[b.Name] = report{short(r), time.Now()}
	return nil
}

// maxDesktops is of how many people's desktops something is known: of those that reported last.
const maxDesktops = 256

// ReportDesktop takes what the program on the caller's own desktop says of itself. It is for that person's tests alone.
func (d *Daemon) ReportDesktop(by clawrden.Caller, r clawrden.BridgeReport) {
	d.bridgeReports.mu.Lock()
	defer d.bridgeReports.mu.Unlock()
	desktops := d.bridgeReports.desktops
	if desktops == nil {
		desktops = make(map[uint32]report)
		d.bridgeReports.desktops = desktops
	}
	desktops[by.Identity.UID] = report{short(r), time.Now()}
	if len(desktops) <= maxDesktops {
		return
	}
	oldest := by.Identity.UID
	for uid := range desktops {
		if desktops[uid].at.Before(desktops[oldest].at) {
			oldest = uid
		}
	}
	delete(desktops, oldest)
}

// short is a report with no more of its words than is kept.
func short(r clawrden.BridgeReport) clawrden.BridgeReport {
	r.Detail, r.Test, r.Waiting = shown(r.Detail, maxDetail), shown(r.Test, maxDetail), max(r.Waiting, 0)
	return r
}

// TestBridge has a bridge send a message that looks like an ask. Its id comes back in the bridge's report once it is sent.
func (d *Daemon) TestBridge(by clawrden.Caller, name string) (clawrden.BridgeTest, error) {
	s, err := d.Bridge(by, name)
	if err != nil {
		return clawrden.BridgeTest{}, err
	}
	t := clawrden.BridgeTest{Bridge: name}
	unit := "start its unit"
	if name == clawrden.DesktopBridge {
		t.UID, unit = &by.Identity.UID, "`systemctl --user start clawrden-notify.service`, as the one whose desktop it is"
	}
	if s.Seen == nil || time.Since(s.Seen.Time) > clawrden.BridgeSilence {
		return clawrden.BridgeTest{}, fmt.Errorf("%w: %s has not reported for %v; %s", clawrden.ErrAway, name, clawrden.BridgeSilence, unit)
	}
	if t.ID, err = d.o.NewID(); err != nil {
		return clawrden.BridgeTest{}, err
	}
	d.live.publish(clawrden.Event{Type: clawrden.LiveBridgeTest, Test: &t})
	return t, nil
}

// Bridge tells of one bridge of the settings, or of the caller's own desktop.
func (d *Daemon) Bridge(by clawrden.Caller, name string) (clawrden.BridgeState, error) {
	if name == clawrden.DesktopBridge {
		d.bridgeReports.mu.Lock()
		defer d.bridgeReports.mu.Unlock()
		r, ok := d.bridgeReports.desktops[by.Identity.UID]
		return stateOf(name, r, ok), nil
	}
	for _, s := range d.Bridges() {
		if s.Name == name {
			return s, nil
		}
	}
	return clawrden.BridgeState{}, clawrden.Missing("the settings have no bridge %s", shown(name, clawrden.MaxPerson))
}

// Bridges tells of each bridge of the settings whether it is up.
func (d *Daemon) Bridges() []clawrden.BridgeState {
	d.bridgeReports.mu.Lock()
	defer d.bridgeReports.mu.Unlock()
	states := make([]clawrden.BridgeState, len(d.o.Bridges))
	for i := range d.o.Bridges {
		name := d.o.Bridges[i].Name
		r, ok := d.bridgeReports.last[name]
		states[i] = stateOf(name, r, ok)
	}
	return states
}

// stateOf is what a report says now: a bridge that hasn't reported for a while isn't up.
func stateOf(name string, r report, reported bool) clawrden.BridgeState {
	if !reported {
		return clawrden.BridgeState{Name: name, BridgeReport: clawrden.BridgeReport{Detail: "it has never reported"}}
	}
	s := clawrden.BridgeState{Name: name, BridgeReport: r.BridgeReport, Seen: &clawrden.Timestamp{Time: r.at}}
	if silent := time.Since(r.at); silent > clawrden.BridgeSilence {
		s.Up, s.Detail = false, fmt.Sprintf("it hasn't reported for %v", silent.Round(time.Second))
	}
	return s
}
