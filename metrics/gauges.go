package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clawrden/clawrden"
)

// Gauges is what stands at the moment of a scrape.
type Gauges struct {
	Pending     int
	Oldest      time.Time // when the ask that has waited longest was made; zero if none waits
	Running     int
	Connections int // without a whole request
	Grants      int
	Guarded     int // sessions that the guard holds
	Unguarded   int

	Rules        int
	Loaded       time.Time // when the policy in force was
	Staged       clawrden.StageCounts
	PolicyFailed bool // it isn't the one that was read last

	Locked       bool // the kill switch is on for everybody
	LockedAgents int
	Bus          bool
	Docker       *bool           // nil: not known yet
	Bridges      map[string]bool // of the settings, by name: whether each is up
}

// now is the collector of what is asked at each scrape.
type now struct {
	ask     func() Gauges
	rows    []row
	bridges *prometheus.Desc
}

type row struct {
	desc   *prometheus.Desc
	labels []string
	value  func(*Gauges) (v float64, known bool)
}

func newNow(ask func() Gauges) *now {
	n := &now{ask: ask, bridges: prometheus.NewDesc(bridgeUp.name, bridgeUp.help, bridgeUp.labelNames(), nil)}
	add := func(d *desc, value func(*Gauges) float64, labels ...string) {
		n.rows = append(n.rows, row{
			prometheus.NewDesc(d.name, d.help, d.labelNames(), nil), labels,
			func(g *Gauges) (float64, bool) { return value(g), true },
		})
	}
	add(pending, func(g *Gauges) float64 { return float64(g.Pending) })
	add(oldestPending, func(g *Gauges) float64 { return unix(g.Oldest) })
	add(running, func(g *Gauges) float64 { return float64(g.Running) })
	add(connectionsOpen, func(g *Gauges) float64 { return float64(g.Connections) })
	add(grants, func(g *Gauges) float64 { return float64(g.Grants) })
	add(sessions, func(g *Gauges) float64 { return float64(g.Guarded) }, "true")
	add(sessions, func(g *Gauges) float64 { return float64(g.Unguarded) }, "false")
	add(rules, func(g *Gauges) float64 { return float64(g.Rules) })
	add(loadedAt, func(g *Gauges) float64 { return unix(g.Loaded) })
	add(loadedWell, func(g *Gauges) float64 { return truth(!g.PolicyFailed) })
	add(stageJudged, func(g *Gauges) float64 { return float64(g.Staged.Judged) })
	add(stageDisagreed, func(g *Gauges) float64 { return float64(g.Staged.Allowed) }, "allow")
	add(stageDisagreed, func(g *Gauges) float64 { return float64(g.Staged.Denied) }, "deny")
	add(stageDisagreed, func(g *Gauges) float64 {
		return float64(g.Staged.Disagreed - g.Staged.Allowed - g.Staged.Denied)
	}, "ask")
	add(killSwitch, func(g *Gauges) float64 { return truth(g.Locked) })
	add(killedAgents, func(g *Gauges) float64 { return float64(g.LockedAgents) })
	add(busUp, func(g *Gauges) float64 { return truth(g.Bus) })
	n.rows = append(n.rows, row{
		desc: prometheus.NewDesc(dockerUp.name, dockerUp.help, nil, nil),
		value: func(g *Gauges) (float64, bool) {
			return truth(g.Docker != nil && *g.Docker), g.Docker != nil
		},
	})
	return n
}

// Describe names what Collect gives.
func (n *now) Describe(to chan<- *prometheus.Desc) {
	for i := range n.rows {
		to <- n.rows[i].desc
	}
	to <- n.bridges
}

// Collect gives what stands now.
func (n *now) Collect(to chan<- prometheus.Metric) {
	g := n.ask()
	for i := range n.rows {
		r := &n.rows[i]
		if v, known := r.value(&g); known {
			to <- prometheus.MustNewConstMetric(r.desc, prometheus.GaugeValue, v, r.labels...)
		}
	}
	for name, up := range g.Bridges {
		to <- prometheus.MustNewConstMetric(n.bridges, prometheus.GaugeValue, truth(up), name)
	}
}

func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
