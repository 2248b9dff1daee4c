package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/clawrden/clawrden"
)

// operation describes one route for programs: what it is for, what it takes and what it answers, as values of the types that
// are read and written. The test of the document asks every route and compares.
type operation struct {
	summary string
	query   map[string]string // name to what it is
	body    any               // nil for none
	answer  any               // nil for what isn't JSON
}

// operations has one row for each row of routes.
var operations = map[string]operation{
	"GET /api/status":                 {summary: "What the daemon is doing.", answer: clawrden.Status{}},
	"GET /api/whoami":                 {summary: "Who calls, and which rights that one has.", answer: clawrden.Self{}},
	"GET /api/policy":                 {summary: "The text of the policy in force.", answer: clawrden.PolicySource{}},
	"POST /api/policy/explain":        {summary: "How the decision on a command comes about that is only thought of.", body: clawrden.ExplainWish{}, answer: json.RawMessage{}},
	"POST /api/policy/check":          {summary: "What is wrong with files, if they were the policy.", body: policyFiles{}, answer: clawrden.PolicyCheck{}},
	"GET /api/policy/stage":           {summary: "The candidate of the policy, running or ended, and what it would have said otherwise.", answer: clawrden.Stage{}},
	"POST /api/policy/stage":          {summary: "Have a candidate judge beside the policy in force, for a time; files are all that the operator has, by names without a directory.", body: clawrden.StageWish{}, answer: clawrden.Stage{}},
	"POST /api/policy/stage/end":      {summary: "Have it judge no more; what came of it stays.", answer: clawrden.Stage{}},
	"POST /api/policy/promote":        {summary: "Put the candidate of that digest in force, for good; looser says that what may let more run was seen.", body: clawrden.PolicyOrder{}, answer: clawrden.PolicyVersion{}},
	"POST /api/policy/rollback":       {summary: "Put an earlier version in force again; without an id the one before.", body: clawrden.PolicyOrder{}, answer: clawrden.PolicyVersion{}},
	"GET /api/policy/versions":        {summary: "The policies that were in force, the newest first.", answer: []clawrden.PolicyVersion{}},
	"GET /api/policy/versions/{id}":   {summary: "One of them, with its files.", answer: clawrden.PolicyVersion{}},
	"GET /api/profiles":               {summary: "The profiles in force, by name.", answer: []clawrden.ProfileInfo{}},
	"GET /api/profiles/{name}":        {summary: "One profile, whole.", answer: clawrden.Profile{}},
	"GET /api/executions":             {summary: "The commands that run, oldest first.", answer: []clawrden.Execution{}},
	"GET /api/queue":                  {summary: "The waiting asks, oldest first; with limit or after in pages, the Link header leading on.", query: map[string]string{"limit": "asks in a page", "after": "the whole id of the last one of the page before"}, answer: []clawrden.Pending{}},
	"GET /api/queue/{id}":             {summary: "One waiting ask, by its id or a unique prefix.", answer: clawrden.Pending{}},
	"GET /api/history":                {summary: "What was decided, newest first; the Link header leads on.", query: historyQuery, answer: []clawrden.Entry{}},
	"GET /api/history/{id}":           {summary: "One command that was decided, by its id or a unique prefix, with its records in the log and the checkpoints that seal them.", answer: clawrden.Story{}},
	"GET /api/history/{id}/explain":   {summary: "What the policy in force says of a command of the past, beside what was said then.", answer: clawrden.Rejudged{}},
	"GET /api/history/{id}/recording": {summary: "What a command has put out, where its rule has it recorded: a line of JSON for each piece.", query: recordingQuery},
	"GET /api/events":                 {summary: "The events as they happen (text/event-stream). With the header Last-Event-ID the stream goes on after that one."},
	"GET /api/openapi.json":           {summary: "This document.", answer: json.RawMessage{}},
	"POST /api/queue/{id}/approve":    {summary: "Let a command run. With the digest and revision that were shown, only if it is still that.", body: answer{}, answer: done{}},
	"POST /api/queue/{id}/deny":       {summary: "Refuse a command; the comment reaches the agent.", body: answer{}, answer: done{}},
	"GET /api/grants":                 {summary: "The remembered approvals in force, oldest first.", answer: []clawrden.Grant{}},
	"POST /api/grants":                {summary: "Have an approval remembered; with preview, only tell what that would cover.", body: grantWish{}, answer: clawrden.Grant{}},
	"POST /api/grants/{id}/revoke":    {summary: "End a remembered approval.", answer: done{}},
	"GET /api/sessions":               {summary: "The guard sessions that run, by name.", answer: []clawrden.Session{}},
	"POST /api/sessions":              {summary: "Begin a session: on the control socket alone, with descriptors beside the request.", body: clawrden.SessionWish{}, answer: clawrden.SessionPlace{}},
	"GET /api/agents":                 {summary: "The registered agents, by name.", answer: []clawrden.Agent{}},
	"POST /api/agents":                {summary: "Register an agent.", body: clawrden.AgentWish{}, answer: clawrden.Agent{}},
	"POST /api/agents/{name}/remove":  {summary: "Take an agent's name and socket away, and end what it has begun.", answer: done{}},
	"POST /api/login":                 {summary: "Make a link to the dashboard: on the control socket alone.", body: loginWish{}, answer: clawrden.Login{}},
	"GET /api/tokens":                 {summary: "The bearer tokens that count, by name.", answer: []clawrden.Token{}},
	"POST /api/tokens":                {summary: "Make a bearer token; its secret is told this once.", body: clawrden.TokenWish{}, answer: madeToken{}},
	"POST /api/tokens/{name}/revoke":  {summary: "End a bearer token.", answer: done{}},
	"POST /api/kill":                  {summary: "Stop what runs, refuse what waits and what comes, of everybody or of one agent.", body: clawrden.KillOrder{}, answer: killed{}},
	"POST /api/unlock":                {summary: "End that, for everybody or for one agent.", body: unlockWish{}, answer: done{}},
	"POST /api/reload":                {summary: "Read the policy again.", answer: done{}},
	"POST /api/bridge":                {summary: "What a bridge says of itself.", body: clawrden.BridgeReport{}, answer: done{}},
	"POST /api/desktop":               {summary: "What the program on a person's own desktop says of itself.", body: clawrden.BridgeReport{}, answer: done{}},
	"GET /api/bridges/{name}":         {summary: "How a bridge is; notify is the caller's own desktop.", answer: clawrden.BridgeState{}},
	"POST /api/bridges/{name}/test":   {summary: "Have a bridge send a message that looks like an ask.", answer: clawrden.BridgeTest{}},
	"GET /metrics":                    {summary: "Counters for Prometheus (text)."},
}

