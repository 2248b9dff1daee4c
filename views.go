package clawrden

import "encoding/json"

// What the doors show. The JSON names are a promise: see docs/architecture.md, "Names people type".

// Status answers "is it running, and what is it doing".
type Status struct {
	Status  string `json:"status"` // always "running"
	Pending int    `json:"pending_count"`
	Uptime  int64  `json:"uptime"` // seconds
	Version string `json:"version"`
	Locked  bool   `json:"locked"`          // the kill switch is on for everybody
	Locks   []Lock `json:"locks,omitempty"` // for whom it is on, and why
	Dev     bool   `json:"dev"`
	Running int    `json:"running"` // executions in flight
	Policy  struct {
		Digest string    `json:"digest"`
		Rules  int       `json:"rules"`
		Loaded Timestamp `json:"loaded"`
		Error  string    `json:"error,omitempty"` // why the last reload was refused; the policy before it is in force
	} `json:"policy"`
	Stage      *StageBrief `json:"stage,omitempty"` // the candidate of the policy, or the last one
	ExitSource string      `json:"exit_source"`     // how in-place exits are known here: kernel or shim
	Sessions   []Session   `json:"sessions"`        // that run, by name
	// Bridges are those of the settings.
	Bridges []BridgeState `json:"bridges,omitempty"`
	// Unrecorded is set from a record that couldn't be written to the next one that could.
	Unrecorded *Unrecorded `json:"unrecorded,omitempty"`
}

// Unrecorded says why records can't be written, and what that means.
type Unrecorded struct {
	Error  string    `json:"error"`
	Since  Timestamp `json:"since"`
	Denies bool      `json:"denies"` // commands are denied meanwhile; else they run without a record
}

// Self is who calls, and what that one may do at this door.
type Self struct {
	Identity Identity `json:"identity"`
	Door     string   `json:"door"`
	Token    string   `json:"token,omitempty"` // name of the bearer token by which it came in
	Rights   []Right  `json:"rights"`
}

// Session is one run of an agent under guard.
type Session struct {
	Name     string    `json:"name"`
	Since    Timestamp `json:"since"`
	Identity Identity  `json:"identity"` // of its first process
	Boundary Boundary  `json:"boundary"`
	Lacks    string    `json:"lacks,omitempty"` // why it is no boundary
	Gaps     []string  `json:"gaps,omitempty"`  // what its layout should hold and this host can't
	Guarded  bool      `json:"guarded"`         // the guard holds it; else what it runs is refused by the kernel until it does
}

// Pending is one row of the queue.
type Pending struct {
	ID       string      `json:"id"`
	Command  string      `json:"command"`
	Args     []string    `json:"args"` // without argv[0]
	ArgsB64  []string    `json:"args_b64,omitempty"`
	ArgsCut  int         `json:"args_cut,omitempty"` // bytes of args left out of a list or an event; by its id the whole is had
	Cwd      string      `json:"cwd"`
	Identity Identity    `json:"identity"`
	Exe      *Executable `json:"exe,omitempty"`
	Rules    []RuleRef   `json:"rules"`
	Reason   string      `json:"reason,omitempty"`
	Digest   string      `json:"digest"`
	Revision uint64      `json:"revision"`
	Created  Timestamp   `json:"created"`
	Expires  Timestamp   `json:"expires"`
	Demands  []Demand    `json:"demands,omitempty"` // what an approval must meet, where a rule says more than the defaults
	Votes    []Approver  `json:"votes,omitempty"`   // who has approved, while more people must
	Lacking  int         `json:"lacking"`           // how many more must
	Way      Way         `json:"way,omitempty"`
	Session  string      `json:"session,omitempty"`  // name of the guard session
	Executor string      `json:"executor,omitempty"` // that the rule names; "" for the way's own default
	Profile  string      `json:"profile,omitempty"`
	Boundary Boundary    `json:"boundary,omitempty"` // that would enforce an approval; only where one ask is had by its id
	// Barred is why whoever asks may not decide it; "" where that one may. Only where one ask is had by its id.
	Barred string `json:"barred,omitempty"`
	// Commands are the command itself and those inside it, each with what the policy in force says of it alone; only where one ask
	// is had by its id.
	Commands []CommandVerdict `json:"commands,omitempty"`
}

