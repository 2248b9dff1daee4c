// Package metrics counts what the daemon does, for Prometheus.
//
// The pipeline feeds it: each record of the audit log, and through the methods of [Metrics] what no record tells. What stands
// at the moment of a scrape (how many wait, how many run) is asked then, by one function that must not wait. A label never
// has a value that an agent can choose; tools are named only if the operator has listed them. The package must never block
// a caller, keep a request, or answer anything but GET /metrics.
//
// cmd/clawrdend wires it; names.go has every metric, and docs/metrics.md is made from it.
package metrics

import (
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/clawrden/clawrden"
)

// Metrics counts. All methods may be called at the same time, and none waits for anything.
type Metrics struct {
	tools map[string]bool
	info  prometheus.Gauge

	requests, toolRequests, connections, refused, approvals, executions, reloads, records *prometheus.CounterVec

	grantsUsed, timeouts, bytes, errors prometheus.Counter

	evaluation, sync                         prometheus.Histogram
	requestTime, approvalWait, executionTime *prometheus.HistogramVec
}

// New makes counters that are all at zero. tools are those that have a count of their own.
func New(version string, tools []string) *Metrics {
	m := &Metrics{
		tools:        make(map[string]bool, len(tools)),
		requests:     newCounters(requests),
		toolRequests: newCounters(toolRequests),
		connections:  newCounters(connections), refused: newCounters(refused),
		approvals: newCounters(approvals), approvalWait: newHistograms(approvalWait), grantsUsed: newCounter(grantsUsed),
		executions: newCounters(executions), executionTime: newHistograms(executionTime), timeouts: newCounter(timeouts),
		reloads: newCounters(reloads),
		records: newCounters(auditRecords), bytes: newCounter(auditBytes), errors: newCounter(auditErrors),
		evaluation: newHistogram(evaluation), sync: newHistogram(auditSync), requestTime: newHistograms(requestTime),
	}
	for _, t := range tools {
		m.tools[t] = true
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: buildInfo.name, Help: buildInfo.help}, buildInfo.labelNames())
	m.info = info.WithLabelValues(version, runtime.Version())
	m.info.Set(1)
	// What alerts ask about is there from the start: a first error is a rise from 0, not a series that appears.
	for _, verdict := range []clawrden.Verdict{clawrden.Allow, clawrden.Ask, clawrden.Deny} {
		m.requests.WithLabelValues(verdict.String(), none, string(clawrden.WayShim))
	}
	for _, result := range []string{success, failure} {
		m.reloads.WithLabelValues(result)
	}
	return m
}

// collectors gives all that are fed as things happen.
func (m *Metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{
		m.requests, m.toolRequests, m.evaluation, m.requestTime, m.connections, m.refused, m.approvals, m.approvalWait, m.grantsUsed,
		m.executions, m.executionTime, m.timeouts, m.reloads, m.records, m.bytes, m.errors, m.sync, m.info,
	}
}

// Connected counts a connection on one of the daemon's sockets.
func (m *Metrics) Connected(socket string) { m.connections.WithLabelValues(socket).Inc() }

// Refused counts a connection that became no request; why is a word of the label's.
func (m *Metrics) Refused(why string) { m.refused.WithLabelValues(why).Inc() }

// Judged takes how long the policy took.
func (m *Metrics) Judged(took time.Duration) { m.evaluation.Observe(took.Seconds()) }

// Answered takes how long a request took until it was decided, without the time that a person took.
func (m *Metrics) Answered(way clawrden.Way, took time.Duration) {
	m.requestTime.WithLabelValues(string(way)).Observe(took.Seconds())
}

// Wrote counts what was written to the audit log.
func (m *Metrics) Wrote(bytes int) { m.bytes.Add(float64(bytes)) }

// Synced takes how long the disk took, and whether that went well.
func (m *Metrics) Synced(took time.Duration, err error) {
	if err != nil {
		m.errors.Inc()
		return
	}
	m.sync.Observe(took.Seconds())
}

func newCounter(d *desc) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: d.name, Help: d.help})
}

func newCounters(d *desc) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: d.name, Help: d.help}, d.labelNames())
}

func newHistogram(d *desc) prometheus.Histogram { return prometheus.NewHistogram(histogramOpts(d)) }

func newHistograms(d *desc) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(histogramOpts(d), d.labelNames())
}

// histogramOpts makes a histogram both classic and native. A native one takes what was asked of it at most: where there are
// more buckets than that, it gets coarser.
func histogramOpts(d *desc) prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: d.name, Help: d.help, Buckets: slices.Clone(d.buckets),
		NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
	}
}
