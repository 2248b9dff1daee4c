package clawrden

import "time"

// Stage is a policy that judges beside the one in force, and what it would have said otherwise. It decides nothing.
type Stage struct {
	Digest  string         `json:"digest"`
	Rules   int            `json:"rules"`
	Against string         `json:"against"` // digest of the policy in force, which it is compared with
	Since   Timestamp      `json:"since"`
	Until   Timestamp      `json:"until"`
	Counted Timestamp      `json:"counted"` // since when: another policy came into force then, or the daemon was killed
	Ended   string         `json:"ended"`   // why it judges no more; "" while it does
	By      *Approver      `json:"by,omitempty"`
	Counts  StageCounts    `json:"counts"`
	Groups  []Disagreement `json:"groups"`  // newly allowed ones first, then by number
	Changes []string       `json:"changes"` // what it says differently from the policy in force
	Looser  []string       `json:"looser"`  // of these, what may let more run; it takes a further yes
}

// StageCounts are the commands that both policies judged.
type StageCounts struct {
	Judged    uint64 `json:"judged"`
	Disagreed uint64 `json:"disagreed"`
	Allowed   uint64 `json:"allowed"` // of these, newly allowed
	Denied    uint64 `json:"denied"`  // newly denied
	Fewer     uint64 `json:"fewer"`   // prompts
	More      uint64 `json:"more"`
	Untold    uint64 `json:"untold"` // can't be told: they name paths that only the new policy asks for
}

// Disagreement is a group of commands of which two policies say different things.
type Disagreement struct {
	Old      Verdict        `json:"old"`
	New      Verdict        `json:"new"`
	OldRule  *RuleRef       `json:"old_rule,omitempty"` // nil: the default
	NewRule  *RuleRef       `json:"new_rule,omitempty"`
	Tool     string         `json:"tool"`
	Count    uint64         `json:"count"`
	Examples []StageExample `json:"examples"`
}

// StageExample is one of them.
type StageExample struct {
	ID      string   `json:"id"` // in the history
	Command string   `json:"command"`
	Args    []string `json:"args"` // shortened, and masked as in the audit log
	Cwd     string   `json:"cwd"`
}

// StageBrief is what the status has of a Stage.
type StageBrief struct {
	Digest string      `json:"digest"`
	Until  Timestamp   `json:"until"`
	Ended  string      `json:"ended,omitempty"`
	Counts StageCounts `json:"counts"`
}

// Bounds of how long a candidate may judge.
const (
	MinStage = time.Minute
	MaxStage = 90 * 24 * time.Hour
)

// StageWish is a policy that is to judge beside the one in force.
type StageWish struct {
	Files map[string]string `json:"files"` // names without a directory, to texts: all of the policy
	For   string            `json:"for"`   // a span such as 24h
}

// PolicyOrder has a policy come into force. Looser says that the person was told of what may let more run.
type PolicyOrder struct {
	Digest string `json:"digest,omitempty"` // of the candidate that the person has seen
	ID     string `json:"id,omitempty"`     // of the version that is wanted again; "" for the one before
	Looser bool   `json:"looser,omitempty"`
}

// How a version of the policy came into force.
const (
	CameStarted  = "started"     // found at a start
	CameReloaded = "reloaded"    // somebody changed the files
	CamePromoted = "promoted"    // a candidate
	CameBack     = "rolled_back" // an earlier version again
)

// PolicyVersion is a policy that was in force.
type PolicyVersion struct {
	ID      string       `json:"id"` // a number, counted up
	Digest  string       `json:"digest"`
	Rules   int          `json:"rules"`
	At      Timestamp    `json:"at"`
	How     string       `json:"how"`
	Of      string       `json:"of,omitempty"` // of rolled_back: the version that came again
	By      *Approver    `json:"by,omitempty"`
	Changes []string     `json:"changes"`         // against the version before
	InForce bool         `json:"in_force"`        // it is the newest
	Files   []PolicyFile `json:"files,omitempty"` // where one is asked for
}
