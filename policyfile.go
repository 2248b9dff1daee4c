package clawrden

// PolicySource is the text of the policy in force: what the CLI needs to judge a command as the daemon would.
type PolicySource struct {
	Digest string       `json:"digest"`
	Files  []PolicyFile `json:"files"`
}

// PolicyFile is one file of a policy.
type PolicyFile struct {
	Name string `json:"name"` // as decisions show it
	Text string `json:"text"`
}