// CommandVerdict is one command as the policy understands it, with what it says of it.
type CommandVerdict struct {
	Command string   `json:"command"` // "" where it can't be known
	Args    []string `json:"args"`    // escaped where they aren't UTF-8
	Via     string   `json:"via,omitempty"`
	Outer   int      `json:"outer"` // which of the list runs it; -1 for the first, which is the request's own
	Opaque  []string `json:"opaque,omitempty"`
	Verdict string   `json:"verdict,omitempty"` // "" where it takes that of the commands inside it
	Rule    string   `json:"rule,omitempty"`    // what gave it: a rule, or a setting such as "default"
	File    string   `json:"file,omitempty"`
	Line    int      `json:"line,omitempty"`
}

// Entry is one row of the history: a command that was decided, with its end where it is known.
type Entry struct {
	ID         string    `json:"id"`
	Timestamp  Timestamp `json:"timestamp"`
	Command    string    `json:"command"`
	Args       []string  `json:"args"`
	ArgsB64    []string  `json:"args_b64,omitempty"`
	ArgsCut    int       `json:"args_cut,omitempty"` // as in Pending
	Cwd        string    `json:"cwd"`
	Identity   Identity  `json:"identity"`
	Decision   Outcome   `json:"decision"`
	ExitCode   *int      `json:"exit_code"` // null if killed, not run or unknown
	DurationMS int64     `json:"duration_ms"`
	Signal     string    `json:"signal,omitempty"`
	ExitSource string    `json:"exit_source,omitempty"`
	Usage
	Output    *int64      `json:"output_bytes,omitempty"` // as in Record
	Recording *Recording  `json:"recording,omitempty"`
	Rules     []RuleRef   `json:"rules"`
	Reason    string      `json:"reason,omitempty"`
	Comment   string      `json:"comment,omitempty"`
	AskedArgs []string    `json:"asked_args,omitzero"` // as in Record, with the two below
	AskedB64  []string    `json:"asked_args_b64,omitempty"`
	EditedBy  *Approver   `json:"edited_by,omitempty"`
	Approver  *Approver   `json:"approver,omitempty"`
	Executor  string      `json:"executor,omitempty"`
	Boundary  Boundary    `json:"boundary,omitempty"`
	Exe       *Executable `json:"exe,omitempty"`
	Way       Way         `json:"way,omitempty"`
	Session   string      `json:"session,omitempty"` // name of the guard session
	Seq       uint64      `json:"seq"`               // of the "decided" record
}

// Story is all that the log has of one command: its row of the history, and its records as they stand there.
type Story struct {
	Entry
	Decided   *Record `json:"decided"`
	Finished  *Record `json:"finished,omitempty"`
	Sealed    *Seal   `json:"sealed,omitempty"`     // the first checkpoint that seals Decided; none yet where it isn't there
	EndSealed *Seal   `json:"end_sealed,omitempty"` // and Finished
}

// Rejudged is a command of the past, judged by another policy than then.
type Rejudged struct {
	ID     string   `json:"id"`
	Then   Judgment `json:"then"`
	Now    Judgment `json:"now"`
	Mildly *Verdict `json:"mildly,omitempty"` // what Now's verdict may be as well, where that hinges on what isn't known: the mildest
	Same   bool     `json:"same"`             // the verdict, for sure
	// Unknown says in sentences what can't be told from the record.
	Unknown []string `json:"unknown,omitempty"`
	// Explanation says how Now comes about, as of a command that is only thought of.
	Explanation json.RawMessage `json:"explanation"`
}

