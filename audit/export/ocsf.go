package export

import (
	"cmp"
	"fmt"
	"path"
	"strconv"

	"github.com/clawrden/clawrden"
)

// OCSFVersion is the version of the Open Cybersecurity Schema Framework that records are written by; see https://schema.ocsf.io/1.5.0.
const OCSFVersion = "1.5.0"

// Classes of events, and what of them is used.
const (
	classBase      = 0
	classProcess   = 1007 // Process Activity
	classEntity    = 3004 // Entity Management
	classLifecycle = 6002 // Application Lifecycle

	statusSuccess, statusFailure = 1, 2
	actionAllowed, actionDenied  = 1, 2
	severityInfo, severityLow    = 1, 2
	severityHigh                 = 4
	entityPolicy, entityOther    = 5, 99
	sha256ID, regularFile        = 3, 1
)

// class is what kind of event a record becomes.
type class struct {
	class, activity int
	name            string // of the activity
	entity          string // of Entity Management: what it is about
}

var classes = map[string]class{
	clawrden.EventDecided:      {classProcess, 1, "Launch", ""},
	clawrden.EventFinished:     {classProcess, 2, "Terminate", ""},
	clawrden.EventCounted:      {classProcess, 1, "Launch", ""},
	clawrden.EventStarted:      {classLifecycle, 3, "Start", ""},
	clawrden.EventStopped:      {classLifecycle, 4, "Stop", ""},
	clawrden.EventSession:      {classLifecycle, 3, "Start", ""},
	clawrden.EventOver:         {classLifecycle, 4, "Stop", ""},
	clawrden.EventReloaded:     {classEntity, 3, "Update", "Policy"},
	clawrden.EventStaged:       {classEntity, 10, "Activate", "Policy"},
	clawrden.EventStageEnded:   {classEntity, 11, "Deactivate", "Policy"},
	clawrden.EventPromoted:     {classEntity, 3, "Update", "Policy"},
	clawrden.EventRolledBack:   {classEntity, 3, "Update", "Policy"},
	clawrden.EventTokenAdded:   {classEntity, 1, "Create", "Grant"},
	clawrden.EventTokenRevoked: {classEntity, 4, "Delete", "Grant"},
	clawrden.EventGranted:      {classEntity, 1, "Create", "Grant"},
	clawrden.EventRevoked:      {classEntity, 4, "Delete", "Grant"},
	clawrden.EventAdded:        {classEntity, 6, "Enroll", "Agent"},
	clawrden.EventRemoved:      {classEntity, 7, "Unenroll", "Agent"},
	clawrden.EventKilled:       {classEntity, 12, "Suspend", "Agent"},
	clawrden.EventUnlocked:     {classEntity, 13, "Resume", "Agent"},
}

// dispositions are what became of a command, by the words of the profile Security Control.
var dispositions = map[clawrden.Outcome]struct {
	id   int
	name string
}{
	clawrden.OutcomeAllow:     {1, "Allowed"},
	clawrden.OutcomeApproved:  {8, "Approved"},
	clawrden.OutcomeDeny:      {2, "Blocked"},
	clawrden.OutcomeDenied:    {25, "Rejected"},
	clawrden.OutcomeExpired:   {6, "Dropped"},
	clawrden.OutcomeCancelled: {6, "Dropped"},
}

// ocsf is a record in the Open Cybersecurity Schema Framework; what has no attribute there is in "unmapped".
func (e *Exporter) ocsf(r entry) object {
	c, known := classes[r.Event]
	if !known {
		c = class{classBase, 99, r.Event, ""}
	}
	ms := r.Timestamp.UnixMilli()
	out := object{
		"category_uid": c.class / 1000, "class_uid": c.class, "activity_id": c.activity, "activity_name": c.name, "type_uid": c.class*100 + c.activity,
		"time": ms, "severity_id": severity(r.Record), "message": message(r.Record),
		"metadata": e.metadata(r), "unmapped": own(r.Record).put("sha256", r.hash),
		"device": object{"type_id": 0}.put("hostname", e.o.Host),
	}
	out.put("status_detail", r.Reason)
	switch outcome(r.Record) {
	case "success":
		out["status_id"] = statusSuccess
	case "failure":
		out["status_id"] = statusFailure
	}
	switch c.class {
	case classProcess:
		e.activity(out, r.Record)
	case classEntity:
		out["entity"] = entityOf(r.Record, c.entity)
		out.put("comment", r.Comment)
		if a := r.Approver; a != nil {
			out["actor"] = object{"user": userOf(a.User, a.UID)}
		}
	case classLifecycle:
		name := "Clawrden"
		if r.Session != "" {
			name = "Clawrden session " + r.Session
		}
		out["app"] = object{"name": name, "vendor_name": "Clawrden"}
	}
	return out
}

