package httpapitest

import (
	"fmt"
	"slices"

	"github.com/clawrden/clawrden"
)

// SetBridge puts a bridge into the status; one whose name is slow never reports a test.
func (c *Control) SetBridge(s clawrden.BridgeState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bridges = append(c.bridges, s)
}

// ReportBridge writes down what is said.
func (c *Control) ReportBridge(by clawrden.Caller, r clawrden.BridgeReport) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.called(by, "report", fmt.Sprintf("up=%v test=%q", r.Up, r.Test))
	return nil
}

// TestBridge tests a bridge of the status, which reports at once.
func (c *Control) TestBridge(_ clawrden.Caller, name string) (clawrden.BridgeTest, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.bridges, func(s clawrden.BridgeState) bool { return s.Name == name })
	if i < 0 {
		return clawrden.BridgeTest{}, clawrden.Missing("the settings have no bridge %s", name)
	}
	t := clawrden.BridgeTest{Bridge: name, ID: "t3st"}
	c.bridges[i].Test = t.ID
	c.emit(clawrden.Event{Type: clawrden.LiveBridgeTest, Test: &t})
	return t, nil
}

// ReportDesktop writes down what is said.
func (c *Control) ReportDesktop(by clawrden.Caller, r clawrden.BridgeReport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.called(by, "report desktop", fmt.Sprintf("up=%v test=%q", r.Up, r.Test))
}

// Bridge gives one of the status.
func (c *Control) Bridge(_ clawrden.Caller, name string) (clawrden.BridgeState, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.bridges, func(s clawrden.BridgeState) bool { return s.Name == name })
	if i < 0 {
		return clawrden.BridgeState{}, clawrden.Missing("the settings have no bridge %s", name)
	}
	return c.bridges[i], nil
}