// Judgment is what a policy says of a command.
type Judgment struct {
	Verdict  Verdict    `json:"verdict"`
	Outcome  Outcome    `json:"outcome,omitempty"` // what became of it, with a person's or grant's word
	Rules    []RuleRef  `json:"rules"`
	Reason   string     `json:"reason,omitempty"`
	Policy   string     `json:"policy,omitempty"` // digest
	Executor string     `json:"executor,omitempty"`
	Profile  string     `json:"profile,omitempty"`
	Time     *Timestamp `json:"timestamp,omitempty"`
}

// Seal is a checkpoint of the log, as it says of itself; that it is true, audit verify finds.
type Seal struct {
	Records uint64    `json:"records"` // how many it seals: the number of the last one
	Head    string    `json:"head"`    // hex SHA-256 of that one's line
	Why     string    `json:"why"`
	Time    Timestamp `json:"time"`
}

// Types of events on the live stream.
const (
	LivePending   = "pending"   // an ask waits: Pending is set
	LiveEscalated = "escalated" // an ask waits and more people may answer it now: Pending is set
	LiveDecided   = "decided"   // a request was decided: Entry is set
	LiveFinished  = "finished"  // an execution ended: Entry is set
	LiveReloaded  = "reloaded"
	LiveKilled    = "killed"
	LiveGranted   = "granted"
	LiveRevoked   = "revoked"
	LiveUnlocked  = "unlocked"
	LiveAgents    = "agents"   // an agent was added or removed: Message
	LiveSessions  = "sessions" // a guard session began or ended: Message
	// LiveBridgeTest asks a bridge for a test message: Test is set.
	LiveBridgeTest = "bridge_test"
)

// Event is one event of the live stream.
type Event struct {
	Seq     uint64      `json:"seq"` // grows by one an event, from 1 at the daemon's start
	Type    string      `json:"type"`
	Pending *Pending    `json:"pending,omitempty"`
	Entry   *Entry      `json:"entry,omitempty"`
	Grant   *Grant      `json:"grant,omitempty"` // that was made or revoked
	Message string      `json:"message,omitempty"`
	Test    *BridgeTest `json:"test,omitempty"`
}

// Execution is one command that runs.
type Execution struct {
	ID       string    `json:"id"`
	Command  string    `json:"command"`
	Args     []string  `json:"args"` // as far as an event has them
	ArgsB64  []string  `json:"args_b64,omitempty"`
	Cwd      string    `json:"cwd"`
	Identity Identity  `json:"identity"`
	Session  string    `json:"session,omitempty"`
	Executor string    `json:"executor,omitempty"`
	Profile  string    `json:"profile,omitempty"`
	Place    string    `json:"place,omitempty"` // unit:NAME or container:ID that it has for itself
	Since    Timestamp `json:"since"`
	Rules    []RuleRef `json:"rules"`
}

// ExplainWish is a command that is only thought of. It is looked at where the caller stands; as whom it would run, the policy is
// told.
type ExplainWish struct {
	Argv  []string `json:"argv"`
	Cwd   string   `json:"cwd,omitempty"`   // "" for the caller's own
	User  string   `json:"user,omitempty"`  // of the host; "" for the caller
	Agent string   `json:"agent,omitempty"` // name of a registered agent
}

// PolicyCheck is what is wrong with a policy, if anything.
type PolicyCheck struct {
	Valid       bool   `json:"valid"`
	Digest      string `json:"digest,omitempty"`
	Rules       int    `json:"rules"`
	Diagnostics string `json:"diagnostics,omitempty"` // for people: what, file and line, the line itself, what to do
}

// ProfileInfo is one profile of the policy in force.
type ProfileInfo struct {
	Name        string `json:"name"`
	Extends     string `json:"extends,omitempty"`
	BuiltIn     bool   `json:"built_in"`
	File        string `json:"file,omitempty"`
	Line        int    `json:"line,omitempty"`
	Network     string `json:"network,omitempty"`
	BestEffort  bool   `json:"best_effort,omitempty"`
	Description string `json:"description,omitempty"`
}