func (e *Exporter) metadata(r entry) object {
	m := object{
		"version": OCSFVersion, "product": object{"name": "Clawrden", "vendor_name": "Clawrden"}, "profiles": words("container", "host", "security_control"),
		"event_code": r.Event, "uid": strconv.FormatUint(r.Seq, 10), "sequence": r.Seq, "log_name": clawrden.Schema, "log_provider": "clawrden",
	}
	m.put("correlation_uid", r.ID)
	if e.o.Unverified {
		m["labels"] = words("unverified")
	}
	return m
}

// activity fills in what is of a process.
func (e *Exporter) activity(out object, r *clawrden.Record) {
	p := object{}.put("uid", r.ID).put("name", r.Command).put("cmd_line", line(r)).put("working_directory", r.Cwd)
	actor := object{"app_name": "unknown"}
	if id := r.Identity; id != nil {
		user := userOf(id.User, id.UID)
		p.put("pid", id.PID)
		p["user"] = user
		p.put("container", container(id.Container, r.Image))
		actor = object{"user": user}
		if id.Parent > 0 {
			p["parent_process"] = object{"pid": id.Parent}
		}
	}
	if r.Exe != nil && r.Exe.Path != "" {
		p.put("path", r.Exe.Path)
		file := object{"name": path.Base(r.Exe.Path), "path": r.Exe.Path, "type_id": regularFile}
		if r.Exe.SHA256 != "" {
			file["hashes"] = []object{{"algorithm_id": sha256ID, "algorithm": "SHA-256", "value": r.Exe.SHA256}}
		}
		p["file"] = file
	}
	actor.put("session", object{}.put("uid", r.Session))
	out["process"], out["actor"] = p, actor
	if r.Count > 0 {
		out["count"] = r.Count
	}
	if d, ok := dispositions[r.Decision]; ok {
		out["disposition_id"], out["disposition"], out["action_id"] = d.id, d.name, actionDenied
		if r.Decision.Runs() {
			out["action_id"] = actionAllowed
		}
	}
	authorize(out, r)
	if r.Event == clawrden.EventFinished {
		out["duration"], out["end_time"] = r.DurationMS, r.Timestamp.UnixMilli()
		if r.ExitCode != nil {
			out["exit_code"] = *r.ExitCode
		}
	}
}

// authorize says which rules gave the verdict.
func authorize(out object, r *clawrden.Record) {
	var list []object
	for i := range r.Rules {
		by := &r.Rules[i]
		list = append(list, object{"decision": by.Action.String(), "policy": object{
			"name": by.Name, "desc": fmt.Sprintf("%s:%d", by.File, by.Line), "is_applied": true,
		}.put("uid", r.Policy)})
	}
	out.put("authorizations", list)
}

func entityOf(r *clawrden.Record, kind string) object {
	o := object{"type": kind, "type_id": entityOther}
	switch kind {
	case "Policy":
		o["type_id"] = entityPolicy
		o["name"] = "policy"
		o.put("uid", r.Policy)
		o["policy"] = object{"name": "policy"}.put("uid", r.Policy)
	case "Grant":
		o["name"] = cmp.Or(r.Grant, r.Token, "token")
		o.put("uid", cmp.Or(r.Grant, r.Token))
		if r.Token != "" {
			o["type"] = "Token"
		}
	default:
		o["name"] = cmp.Or(r.Agent, r.Whom, "everybody")
	}
	return o
}

func userOf(name string, uid uint32) object {
	return object{"uid": strconv.FormatUint(uint64(uid), 10)}.put("name", name)
}

func container(id, image string) object {
	o := object{}.put("uid", id)
	if image != "" {
		o["image"] = object{"uid": image, "name": image}
	}
	return o
}

func severity(r *clawrden.Record) int {
	switch r.Event {
	case clawrden.EventBreakGlass, clawrden.EventDamaged, clawrden.EventKilled:
		return severityHigh
	case clawrden.EventRefused:
		return severityLow
	case clawrden.EventDecided:
		if !r.Decision.Runs() {
			return severityLow
		}
	}
	return severityInfo
}
