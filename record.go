package clawrden

import (
	"encoding/base64"
	"time"
	"unicode/utf8"
)

// Schema names the form of an audit record. Later versions only add fields.
const Schema = "clawrden.audit/1"

// Events of the audit log.
const (
	EventDecided  = "decided"  // written before anything runs
	EventFinished = "finished" // written when the execution ended
	EventStarted  = "started"  // the daemon came up
	EventStopped  = "stopped"  // the daemon went down in good order
	EventReloaded = "reloaded" // the policy was replaced, or refused (then Reason)
	EventKilled   = "killed"   // the kill switch was thrown
	EventUnlocked = "unlocked"
	EventRefused  = "refused" // a connection that never became a request: malformed, over a limit
	EventGranted  = "granted" // an approval is remembered: Grant, and in words Reason
	EventRevoked  = "revoked"
	EventAdded    = "agent_added"     // an agent was registered: Agent, and in words Reason
	EventRemoved  = "agent_removed"   // and is no longer
	EventLate     = "approved_late"   // a person approved what had expired; the same may run once
	EventSession  = "session_started" // a guard session begins: Session, Identity, Boundary; Reason where that is none
	EventOver     = "session_ended"   // its last process is gone: Session, Execs
	EventCounted  = "counted"         // allowed execs of a session that have no record each: Count of them, of one program by one rule, from First to Last
	EventTorn     = "recovered"       // the last line was cut by a crash and was moved aside

	// What root does on the host itself, which the daemon learns of by a note: Happened tells when it was.
	EventBreakGlass = "break_glass" // a tool was run round its shim
	EventDiverted   = "diverted"    // a shim took a tool's own place
	EventRestored   = "restored"    // a tool came back to its place
	EventRepaired   = "repaired"    // a diversion was mended

	// What is done to the policy: Policy is the digest of what it is about, PolicyBefore of what was in force, Changes what differs.
	EventStaged     = "policy_staged"      // a candidate begins to judge beside the policy in force; Until is in Reason
	EventStageEnded = "policy_stage_ended" // it does no more: Reason
	EventPromoted   = "policy_promoted"    // it came into force
	EventRolledBack = "policy_rolled_back" // an earlier version came into force again

	// EventContinued is the first record of a file that takes the log's name after the one before was moved away.
	EventContinued = "continued"
	EventDamaged   = "damaged" // at a start the log wasn't as its last checkpoint says: Reason; FirstSeq to LastSeq are missing
	EventPruned    = "pruned"  // a file past the settings' retention goes: FirstSeq to LastSeq were in it
)

// Who says how a command ended.
const (
	ExitKernel   = "kernel"   // the daemon read it from the pidfd, or waited for its own child
	ExitShim     = "shim"     // the shim's claim
	ExitExecutor = "executor" // systemd or the container engine
	ExitUnknown  = "unknown"
)

