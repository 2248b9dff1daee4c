package clawrden

// Scope is how far a grant reaches.
type Scope string

// The scopes. All are for one agent, one file of the tool, one directory, one environment and what the same rules ask.
const (
	ScopeCommand    Scope = "command"    // exactly these words
	ScopeSubcommand Scope = "subcommand" // the tool's subcommand, with any options and arguments that name no path elsewhere
	// The same two, as a rule that is written into the policy.
	ScopeRule           Scope = "rule"
	ScopeRuleSubcommand Scope = "rule-subcommand"
)

// ForSession is GrantWish.For where the grant is for the agent's session.
const ForSession = "session"

// GrantWish is what a person wants remembered of an approval.
type GrantWish struct {
	Scope Scope  `json:"scope,omitempty"` // "" is ScopeCommand
	For   string `json:"for"`             // a duration such as "30m", or ForSession
}

// Grant is a remembered approval. It turns ask into allow, never deny, and ends by itself.
type Grant struct {
	ID        string    `json:"id,omitempty"` // "" for a preview
	Scope     Scope     `json:"scope"`
	Words     string    `json:"words"` // what it covers, for people
	Request   string    `json:"request"`
	By        Approver  `json:"by"`
	Created   Timestamp `json:"created"`
	Expires   Timestamp `json:"expires"`
	UID       uint32    `json:"uid"` // with the four below: which agent
	Container string    `json:"container,omitempty"`
	Agent     string    `json:"agent,omitempty"`
	Cgroup    string    `json:"cgroup,omitempty"` // only where it is for the session
	Tool      string    `json:"tool"`
	Exe       string    `json:"exe"` // symlinks followed
	SHA256    string    `json:"sha256"`
	Args      []string  `json:"args,omitempty"`       // of ScopeCommand
	Command   []string  `json:"subcommand,omitempty"` // of ScopeSubcommand
	Cwd       string    `json:"cwd"`
	EnvSHA256 string    `json:"env_sha256"`
	Rules     []string  `json:"rules,omitempty"` // names of all that asked
	Demands   []Demand  `json:"demands,omitempty"`
	// DemandsSHA256 stands for Demands where the grant is written into the policy.
	DemandsSHA256 string `json:"demands_sha256,omitempty"`
	File          string `json:"file,omitempty"` // where it is written into the policy
	Line          int    `json:"line,omitempty"`
	Used          int    `json:"used"`    // since the daemon's start
	Covered       int    `json:"covered"` // how many of the last asks, when it was made
	Of            int    `json:"of"`      // how many those were
}
