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
	labelGo       = label{"goversion", "that it was built with"}
)

// Requests.
var (
	requests = &desc{"clawrden_requests_total", counter,
		"Requests that were decided, by the policy's verdict, where they run, and how they came in.",
		[]label{labelVerdict, labelExecutor, labelWay}, nil}
	toolRequests = &desc{"clawrden_tool_requests_total", counter,
		"Requests that were decided, by tool and the policy's verdict.",
		[]label{labelTool, labelVerdict}, nil}
	evaluation = &desc{"clawrden_evaluation_duration_seconds", histogram,
		"How long the policy took to judge a command, questions (clawrden can) included.",
		nil, []float64{10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3}}
	requestTime = &desc{"clawrden_request_duration_seconds", histogram,
		"How long a request took from its connection until it was decided and on record, without the time that a person took.",
		[]label{labelWay}, []float64{250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5}}
	connections = &desc{"clawrden_connections_total", counter,
		"Connections that agents and the guard have made.",
		[]label{labelSocket}, nil}
	connectionsOpen = &desc{"clawrden_connections_open", gauge,
		"Connections of agents that have not sent a whole request yet.", nil, nil}
	refused = &desc{"clawrden_refused_total", counter,
		"Connections that were refused before they became a request.",
		[]label{labelReason}, nil}
)

// Approvals.
var (
	pending = &desc{"clawrden_requests_pending", gauge,
		"Requests that wait for a person.", nil, nil}
	oldestPending = &desc{"clawrden_oldest_pending_request_timestamp_seconds", gauge,
		"When the request that has waited longest was made, in Unix time; 0 if none waits.", nil, nil}
	approvals = &desc{"clawrden_approvals_total", counter,
		"Asks that have ended, by how, and by the door through which a person answered.",
		[]label{labelOutcome, labelDoor}, nil}
	approvalWait = &desc{"clawrden_approval_wait_seconds", histogram,
		"How long asks waited until they ended.",
		[]label{labelOutcome}, []float64{1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 600, 1800, 3600}}
	grants = &desc{"clawrden_grants", gauge,
		"Remembered approvals that are in force.", nil, nil}
	grantsUsed = &desc{"clawrden_grants_used_total", counter,
		"Asks that a remembered approval answered.", nil, nil}
)

// Executions.
var (
	running = &desc{"clawrden_executions_running", gauge,
		"Commands in flight.", nil, nil}
	executions = &desc{"clawrden_executions_total", counter,
		"Commands that have ended, by where they ran and how they ended.",
		[]label{labelExecutor, labelExit}, nil}
	executionTime = &desc{"clawrden_execution_duration_seconds", histogram,
		"How long commands ran.",
		[]label{labelExecutor}, []float64{5e-3, 10e-3, 50e-3, 100e-3, 500e-3, 1, 5, 10, 30, 60, 300, 1800, 3600}}
	timeouts = &desc{"clawrden_execution_timeouts_total", counter,
		"Commands that were ended because their time was over.", nil, nil}
	sessions = &desc{"clawrden_sessions", gauge,
		"Guard sessions that run.", []label{labelGuarded}, nil}
)

// The policy.
var (
	reloads = &desc{"clawrden_policy_reloads_total", counter,
		"Times that the policy was read again after the start.", []label{labelResult}, nil}
	loadedAt = &desc{"clawrden_policy_last_reload_success_timestamp_seconds", gauge,
		"When the policy in force was loaded, in Unix time.", nil, nil}
	loadedWell = &desc{"clawrden_policy_last_reload_successful", gauge,
		"1 if the policy was accepted when it was read last, 0 if it was refused and an older one is in force, or none.", nil, nil}
	rules = &desc{"clawrden_policy_rules", gauge,
		"Rules of the policy in force; 0 without a valid policy, when everything is denied.", nil, nil}
)

// The audit log.
var (
	auditRecords = &desc{"clawrden_audit_records_total", counter,
		"Records for the audit log, those that could not be written included.", []label{labelEvent}, nil}
	auditBytes = &desc{"clawrden_audit_written_bytes_total", counter,
		"Bytes that were written to the audit log.", nil, nil}
	auditErrors = &desc{"clawrden_audit_errors_total", counter,
		"Records that could not be written, and syncs of the audit log that failed.", nil, nil}
	auditSync = &desc{"clawrden_audit_sync_duration_seconds", histogram,
		"How long the disk took to take the audit log.",
		nil, []float64{250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5}}
)

// The daemon and what it leans on.
var (
	killSwitch = &desc{"clawrden_kill_switch_on", gauge,
		"1 while the kill switch is on for everybody.", nil, nil}
	killedAgents = &desc{"clawrden_kill_switch_agents", gauge,
		"Single agents for which the kill switch is on.", nil, nil}
	busUp = &desc{"clawrden_bus_up", gauge,
		"1 while the daemon has its name on the system bus.", nil, nil}
	dockerUp = &desc{"clawrden_docker_up", gauge,
		"1 if the container engine answered when it was asked last, a quarter of a minute ago or at the scrape before this one.", nil, nil}
	buildInfo = &desc{"clawrden_build_info", gauge,
		"Always 1; the labels say which daemon this is.", []label{labelVersion, labelGo}, nil}
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
	{"Policy", []*desc{reloads, loadedAt, loadedWell, rules}},
	{"Audit log", []*desc{auditRecords, auditBytes, auditErrors, auditSync}},
	{"The daemon", []*desc{killSwitch, killedAgents, busUp, dockerUp, buildInfo}},
}

func (d *desc) labelNames() []string {
	names := make([]string, len(d.labels))
	for i, l := range d.labels {
		names[i] = l.name
	}
	return names
}
