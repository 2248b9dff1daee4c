package daemon

import (
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/job"
	"github.com/clawrden/clawrden/internal/peercred"
	"github.com/clawrden/clawrden/protocol"
)

// call is one request on its way. Each step fills in its part; a step that fails leaves a refusal in decision.
type call struct {
	conn     *net.UnixConn
	peer     *peercred.Peer
	reply    reply
	can      bool            // only the verdict is wanted
	version  uint8           // of the shim's frames; 0 in plain mode
	again    bool            // the shim has sent it to an earlier life of the daemon, too
	late     *uint32         // in place of a request: how a command of an earlier life ended
	attach   bool            // in place of a request: how will one end that runs elsewhere
	ticket   protocol.Ticket // that the caller showed, or was given
	arrived  time.Time
	waited   time.Duration   // for a person
	came     string          // the registered agent whose socket it came in on; "" for the shared one
	stranger string          // why the caller isn't the agent whose socket it came in on; "" if it may be
	place    *place          // among the connections without a whole request
	hungUp   chan struct{}   // closed when the other end has gone
	stopping <-chan struct{} // closed when the daemon stops
	frames   chan frame      // what the shim says after its request; nil in plain mode
	// elsewhere is set while signals are passed on to the command.
	elsewhere atomic.Bool
	unwatch   func()
	large     func() // gives up the place among the agent's large requests; nil if it has none

	request  clawrden.Request
	stdio    [3]*os.File
	cwd      *os.File
	root     *agentroot.Root
	tool     *agentroot.Tool
	facts    clawrden.Facts
	gaps     []string  // what of its profile nothing holds
	held     *heldExec // what the guard holds; nil for a request of the shim socket
	entry    *entry    // how it comes under guard where the container engine runs it; nil where it needn't
	session  inSession // of a request of the shim socket: the session that its process is in
	whole    bool      // the shim is to be given all of argv
	decision clawrden.Decision
	beside   bool // a candidate of the policy has judged it, too
	differs  *differs
	executor string             // what will run it; see chooseExecutor
	failed   error              // why the command can not be run even if it may be
	locked   bool               // the kill switch is on for the caller
	code     int                // exit code of a refusal, 0 for "denied"
	hint     string             // what to do about a refusal, for its last line
	env      clawrden.EnvChange // what becomes of its environment
	digest   string
	approval *clawrden.Approval
	edited   *edited         // where a person changed it
	counted  map[string]int  // what rate conditions have counted of it already, by rule
	grant    *clawrden.Grant // that lowered an ask to allow
	// remembered is the id of the earlier request whose approval or refusal this one has; "" for its own.
	remembered string
	back       *absent // the ask that a caller came back for
	fresh      bool    // and it has not been told yet that it waits
	kept       bool    // the state directory has an ask under this id
	recorded   bool    // the log has it as decided to run, from an earlier life
	flying     bool    // the state directory has it as running
	parted     bool    // left to the daemon's next life, without a word to anybody
	outcome    clawrden.Outcome
	timedOut   bool // its time was over
	overflowed bool // it had more output than it may
	passed     job.Passed
	begun      time.Time // when it was handed to its executor

	ungoverned bool // root on the host; see Daemon.ungoverned
	ownPlace   bool // the caller's program is a shim in the tool's own place
}

// reply is how the two modes of the socket answer.
type reply interface {
	waiting(c *call, id string, expires time.Time)
	note(c *call, text string) // before it runs
	answer(c *call)
	refuse(code int, text string)
	// stdio gives the descriptors for a command that runs elsewhere; finish is called once it has ended.
	stdio(c *call) (files [3]*os.File, finish func(), err error)
	started(c *call)
	exited(c *call, exit job.Exit)
}

// close releases all that the call holds. It may be called twice.
func (c *call) close() {
	if c.unwatch != nil {
		c.unwatch()
		c.unwatch = nil
	}
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.closeDescriptors()
	c.closeTool()
	c.leaveLarge()
	c.peer.Close()
	if c.place != nil {
		close(c.place.gone)
		c.place = nil
	}
}

// leaveLarge lets another large request of the agent be read.
func (c *call) leaveLarge() {
	if c.large != nil {
		c.large()
		c.large = nil
	}
}

// closeDescriptors gives up the agent's own descriptors. They must not stay open here while the command runs: a reader
// of its pipe waits for the last writer.
func (c *call) closeDescriptors() {
	for i, f := range c.stdio {
		if f != nil {
			_ = f.Close()
			c.stdio[i] = nil
		}
	}
	if c.cwd != nil {
		_ = c.cwd.Close()
		c.cwd = nil
	}
}

func (c *call) closeTool() {
	if c.tool != nil {
		c.tool.Close()
		c.tool = nil
	}
	if c.root != nil {
		c.root.Close()
		c.root = nil
	}
}

// setDescriptors takes over what came with the request: stdin, stdout, stderr, cwd, as far as the mask says.
func (c *call) setDescriptors(mask uint8, fds []int) {
	for i := range 4 {
		if mask&(1<<i) == 0 {
			continue
		}
		f := os.NewFile(uintptr(fds[0]), [4]string{"stdin", "stdout", "stderr", "cwd"}[i])
		fds = fds[1:]
		if i < 3 {
			c.stdio[i] = f
		} else {
			c.cwd = f
		}
	}
}

// deny turns the call into a refusal of Clawrden's own making.
func (c *call) deny(code int, reason string) {
	rules := c.decision.Rules
	if c.decision.Verdict != clawrden.Deny {
		rules = nil // those rules would have let it run
	}
	c.decision = clawrden.Decision{Verdict: clawrden.Deny, Reason: reason, Rules: rules, Policy: c.decision.Policy}
	c.code = code
}

func closeAll(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}
