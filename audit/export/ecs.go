package export

import (
	"fmt"
	"strconv"
	"time"

	"github.com/clawrden/clawrden"
)

// ECSVersion is the version of the Elastic Common Schema that records are written by. Its fields are listed at
// https://www.elastic.co/docs/reference/ecs.
const ECSVersion = "9.3.0"

// ecsKinds are event.category and event.type by the record's event; see also ecsDecided.
var ecsKinds = map[string]struct{ category, kind []string }{
	clawrden.EventFinished:     {words("process"), words("end")},
	clawrden.EventLate:         {words("process"), words("info")},
	clawrden.EventCounted:      {words("process"), words("info")},
	clawrden.EventStarted:      {words("host"), words("start")},
	clawrden.EventStopped:      {words("host"), words("end")},
	clawrden.EventSession:      {words("session"), words("start")},
	clawrden.EventOver:         {words("session"), words("end")},
	clawrden.EventRefused:      {words("intrusion_detection"), words("denied")},
	clawrden.EventGranted:      {words("configuration"), words("creation")},
	clawrden.EventRevoked:      {words("configuration"), words("deletion")},
	clawrden.EventTokenAdded:   {words("iam"), words("creation")},
	clawrden.EventTokenRevoked: {words("iam"), words("deletion")},
	clawrden.EventLogin:        {words("session"), words("start")},
	clawrden.EventAdded:        {words("iam"), words("creation")},
	clawrden.EventRemoved:      {words("iam"), words("deletion")},
	clawrden.EventBreakGlass:   {words("process"), words("info")},
}

func words(w ...string) []string { return w }

// ecs is a record in the Elastic Common Schema; what has no field there is below "clawrden" under the record's own names.
func (e *Exporter) ecs(r entry) object {
	event := e.ecsEvent(r)
	out := object{
		"@timestamp": r.Timestamp,
		"ecs":        object{"version": ECSVersion},
		"event":      event,
		"observer":   object{"product": "Clawrden", "vendor": "Clawrden", "type": "host-policy"},
		"message":    message(r.Record),
		"clawrden":   own(r.Record),
	}
	out.put("host", object{}.put("hostname", e.o.Host))
	out.put("process", ecsProcess(r.Record))
	out.put("rule", ecsRule(r.Record))
	related := object{}
	if id := r.Identity; id != nil {
		out["user"] = object{"id": strconv.FormatUint(uint64(id.UID), 10)}.put("name", id.User)
		out["group"] = object{"id": strconv.FormatUint(uint64(id.GID), 10)}
		out.put("container", object{}.put("id", id.Container).put("image", object{}.put("name", r.Image)))
		related.put("user", names(id.User, approver(r.Record)))
	}
	if r.Exe != nil {
		related.put("hash", names(r.Exe.SHA256))
	}
	out.put("related", related)
	if e.o.Unverified {
		out["tags"] = []string{"unverified"}
	}
	return out
}

func (e *Exporter) ecsEvent(r entry) object {
	event := object{
		"kind": "event", "module": "clawrden", "dataset": "clawrden.audit", "provider": "clawrden", "action": r.Event,
		"id": strconv.FormatUint(r.Seq, 10), "sequence": r.Seq, "hash": r.hash,
	}
	kinds, known := ecsKinds[r.Event]
	switch {
	case r.Event == clawrden.EventDecided && r.Decision.Runs():
		kinds.category, kinds.kind = words("process", "intrusion_detection"), words("start", "allowed")
	case r.Event == clawrden.EventDecided:
		kinds.category, kinds.kind = words("process", "intrusion_detection"), words("info", "denied")
	case !known:
		kinds.category, kinds.kind = words("configuration"), words("change")
	}
	event["category"], event["type"] = kinds.category, kinds.kind
	switch r.Event {
	case clawrden.EventBreakGlass, clawrden.EventDamaged, clawrden.EventKilled:
		event["kind"] = "alert"
	}
	event.put("reason", r.Reason).put("outcome", outcome(r.Record))
	if r.Event == clawrden.EventFinished {
		event["duration"] = r.DurationMS * int64(time.Millisecond)
		event["end"] = r.Timestamp
	}
	return event
}

func ecsProcess(r *clawrden.Record) object {
	p := object{}.put("entity_id", r.ID).put("name", r.Command).put("command_line", line(r)).put("working_directory", r.Cwd)
	if args := argv(r); args != nil {
		p["args"], p["args_count"] = args, len(args)
	}
	if r.Exe != nil {
		p.put("executable", r.Exe.Path).put("hash", object{}.put("sha256", r.Exe.SHA256))
	}
	if id := r.Identity; id != nil && id.PID > 0 {
		p["pid"] = id.PID
		if id.Parent > 0 {
			p["parent"] = object{"pid": id.Parent}
		}
	}
	if r.ExitCode != nil {
		p["exit_code"] = *r.ExitCode
	}
	return p
}

func ecsRule(r *clawrden.Record) object {
	if len(r.Rules) == 0 {
		return nil
	}
	by := r.Rules[0]
	return object{"reference": fmt.Sprintf("%s:%d", by.File, by.Line), "category": by.Action.String()}.put("name", by.Name).put("ruleset", r.Policy)
}

// outcome is the word for whether what the record tells of was done.
func outcome(r *clawrden.Record) string {
	switch r.Event {
	case clawrden.EventDecided:
		if r.Decision.Runs() {
			return "success"
		}
		return "failure"
	case clawrden.EventFinished:
		switch {
		case r.Signal != "" || r.ExitCode != nil && *r.ExitCode != 0:
			return "failure"
		case r.ExitCode != nil:
			return "success"
		}
		return "unknown"
	case clawrden.EventReloaded:
		if r.Reason == "" {
			return "success"
		}
		return "failure"
	case clawrden.EventRefused:
		return "failure"
	}
	return ""
}
