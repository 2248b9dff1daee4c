// Package policy turns what the operator wrote in HCL into decisions.
//
// Load reads the files, Understand reads a request's argv by its tool's grammar into facts, Decide judges facts.
// A Policy is immutable and safe for use by many goroutines; a reload makes a new one. Decide is a pure function of the
// facts: it reads no file, no environment and no clock. Whatever goes wrong here is a deny, never an allow: a policy
// that has errors denies all, and so does one without files.
//
// The daemon calls Understand and Decide for each command; the CLI calls Load, WriteDiagnostics and Explain. This
// package imports nothing of Clawrden but its words, and must never act on what it decides.
package policy

import (
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/clawrden/clawrden"
)

// Policy is a compiled policy. The zero value denies all.
type Policy struct {
	settings  settings
	rules     []*rule // in order of file and line
	index     index
	tools     *toolset        // grammars by tool
	guarded   map[string]bool // tools that a rule names to deny or ask
	approvals map[string]*ApprovalProfile
	executors map[string]*executor
	profiles  map[string]*Profile
	grants    map[string][]*grant // by tool
	tests     []testCase
	counters  []clawrden.Counter
	recalls   bool // some condition asks for what a record lacks
	masked    mask

	environment Environment
	killSwitch  clawrden.KillSwitch
	byName      map[string]*rule

	files  map[string]*hcl.File // for snippets
	texts  []clawrden.PolicyFile
	digest string
	why    string // why everything is denied: no files, or errors; "" for a policy in force
}

// settings is what the policy block says, with the defaults filled in.
type settings struct {
	def          clawrden.Verdict
	defRef       clawrden.RuleRef // where the default is written; zero if it isn't
	opaque       clawrden.Verdict // for what can't be known before it runs
	opaqueRef    clawrden.RuleRef // where that is written, or the default
	first        bool             // of the rules in their order only the first that matches the request's own command counts
	firstAt      hcl.Range
	observe      bool
	selfApproval bool
	timeout      time.Duration // how long a command may run, where nothing else says
	allowedPaths []*pathGlob   // nil: any path
	allowedRef   clawrden.RuleRef
	exe          []string // kinds of files that allowing rules speak of; nil for plain ones
}

// Digest is the hex SHA-256 over the names and contents of the files; "" for a policy without files.
func (p *Policy) Digest() string { return p.digest }

// Files are the names and texts that the policy was made from, in order; none for a policy that denies all.
func (p *Policy) Files() []clawrden.PolicyFile { return p.texts }

// Rules counts the rules.
func (p *Policy) Rules() int { return len(p.rules) }

// SelfApproval reports whether the policy lets the requester's own user approve.
func (p *Policy) SelfApproval() bool { return p.settings.selfApproval }

// denyAll is the policy for files that can't be used, or aren't there.
func denyAll(why string, files map[string]*hcl.File) *Policy {
	return &Policy{why: why, files: files, settings: settings{def: clawrden.Deny}, environment: Environment{all: true}}
}
