package journal

import (
	"strconv"
	"strings"

	sd "github.com/coreos/go-systemd/v22/journal"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// The message ids: a promise to whoever filters by them. Each has its text in systemd/clawrden.catalog.
const (
	idAllowed      = "cedb360dd2cf4ba5a45c2b065b3431b3"
	idDenied       = "9e7f509a304845e29844bad3047fa574"
	idApproved     = "0bda4a1fccad4213ae8750a69b59eee1"
	idTurnedDown   = "117718c141e5427d8b80f3f6dc8cbebf"
	idExpired      = "d23ae3986ba84f4bad170740c1c689f4"
	idCancelled    = "bce09ac813e5491a83c488fd1df8959f"
	idRefused      = "c1f69890bce942f8ab2f9da4590bd30e"
	idKilled       = "6442fa976ad54f1589bcbc55dec545b5"
	idUnlocked     = "ffa30f3f197d4ef8b968f61ab3d029b9"
	idReloaded     = "d4b90627cdaf484f99eba8acae1d5e57"
	idReloadFailed = "55f8fa1f28a240b5b79ebbfdb6682c31"
	idStaged       = "f46ea5677b6040d98f6668a1a3965bad"
	idPromoted     = "81e092a1bf6f4599bd68ad7d908dbe61"
	idGranted      = "b78fb49f3b434aa7ace5cff443e369a3"
	idRevoked      = "f84be9d9dc494895bc4378a6a468ec27"
	idLate         = "8f71695adcd64c6aac625e8387ceea78"
	idAgentAdded   = "8ec6cf8eb11b48979334cba6b2df74e3"
	idAgentRemoved = "27a2edd27f8343ff827759982b4f41a3"
	idBreakGlass   = "1613f57b7a9d4e1f9ddc276a21a7867b"
	idPlaces       = "cadae783ad314fe9b61244b3982281a2"
	idSession      = "64f3c59b778c43d1a46db383eefe1110"
	idSessionOver  = "b92fe15840c6455d865432955a7f797c"
	idSealed       = "bb0e1216025744038985cff284899925"
	idDamaged      = "0af2e9f1682449ada6f110cd096d02ff"
	idTorn         = "bc1df30f5c174019a52ae324c1ddd1c4"
	idStarted      = "b8eeccedf7ad4e2ca981378db41c0676"
	idStopped      = "ff30a5897c004f5291af697c28ae040c"
	idFinished     = "b05e52ecdbb59f61eea56beb1dca54f4"
	idLeftOut      = "64accd5cb86b4cd986f643edb45a3763"
)

// kind is one way for an event to be told.
type kind struct {
	id       string
	priority sd.Priority
	text     string // %c is the command, %u who asked, %p who decided, %a an agent's name, %s a session's
}

// decided are the kinds of "decided" records.
var decided = map[clawrden.Outcome]kind{
	clawrden.OutcomeAllow:     {idAllowed, sd.PriInfo, "allowed %c of %u"},
	clawrden.OutcomeDeny:      {idDenied, sd.PriNotice, "denied %c of %u"},
	clawrden.OutcomeApproved:  {idApproved, sd.PriNotice, "%p approved %c of %u"},
	clawrden.OutcomeDenied:    {idTurnedDown, sd.PriNotice, "%p denied %c of %u"},
	clawrden.OutcomeExpired:   {idExpired, sd.PriNotice, "nobody decided in time on %c of %u"},
	clawrden.OutcomeCancelled: {idCancelled, sd.PriNotice, "cancelled %c of %u"},
}

// kindOf says how a record is told; not at all where the journal has nothing to do with it.
func kindOf(r *clawrden.Record) (k kind, ok bool) {
	switch r.Event {
	case clawrden.EventDecided:
		k, ok = decided[r.Decision]
		return k, ok
	case clawrden.EventFinished:
		return kind{idFinished, sd.PriInfo, "ended %c of %u"}, true
	case clawrden.EventRefused:
		return kind{idRefused, sd.PriNotice, "refused a connection of %u"}, true
	case clawrden.EventKilled:
		switch {
		case r.Approver == nil:
			return kind{idKilled, sd.PriWarning, "the kill switch threw itself"}, true
		case r.Whom != "":
			return kind{idKilled, sd.PriWarning, "%p threw the kill switch for " + r.Whom}, true
		}
		return kind{idKilled, sd.PriWarning, "%p threw the kill switch: everything is refused"}, true
	case clawrden.EventUnlocked:
		return kind{idUnlocked, sd.PriWarning, "%p turned the kill switch off"}, true
	case clawrden.EventGranted:
		return kind{idGranted, sd.PriNotice, "%p lets run unasked"}, true
	case clawrden.EventRevoked:
		return kind{idRevoked, sd.PriNotice, "%p revoked the grant for"}, true
	case clawrden.EventLate:
		return kind{idLate, sd.PriNotice, "%p approved %c of %u after it had expired"}, true
	case clawrden.EventBreakGlass:
		return kind{idBreakGlass, sd.PriWarning, "%p ran %c round its shim"}, true
	case clawrden.EventDiverted, clawrden.EventRestored, clawrden.EventRepaired:
		return kind{idPlaces, sd.PriNotice, "the place of %c"}, true
	case clawrden.EventReloaded:
		switch {
		case r.Reason != "" && r.Policy == "":
			return kind{idReloadFailed, sd.PriErr, "the policy was not reloaded; there was no good one before it, so every command is denied"}, true
		case r.Reason != "":
			return kind{idReloadFailed, sd.PriErr, "the policy was not reloaded; the one before it stays in force"}, true
		}
		return kind{idReloaded, sd.PriNotice, "%p reloaded the policy"}, true
	case clawrden.EventStaged:
		return kind{idStaged, sd.PriNotice, "%p staged a policy"}, true
	case clawrden.EventStageEnded:
		return kind{idStaged, sd.PriNotice, "the staged policy has ended"}, true
	case clawrden.EventPromoted:
		return kind{idPromoted, sd.PriNotice, "%p promoted the staged policy: it is in force"}, true
	case clawrden.EventRolledBack:
		return kind{idPromoted, sd.PriNotice, "%p rolled the policy back"}, true
	case clawrden.EventDamaged:
		return kind{idDamaged, sd.PriCrit, "the audit log isn't as its last checkpoint says"}, true
	case clawrden.EventTorn:
		return kind{idTorn, sd.PriWarning, "the audit log had a torn last line"}, true
	case clawrden.EventStarted:
		return kind{idStarted, sd.PriNotice, "commands are governed: the daemon has started"}, true
	case clawrden.EventStopped:
		return kind{idStopped, sd.PriNotice, "the daemon has stopped: shims refuse until it is back"}, true
	case clawrden.EventAdded:
		return kind{idAgentAdded, sd.PriNotice, "%p added the agent %a"}, true
	case clawrden.EventSession:
		if r.Boundary == clawrden.BoundaryNone {
			return kind{idSession, sd.PriWarning, "session %s of %u began"}, true
		}
		return kind{idSession, sd.PriNotice, "session %s of %u began"}, true
	case clawrden.EventOver:
		return kind{idSessionOver, sd.PriNotice, "session %s of %u ended"}, true
	case clawrden.EventRemoved:
		return kind{idAgentRemoved, sd.PriNotice, "%p removed the agent %a"}, true
	}
	return k, false
}

// Seal sends a checkpoint of the audit log: who has the journal elsewhere has a witness there. It never waits.
func (s *Sender) Seal(size uint64, head, note string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.take() {
		number := strconv.FormatUint(size, 10)
		s.put(entry{"the audit log is sealed up to record " + number, sd.PriInfo, map[string]string{
			"MESSAGE_ID": idSealed, "CLAWRDEN_AUDIT_SIZE": number, "CLAWRDEN_AUDIT_HEAD": head, "CLAWRDEN_AUDIT_CHECKPOINT": note,
		}})
	}
}

// Most that is shown of what an agent chose, in characters.
const (
	maxCommand = 1024
	maxWord    = 256
	maxReason  = 1024
)

func (k kind) entry(r *clawrden.Record) entry {
	fields := map[string]string{"MESSAGE_ID": k.id, "CLAWRDEN_EVENT": r.Event}
	set := func(name, value string, most int) {
		if value != "" {
			fields[name], _ = display.Text(value, most)
		}
	}
	command := ""
	if r.Command != "" {
		command, _ = display.Brief(append([]string{r.Command}, r.Args...), maxCommand)
		fields["CLAWRDEN_COMMAND"] = command
	}
	set("CLAWRDEN_ID", r.ID, maxWord)
	set("CLAWRDEN_DECISION", string(r.Decision), maxWord)
	set("CLAWRDEN_CWD", r.Cwd, maxWord)
	set("CLAWRDEN_REASON", r.Reason, maxReason)
	set("CLAWRDEN_COMMENT", r.Comment, maxReason)
	set("CLAWRDEN_POLICY", r.Policy, maxWord)
	set("CLAWRDEN_GRANT", r.Grant, maxWord)
	set("CLAWRDEN_SESSION", r.Session, maxWord)
	set("CLAWRDEN_EXE", exe(r), maxWord)
	if r.Exe != nil {
		set("CLAWRDEN_EXE_SHA256", r.Exe.SHA256, maxWord)
	}
	set("CLAWRDEN_EXECUTOR", r.Executor, maxWord)
	set("CLAWRDEN_PROFILE", r.Profile, maxWord)
	set("CLAWRDEN_BOUNDARY", string(r.Boundary), maxWord)
	if r.Event == clawrden.EventFinished {
		ended(r, fields, set)
	}
	if len(r.Rules) > 0 {
		set("CLAWRDEN_RULE", r.Rules[0].Name, maxWord)
		set("CLAWRDEN_RULE_AT", r.Rules[0].File+":"+strconv.Itoa(r.Rules[0].Line), maxWord)
	}
	if id := r.Identity; id != nil {
		fields["CLAWRDEN_UID"], fields["CLAWRDEN_PID"] = strconv.FormatUint(uint64(id.UID), 10), strconv.Itoa(id.PID)
		set("CLAWRDEN_USER", id.User, maxWord)
		set("CLAWRDEN_UNIT", id.Unit, maxWord)
		set("CLAWRDEN_CONTAINER", id.Container, maxWord)
		set("CLAWRDEN_AGENT", id.Agent, maxWord)
	}
	set("CLAWRDEN_AGENT", r.Agent, maxWord)
	if a := r.Approver; a != nil {
		fields["CLAWRDEN_APPROVER_UID"] = strconv.FormatUint(uint64(a.UID), 10)
		set("CLAWRDEN_APPROVER", a.User, maxWord)
		set("CLAWRDEN_DOOR", a.Door, maxWord)
	}
	message := strings.NewReplacer("%c", command, "%u", user(r.Identity), "%p", person(r.Approver), "%a", r.Agent, "%s", r.Session).Replace(k.text)
	if reason := fields["CLAWRDEN_REASON"]; reason != "" && r.Event != clawrden.EventReloaded {
		message += ": " + reason
	}
	switch {
	case r.Event != clawrden.EventFinished:
	case r.Signal != "":
		message += ", killed by " + fields["CLAWRDEN_SIGNAL"]
	case r.ExitCode != nil:
		message += ", exit status " + fields["CLAWRDEN_EXIT_CODE"]
	}
	return entry{message, k.priority, fields}
}

// ended says how a command ended, and what it took.
func ended(r *clawrden.Record, fields map[string]string, set func(name, value string, most int)) {
	if r.ExitCode != nil {
		fields["CLAWRDEN_EXIT_CODE"] = strconv.Itoa(*r.ExitCode)
	}
	set("CLAWRDEN_SIGNAL", r.Signal, maxWord)
	set("CLAWRDEN_EXIT_SOURCE", r.ExitSource, maxWord)
	fields["CLAWRDEN_DURATION_MS"] = strconv.FormatInt(r.DurationMS, 10)
	if r.Output != nil {
		fields["CLAWRDEN_OUTPUT_BYTES"] = strconv.FormatInt(*r.Output, 10)
	}
	if r.Recording != nil {
		set("CLAWRDEN_RECORDING_SHA256", r.Recording.SHA256, maxWord)
	}
	for name, n := range map[string]*uint64{"CLAWRDEN_CPU_NS": r.CPU, "CLAWRDEN_MEMORY_PEAK": r.Memory} {
		if n != nil {
			fields[name] = strconv.FormatUint(*n, 10)
		}
	}
}

func exe(r *clawrden.Record) string {
	if r.Exe == nil {
		return ""
	}
	return r.Exe.Path
}

func user(id *clawrden.Identity) string {
	if id == nil {
		return "an unknown user"
	}
	return named(id.User, id.UID)
}

func person(a *clawrden.Approver) string {
	if a == nil {
		return "somebody"
	}
	return named(a.User, a.UID)
}

// named is a user for people.
func named(user string, uid uint32) string {
	if user == "" {
		return "uid " + strconv.FormatUint(uint64(uid), 10)
	}
	shown, _ := display.Text(user, maxWord)
	return shown
}