// Record is one line of the audit log: flat JSON. Seq, Prev, Schema and Timestamp are set by the log.
type Record struct {
	Schema      string         `json:"schema"`
	Seq         uint64         `json:"seq"`
	Prev        string         `json:"prev"` // hex SHA-256 of the line before, without its newline; 64 zeros for the first
	Event       string         `json:"event"`
	Timestamp   Timestamp      `json:"timestamp"`
	ID          string         `json:"id,omitempty"`
	Way         Way            `json:"way,omitempty"`
	Command     string         `json:"command,omitempty"`
	Argv0       string         `json:"argv0,omitempty"` // only where it isn't the command's name
	Args        []string       `json:"args,omitzero"`   // escaped where a word isn't UTF-8; [] where a command has none
	ArgsB64     []string       `json:"args_b64,omitempty"`
	Masked      []int          `json:"masked,omitempty"` // places in args of words that a secret was left out of; the log does it
	Cwd         string         `json:"cwd,omitempty"`
	EnvNames    []string       `json:"env_names,omitempty"`
	EnvSHA256   string         `json:"env_sha256,omitempty"`
	EnvRemoved  []string       `json:"env_removed,omitempty"` // names of what was sent and is kept from the command
	EnvSet      []string       `json:"env_set,omitempty"`     // names of what the policy sets for it
	Identity    *Identity      `json:"identity,omitempty"`
	Hint        *Identity      `json:"hint,omitempty"` // what the message claimed, where it differs from the kernel's word
	Exe         *Executable    `json:"exe,omitempty"`
	Home        string         `json:"home,omitempty"`    // with what follows it, the facts that rules can match
	Session     string         `json:"session,omitempty"` // name of the guard session
	Execs       uint64         `json:"execs,omitempty"`   // that were judged in the session that ended
	Count       uint64         `json:"count,omitempty"`   // of "counted", with what follows it
	First       *Timestamp     `json:"first,omitempty"`
	Last        *Timestamp     `json:"last,omitempty"`
	Lineage     *Lineage       `json:"lineage,omitempty"`   // what started it, in a guard session
	Image       string         `json:"image,omitempty"`     // of the identity's container, with its digest
	Paths       []RecordPath   `json:"paths,omitempty"`     // where the words that name paths lead
	PathsCut    bool           `json:"paths_cut,omitempty"` // there were more of them than a record holds
	Counts      map[string]int `json:"counts,omitempty"`    // by rule: what its rate condition had counted
	Verdict     *Verdict       `json:"verdict,omitempty"`
	Decision    Outcome        `json:"decision,omitempty"`
	Rules       []RuleRef      `json:"rules,omitempty"`
	Would       string         `json:"would,omitempty"`    // verdict that the policy's observe mode let pass: ask or deny
	Observed    []RuleRef      `json:"observed,omitempty"` // rules in observe mode that matched; they took no part in the verdict
	Reason      string         `json:"reason,omitempty"`
	Policy      string         `json:"policy,omitempty"`
	Before      string         `json:"policy_before,omitempty"` // digest of the policy that was in force, of what is done to the policy
	Changes     []string       `json:"changes,omitempty"`       // what that changes, as far as a record holds
	Digest      string         `json:"digest,omitempty"`
	Approver    *Approver      `json:"approver,omitempty"`
	AskedArgs   []string       `json:"asked_args,omitzero"` // what the agent asked with, where a person changed it; else not there
	AskedB64    []string       `json:"asked_args_b64,omitempty"`
	AskedMasked []int          `json:"asked_masked,omitempty"` // of asked_args
	EditedBy    *Approver      `json:"edited_by,omitempty"`    // who changed it to args
	Votes       []Approver     `json:"votes,omitempty"`        // who approved, where it took or would have taken several
	Comment     string         `json:"comment,omitempty"`
	Grant       string         `json:"grant,omitempty"`      // id of the grant that let it run, or that came or went
	Agent       string         `json:"agent,omitempty"`      // name of the agent that was registered or removed
	Token       string         `json:"token,omitempty"`      // name of the bearer token that was made or revoked
	Remembered  string         `json:"remembered,omitempty"` // id of the earlier request whose approval or refusal this one has
	WaitedMS    int64          `json:"waited_ms,omitempty"`  // how long the ask waited
	Executor    string         `json:"executor,omitempty"`
	Profile     string         `json:"profile,omitempty"` // under which it runs
	Gaps        []string       `json:"gaps,omitempty"`    // what of a profile with best_effort nothing held
	Boundary    Boundary       `json:"boundary,omitempty"`
	ExitCode    *int           `json:"exit_code"` // null if killed, not run or unknown
	Signal      string         `json:"signal,omitempty"`
	ExitSource  string         `json:"exit_source,omitempty"`
	DurationMS  int64          `json:"duration_ms"`
	Happened    *Timestamp     `json:"happened,omitempty"`     // when what the record tells of was, where the daemon learnt of it later
	TimedOut    bool           `json:"timed_out,omitempty"`    // it was ended because its time was over
	Output      *int64         `json:"output_bytes,omitempty"` // that its caller was passed on, where they were counted
	Overflowed  bool           `json:"overflowed,omitempty"`   // it was ended because it had more output than it may
	Recording   *Recording     `json:"recording,omitempty"`
	Usage
	Whom      string   `json:"whom,omitempty"`      // for which agent the kill switch was thrown or turned off; "" for everybody
	Killed    int      `json:"killed,omitempty"`    // running commands, with what follows it, by the kill switch
	Paused    int      `json:"paused,omitempty"`    // running commands
	Cancelled int      `json:"cancelled,omitempty"` // requests that waited for a person
	Stopped   []string `json:"stopped,omitempty"`   // agents' units and containers that were paused or killed
	Unreached []string `json:"unreached,omitempty"` // what should have been and wasn't, with the reason
	FirstSeq  uint64   `json:"first_seq,omitempty"` // records that the log no longer has
	LastSeq   uint64   `json:"last_seq,omitempty"`
	Folded    int      `json:"folded,omitempty"` // refused connections before this one that have no record of their own
}

