package metrics

// Every metric that Clawrden has of its own, in the order of docs/metrics.md, which is made from this file. Labels have few
// values, all of them named here: never a command line, a path, an id, or a name that an agent can choose.

type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

// desc is a metric: a row of the table.
type desc struct {
	name    string
	kind    kind
	help    string
	labels  []label
	buckets []float64 // of the classic histogram; the native one needs none
}

type label struct{ name, values string }

var (
	labelVerdict  = label{"verdict", "allow, deny, ask: what the policy said"}
	labelWay      = label{"way", "shim, plain, guard: how the command came in"}
	labelExecutor = label{"executor", "mirror, docker, unit, ghost, local; none where nothing runs"}
	labelTool     = label{"tool", "a name from the setting metrics.tools; other for all that are not on it"}
	labelOutcome  = label{"outcome", "approved, denied, expired, cancelled"}
	labelDoor     = label{"door", "control, dbus, http, bridge; none where nobody answered"}
	labelExit     = label{"exit", "success, failure (a status other than 0), signal, timeout (ended because its time was over), not_run, unknown"}
	labelResult   = label{"result", "success, failure"}
	labelEvent    = label{"event", "the words of the audit log's field of that name"}
	labelSocket   = label{"socket", "shim, guard"}
	labelReason   = label{"reason", "malformed, version (the shim speaks another), busy (a limit was reached), unidentified, stranger (not who the socket is for)"}
	labelGuarded  = label{"guarded", "true, false (the guard has gone: nothing of the session can start)"}
	labelVersion  = label{"version", "of the daemon"}
	labelBridge   = label{"bridge", "the name of a bridge of the settings"}
	labelGo       = label{"goversion", "that it was built with"}
)

// Requests.
var (
	requests = &desc{
		name: "clawrden_requests_total", kind: counter,
		help:   "Requests that were decided, by the policy's verdict, where they run, and how they came in.",
		labels: []label{labelVerdict, labelExecutor, labelWay},
	}
	toolRequests = &desc{
		name: "clawrden_tool_requests_total", kind: counter,
		help:   "Requests that were decided, by tool and the policy's verdict.",
		labels: []label{labelTool, labelVerdict},
	}
	evaluation = &desc{
		name: "clawrden_evaluation_duration_seconds", kind: histogram,
		help:    "How long the policy took to judge a command, questions (clawrden can) included.",
		buckets: []float64{10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3},
	}
	requestTime = &desc{
		name: "clawrden_request_duration_seconds", kind: histogram,
		help:    "How long a request took from its connection until it was decided and on record, without the time that a person took.",
		labels:  []label{labelWay},
		buckets: []float64{250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5},
	}
	connections = &desc{
		name: "clawrden_connections_total", kind: counter,
		help:   "Connections that agents and the guard have made.",
		labels: []label{labelSocket},
	}
	connectionsOpen = &desc{
		name: "clawrden_connections_open", kind: gauge,
		help: "Connections of agents that have not sent a whole request yet.",
	}
	refused = &desc{
		name: "clawrden_refused_total", kind: counter,
		help:   "Connections that were refused before they became a request.",
		labels: []label{labelReason},
	}
)

// Approvals.
var (
	pending = &desc{
		name: "clawrden_requests_pending", kind: gauge,
		help: "Requests that wait for a person.",
	}
	oldestPending = &desc{
		name: "clawrden_oldest_pending_request_timestamp_seconds", kind: gauge,
		help: "When the request that has waited longest was made, in Unix time; 0 if none waits.",
	}
	approvals = &desc{
		name: "clawrden_approvals_total", kind: counter,
		help:   "Asks that have ended, by how, and by the door through which a person answered.",
		labels: []label{labelOutcome, labelDoor},
	}
	approvalWait = &desc{
		name: "clawrden_approval_wait_seconds", kind: histogram,
		help:    "How long asks waited until they ended.",
		labels:  []label{labelOutcome},
		buckets: []float64{1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 600, 1800, 3600},
	}
	grants = &desc{
		name: "clawrden_grants", kind: gauge,
		help: "Remembered approvals that are in force.",
	}
	grantsUsed = &desc{
		name: "clawrden_grants_used_total", kind: counter,
		help: "Asks that a remembered approval answered.",
	}
)

