package metrics

import (
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// Words of labels that stand for what isn't there.
const (
	none  = "none"
	other = "other"

	success = "success"
	failure = "failure"
)

// Record counts what a record of the audit log tells; err is why it couldn't be written. It keeps nothing of the record.
func (m *Metrics) Record(r *clawrden.Record, err error) {
	m.records.WithLabelValues(eventWord(r.Event)).Inc()
	if err != nil {
		m.errors.Inc()
	}
	switch r.Event {
	case clawrden.EventDecided:
		m.decided(r)
	case clawrden.EventFinished:
		m.finished(r)
	case clawrden.EventReloaded:
		result := success
		if r.Reason != "" {
			result = failure
		}
		m.reloads.WithLabelValues(result).Inc()
	}
}

func (m *Metrics) decided(r *clawrden.Record) {
	verdict := clawrden.Deny
	if r.Verdict != nil && *r.Verdict != clawrden.Invalid {
		verdict = *r.Verdict
	}
	m.requests.WithLabelValues(verdict.String(), executorWord(r.Executor), string(r.Way)).Inc()
	m.toolRequests.WithLabelValues(m.toolWord(r.Command), verdict.String()).Inc()
	switch {
	case r.Grant != "" && r.Decision.Runs():
		m.grantsUsed.Inc()
	case verdict == clawrden.Ask && r.Remembered == "":
		m.answered(r)
	}
}

// answered counts an ask that has ended.
func (m *Metrics) answered(r *clawrden.Record) {
	outcome := string(r.Decision)
	switch r.Decision {
	case clawrden.OutcomeApproved, clawrden.OutcomeDenied, clawrden.OutcomeExpired, clawrden.OutcomeCancelled:
	case clawrden.OutcomeAllow, clawrden.OutcomeDeny: // nobody was asked after all
		return
	default:
		return
	}
	door := none
	if r.Approver != nil {
		door = doorWord(r.Approver.Door)
	}
	m.approvals.WithLabelValues(outcome, door).Inc()
	m.approvalWait.WithLabelValues(outcome).Observe(seconds(r.WaitedMS))
}

func (m *Metrics) finished(r *clawrden.Record) {
	executor := executorWord(r.Executor)
	exit := exitWord(r)
	m.executions.WithLabelValues(executor, exit).Inc()
	if r.TimedOut {
		m.timeouts.Inc()
	}
	if exit != "not_run" {
		m.executionTime.WithLabelValues(executor).Observe(seconds(r.DurationMS))
	}
}

// exitWord is how a command ended, in one of few words.
func exitWord(r *clawrden.Record) string {
	switch {
	case r.TimedOut:
		return "timeout"
	case r.ExitCode != nil && *r.ExitCode == 0:
		return success
	case r.ExitCode != nil:
		return failure
	case r.Signal != "":
		return "signal"
	case r.Reason != "": // of its not having been started
		return "not_run"
	}
	return "unknown"
}

// toolWord is a tool's name, if the operator has listed it: an agent can call its tools what it likes.
func (m *Metrics) toolWord(name string) string {
	if m.tools[name] {
		return name
	}
	return other
}

func executorWord(name string) string {
	switch name {
	case "mirror", "docker", "unit", "ghost", "local":
		return name
	case "":
		return none
	}
	return other
}

func doorWord(name string) string {
	switch name {
	case "control", "dbus", "http", "bridge":
		return name
	}
	return other
}

// eventWord lets through what has the form of an event. Which there are is fixed in the code; a count is no place to find out
// otherwise.
func eventWord(name string) string {
	const letters, most = "abcdefghijklmnopqrstuvwxyz_", 32
	if name == "" || len(name) > most || strings.Trim(name, letters) != "" {
		return other
	}
	return name
}

func seconds(ms int64) float64 { return (time.Duration(max(ms, 0)) * time.Millisecond).Seconds() }