// Recording tells of the recorded output of a command.
type Recording struct {
	SHA256 string `json:"sha256"`         // of the file, hex
	Bytes  int64  `json:"bytes"`          // of the file
	Cut    bool   `json:"cut,omitempty"`  // it holds no more than recordings may
	Lost   bool   `json:"lost,omitempty"` // part of it could not be written, or its helper ended before its time
}

// Usage is what a command took, all of its processes together, as far as its executor knows.
type Usage struct {
	CPU     *uint64 `json:"cpu_ns,omitempty"`      // nanoseconds
	Memory  *uint64 `json:"memory_peak,omitempty"` // bytes
	Read    *uint64 `json:"io_read_bytes,omitempty"`
	Written *uint64 `json:"io_written_bytes,omitempty"`
}

// RecordPath is a word that names a path, with where it led when the command was decided.
type RecordPath struct {
	Path     string `json:"path"`               // as written, behind the directory that it starts from
	Resolved string `json:"resolved,omitempty"` // only where it isn't Path, made absolute and clean
	Err      string `json:"err,omitempty"`      // why it couldn't be resolved
}

// Timestamp is RFC 3339 in UTC with microseconds.
type Timestamp struct{ time.Time }

const timestampLayout = "2006-01-02T15:04:05.000000Z"

// MarshalText writes the one form that records and the HTTP API use.
func (t Timestamp) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format(timestampLayout)), nil
}

// MarshalJSON is needed because the embedded time has one of its own.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(timestampLayout) + `"`), nil
}

// UnmarshalJSON reads any RFC 3339 time.
func (t *Timestamp) UnmarshalJSON(b []byte) error { return t.Time.UnmarshalJSON(b) }

// Words gives raw words in the form that JSON can carry: shown escaped, and whole in base64 where any of them isn't
// UTF-8 (b64 is nil otherwise).
func Words(raw []string) (shown, b64 []string) {
	clean := true
	for _, w := range raw {
		if !utf8.ValidString(w) {
			clean = false
			break
		}
	}
	if clean {
		return raw, nil
	}
	for _, w := range raw {
		shown = append(shown, escapeInvalid(w))
		b64 = append(b64, base64.StdEncoding.EncodeToString([]byte(w)))
	}
	return shown, b64
}

// RawWords undoes Words: the b64 form wins where it is there and reads well.
func RawWords(shown, b64 []string) []string {
	if len(b64) != len(shown) {
		return shown
	}
	raw := make([]string, len(b64))
	for i, w := range b64 {
		b, err := base64.StdEncoding.DecodeString(w)
		if err != nil {
			return shown
		}
		raw[i] = string(b)
	}
	return raw
}

// Text gives one raw word in the form that JSON can carry: each byte that isn't UTF-8 is written as \xNN.
func Text(raw string) string { return escapeInvalid(raw) }

// escapeInvalid writes each byte that isn't UTF-8 as \xNN.
func escapeInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	const hex = "0123456789abcdef"
	out := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			out = append(out, '\\', 'x', hex[s[i]>>4], hex[s[i]&15])
		} else {
			out = append(out, s[i:i+n]...)
		}
		i += n
	}
	return string(out)
}
