package clawrden

// SessionWish asks for a session on the host. What the agent is and its environment don't go by the daemon: the caller tells the
// launcher, over a socket of their own. SessionFiles descriptors come with the wish, and one more with an ssh-agent.
type SessionWish struct {
	Name     string `json:"name,omitempty"`    // "" has the daemon make one
	Profile  string `json:"profile,omitempty"` // "" for SessionProfile
	User     string `json:"user,omitempty"`    // name or number; "" for the caller's own, and only root may name another
	Cwd      string `json:"cwd"`               // path of the working directory, which the last descriptor is
	Umask    uint32 `json:"umask"`
	SSHAgent string `json:"ssh_agent,omitempty"` // path of the caller's ssh-agent's socket, without links; the sixth descriptor is it
	Terminal bool   `json:"terminal"`            // the standard descriptors hold a terminal that is to be the agent's own
}

// SessionFiles are the descriptors of a wish: standard input, output and error, the socket to the launcher, the working directory.
const SessionFiles = 5

// SessionProfile is the profile of sessions that name none.
const SessionProfile = "agent"

// SessionPlace is where a session begins.
type SessionPlace struct {
	Name string   `json:"name"`
	Unit string   `json:"unit"`
	Gaps []string `json:"gaps,omitempty"` // what the layout should hold and this host can't
	// SSHAgent is set where the session reaches its starter's ssh-agent.
	SSHAgent bool `json:"ssh_agent,omitempty"`
}
