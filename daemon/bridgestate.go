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
	mu   sync.Mutex
	last map[string]report
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
	r.Detail, r.Test, r.Waiting = shown(r.Detail, maxDetail), shown(r.Test, maxDetail), max(r.Waiting, 0)
	d.bridgeReports.mu.Lock()
	defer d.bridgeReports.mu.Unlock()
	if d.bridgeReports.last == nil {
		d.bridgeReports.last = make(map[string]report)
	}
	d.bridgeReports.last[b.Name] = report{r, time.Now()}
	return nil
}

// TestBridge has a bridge send a message that looks like an ask. Its id comes back in the bridge's report once it is sent.
func (d *Daemon) TestBridge(name string) (clawrden.BridgeTest, error) {
	for _, s := range d.Bridges() {
		if s.Name != name {
			continue
		}
		if s.Seen == nil || time.Since(s.Seen.Time) > clawrden.BridgeSilence {
			return clawrden.BridgeTest{}, fmt.Errorf("%w: bridge %s isn't there to test; start its unit", clawrden.ErrNotOn, name)
		}
		id, err := d.o.NewID()
		if err != nil {
			return clawrden.BridgeTest{}, err
		}
		t := clawrden.BridgeTest{Bridge: name, ID: id}
		d.live.publish(clawrden.Event{Type: clawrden.LiveBridgeTest, Test: &t})
		return t, nil
	}
	return clawrden.BridgeTest{}, clawrden.Missing("the settings have no bridge %s", shown(name, clawrden.MaxPerson))
}

// Bridges tells of each bridge of the settings whether it is up: one that hasn't reported for a while isn't.
func (d *Daemon) Bridges() []clawrden.BridgeState {
	d.bridgeReports.mu.Lock()
	defer d.bridgeReports.mu.Unlock()
	states := make([]clawrden.BridgeState, len(d.o.Bridges))
	for i := range d.o.Bridges {
		s := &states[i]
		s.Name, s.Detail = d.o.Bridges[i].Name, "it has never reported"
		r, ok := d.bridgeReports.last[s.Name]
		if !ok {
			continue
		}
		s.BridgeReport, s.Seen = r.BridgeReport, &clawrden.Timestamp{Time: r.at}
		if silent := time.Since(r.at); silent > clawrden.BridgeSilence {
			s.Up, s.Detail = false, fmt.Sprintf("it hasn't reported for %v", silent.Round(time.Second))
		}
	}
	return states
}