// historyQuery is what narrows the history: filterNames and the two that page.
var historyQuery = map[string]string{
	"limit": "entries in a page", "before": "seq of the last entry of the page before",
	"since": "decided at this time or later (RFC 3339)", "until": "decided before this time (RFC 3339)",
	"agent": "name of a registered agent, a user, unit or container, or as in uid:1000", "session": "name of a guard session",
	"tool": "name of the tool", "verdict": "allow, deny, approved, denied, expired, cancelled, or ask for the last four",
	"rule": "name of a rule that gave the verdict", "approver": "user or person who decided",
	"exit": "exit status, name of a signal, or failed for all but 0", "text": "part of command, directory, reason or comment",
}

// openapi: GET /api/openapi.json → the API as OpenAPI 3.1 has it.
func (s *Server) openapi(w http.ResponseWriter, _ *http.Request, _ clawrden.Caller) error {
	return writeJSON(w, s.document())
}

// object is JSON in the making.
type object = map[string]any

// describe describes all routes.
func describe() object {
	d := &describer{schemas: object{}}
	problemAnswer := object{"description": "What went wrong (RFC 9457).", "content": object{"application/problem+json": object{"schema": d.schema(reflect.TypeFor[problem]())}}}
	paths := object{}
	for _, route := range routes {
		o := operations[route.pattern]
		method, path, _ := strings.Cut(route.pattern, " ")
		operation := object{
			"summary": o.summary, "description": "Needs the right " + string(route.right) + ".",
			"responses": object{"200": d.answer(&o, path), "default": problemAnswer},
		}
		if p := parameters(path, o.query); len(p) > 0 {
			operation["parameters"] = p
		}
		if o.body != nil {
			operation["requestBody"] = object{"content": object{"application/json": object{"schema": d.schema(reflect.TypeOf(o.body))}}}
		}
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path].(object)[strings.ToLower(method)] = operation
	}
	return object{
		"openapi": "3.1.0",
		"info":    object{"title": "Clawrden", "version": "1", "description": "On the control socket callers are known by the kernel's word; over TCP they have a token or a login."},
		"paths":   paths, "security": []object{{"token": []string{}}, {"login": []string{}}, {}},
		"components": object{"schemas": d.schemas, "securitySchemes": object{
			"token": object{"type": "http", "scheme": "bearer"},
			"login": object{"type": "apiKey", "in": "cookie", "name": cookieName},
		}},
	}
}

func parameters(path string, query map[string]string) (list []object) {
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			list = append(list, object{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	for name, what := range query {
		list = append(list, object{"name": name, "in": "query", "description": what, "schema": object{"type": "string"}})
	}
	return list
}

func (d *describer) answer(o *operation, path string) object {
	if o.answer == nil {
		kind := "text/plain"
		switch path {
		case "/api/events":
			kind = "text/event-stream"
		case "/api/history/{id}/recording":
			kind = "application/jsonl"
		}
		return object{"description": o.summary, "content": object{kind: object{}}}
	}
	return object{"description": o.summary, "content": object{"application/json": object{"schema": d.schema(reflect.TypeOf(o.answer))}}}
}