// Executions.
var (
	running = &desc{
		name: "clawrden_executions_running", kind: gauge,
		help: "Commands in flight.",
	}
	executions = &desc{
		name: "clawrden_executions_total", kind: counter,
		help:   "Commands that have ended, by where they ran and how they ended.",
		labels: []label{labelExecutor, labelExit},
	}
	executionTime = &desc{
		name: "clawrden_execution_duration_seconds", kind: histogram,
		help:    "How long commands ran.",
		labels:  []label{labelExecutor},
		buckets: []float64{5e-3, 10e-3, 50e-3, 100e-3, 500e-3, 1, 5, 10, 30, 60, 300, 1800, 3600},
	}
	timeouts = &desc{
		name: "clawrden_execution_timeouts_total", kind: counter,
		help: "Commands that were ended because their time was over.",
	}
	sessions = &desc{
		name: "clawrden_sessions", kind: gauge,
		help:   "Guard sessions that run.",
		labels: []label{labelGuarded},
	}
)

// The policy.
var (
	reloads = &desc{
		name: "clawrden_policy_reloads_total", kind: counter,
		help:   "Times that the policy was read again after the start.",
		labels: []label{labelResult},
	}
	loadedAt = &desc{
		name: "clawrden_policy_last_reload_success_timestamp_seconds", kind: gauge,
		help: "When the policy in force was loaded, in Unix time.",
	}
	loadedWell = &desc{
		name: "clawrden_policy_last_reload_successful", kind: gauge,
		help: "1 if the policy was accepted when it was read last, 0 if it was refused and an older one is in force, or none.",
	}
	stageJudged = &desc{
		name: "clawrden_policy_stage_judged", kind: gauge,
		help: "Commands that the staged policy, or the last one that was, has judged beside the one in force; 0 without one.",
	}
	stageDisagreed = &desc{
		name: "clawrden_policy_stage_disagreements", kind: gauge,
		help:   "Of these, those of which it says something else than the policy in force, by what it says.",
		labels: []label{labelVerdict},
	}
	rules = &desc{
		name: "clawrden_policy_rules", kind: gauge,
		help: "Rules of the policy in force; 0 without a valid policy, when everything is denied.",
	}
)

// The audit log.
var (
	auditRecords = &desc{
		name: "clawrden_audit_records_total", kind: counter,
		help:   "Records for the audit log, those that could not be written included.",
		labels: []label{labelEvent},
	}
	auditBytes = &desc{
		name: "clawrden_audit_written_bytes_total", kind: counter,
		help: "Bytes that were written to the audit log.",
	}
	auditErrors = &desc{
		name: "clawrden_audit_errors_total", kind: counter,
		help: "Records that could not be written, and syncs of the audit log that failed.",
	}
	auditSync = &desc{
		name: "clawrden_audit_sync_duration_seconds", kind: histogram,
		help:    "How long the disk took to take the audit log.",
		buckets: []float64{250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5},
	}
)

// The daemon and what it leans on.
var (
	killSwitch = &desc{
		name: "clawrden_kill_switch_on", kind: gauge,
		help: "1 while the kill switch is on for everybody.",
	}
	killedAgents = &desc{
		name: "clawrden_kill_switch_agents", kind: gauge,
		help: "Single agents for which the kill switch is on.",
	}
	busUp = &desc{
		name: "clawrden_bus_up", kind: gauge,
		help: "1 while the daemon has its name on the system bus.",
	}
	bridgeUp = &desc{
		name: "clawrden_bridge_up", kind: gauge,
		help:   "1 while the bridge reports, and says that it reaches its service.",
		labels: []label{labelBridge},
	}
	dockerUp = &desc{
		name: "clawrden_docker_up", kind: gauge,
		help: "1 if the container engine answered when it was asked last, a quarter of a minute ago or at the scrape before this one.",
	}
	buildInfo = &desc{
		name: "clawrden_build_info", kind: gauge,
		help:   "Always 1; the labels say which daemon this is.",
		labels: []label{labelVersion, labelGo},
	}
)

// group is a heading of the documentation.
type group struct {
	name  string
	descs []*desc
}

var groups = []group{
	{"Requests", []*desc{requests, toolRequests, evaluation, requestTime, connections, connectionsOpen, refused}},
	{"Approvals", []*desc{pending, oldestPending, approvals, approvalWait, grants, grantsUsed}},
	{"Executions", []*desc{running, executions, executionTime, timeouts, sessions}},
	{"Policy", []*desc{reloads, loadedAt, loadedWell, rules, stageJudged, stageDisagreed}},
	{"Audit log", []*desc{auditRecords, auditBytes, auditErrors, auditSync}},
	{"The daemon", []*desc{killSwitch, killedAgents, busUp, dockerUp, bridgeUp, buildInfo}},
}

func (d *desc) labelNames() []string {
	names := make([]string, len(d.labels))
	for i, l := range d.labels {
		names[i] = l.name
	}
	return names
}
