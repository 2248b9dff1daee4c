// Package config reads /etc/clawrden/clawrden.hcl: how the daemon is set up on a host. What agents may do is not here but
// in the policy.
//
// Each setting is one row of the table in settings.go, and its default one line of default.go; the reader, the checks and
// docs/configuration.md come from the table. A word that the table doesn't know is an error with its place in the file,
// never ignored: a limit that was spelled wrong must not be thought to hold.
//
// The package reads that one file, opens nothing that the file names, and knows no other package's types. The daemon and
// the CLI's "config check" call it.
package config

import (
	"io"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// DefaultFile is read when no other file is named; it need not exist.
const DefaultFile = "/etc/clawrden/clawrden.hcl"

// DefaultJSON is the same in the JSON form of HCL, as programs write it. Only one of them may be there.
const DefaultJSON = DefaultFile + ".json"

// Config is every setting of the daemon. [Default] makes one.
type Config struct {
	Paths      Paths
	Audit      Audit
	Recordings Recordings
	Ask        Ask
	Limits     Limits
	Mirror     Mirror
	Guard      Guard
	Docker     Docker
	Metrics    Metrics
	HTTP       HTTP

	Agents  []clawrden.AgentWish // blocks agent "NAME"
	Teams   []clawrden.Team      // blocks team "NAME"
	Bridges []clawrden.Bridge    // blocks bridge "NAME"
	Routes  []clawrden.Route     // blocks route "NAME"

	Dev bool // the defaults are those of --dev: no file sets this

	files map[string]*hcl.File // what Load has read, for the snippets of Explain
}

// Paths is where the daemon's files and sockets are, and whose the sockets are.
type Paths struct {
	Socket         string   // the shim socket
	Control        string   // the socket for people
	Policy         []string // files and directories; later ones are read after earlier ones
	State          string   // directory
	Shims          string   // directory
	AgentsGroup    string   // name of the group that may connect to Socket; "" for none
	ApproversGroup string   // name of the group that may connect to Control; "" for none
}

// Audit is how the record is kept.
type Audit struct {
	File    string
	Sync    string // batch, always, none
	OnError string // deny, allow

	RotateSize, RetainSize Size          // 0: no limit
	RotateAge, RetainAge   time.Duration // 0: no limit

	CheckpointRecords int
	CheckpointTime    time.Duration
	Witness           []string // a command and its arguments; none for no witness
	Mask              []string // regular expressions, and "default"
}

// Recordings are the recorded output of commands.
type Recordings struct {
	Keep    time.Duration
	MaxSize Size // of one
	Total   Size // of all
}

// Ask is how requests wait for a person.
type Ask struct {
	Timeout       time.Duration
	RefusalMemory time.Duration // 0: refusals aren't remembered
	Late          time.Duration // 0: what has expired can't be approved
}

// Limits are what agents can't exceed. An agent is a uid in a cgroup.
type Limits struct {
	ConnectionsPerAgent int
	Connections         int
	PendingPerAgent     int
	Pending             int
	RunningPerAgent     int
	CanPerSecond        int
	RequestTime         time.Duration
	ResolveTime         time.Duration
}

// Mirror is how commands run in the agent's own context.
type Mirror struct {
	ExitStatus string // auto, kernel, shim
	Writable   string // seal, path, deny
	MaxSealed  Size
}

// Guard is how agents' sessions are kept.
type Guard struct {
	OnStop string // kill, freeze
}

// Docker is the container engine that the executors use.
type Docker struct {
	Socket  string
	Timeout time.Duration
}

// Metrics is what is counted for Prometheus.
type Metrics struct {
	Tools []string // that have a count of their own
}

// HTTP is the door for browsers and other machines, on TCP.
type HTTP struct {
	Hosts       []string // beside localhost and the loopback's addresses
	Certificate string   // file; "" for none
	Key         string   // file
	Session     time.Duration
	Streams     int // of events, open at once
	UserStreams int // of them by one user
}

// Load reads a file over the defaults of [Default](false). Without a name it reads DefaultFile or
// DefaultJSON, which may be missing.
// What it returns is to be used only when the diagnostics hold no error.
func Load(path string) (Config, hcl.Diagnostics) { return Default(false).Load(path) }

// Explain writes diagnostics for people, each with its lines of the file as Load read it.
func (c Config) Explain(w io.Writer, diags hcl.Diagnostics) error {
	const width = 100 // columns that the text is wrapped at
	return hcl.NewDiagnosticTextWriter(w, c.files, width, false).WriteDiagnostics(diags)
}
