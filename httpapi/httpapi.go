// Package httpapi is the HTTP door: status, queue, history, approve, deny, kill, unlock, reload and a stream of events, on
// the control socket.
//
// It authenticates and translates; it decides nothing. Who calls is the kernel's word about the connection, found by
// Options.Identify; what the caller may do is the Authorizer's answer to the right beside the route (routes.go, which is
// the security review). Every error is application/problem+json, by one table (problem.go). It must never read an
// identity from a message, never act before the right was checked, and never tell the outside about inside faults.
//
// The daemon's main starts it; the CLI, the bridges and curl call it:
//
//	curl --unix-socket /run/clawrden/control.sock http://localhost/api/queue
package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi/web"
)

// Limits of a connection. Callers are people's own tools on the same host, so they are short; a reader of the event stream
// gets a new write limit with each event.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 10 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
)

// Control is what the door needs of the daemon. All methods may be called at the same time. Errors are the sentinels of
// package clawrden, wrapped or not; any other error is an inside fault.
type Control interface {
	Status() clawrden.Status
	// Policy gives the text of the policy in force.
	Policy() clawrden.PolicySource
	// Sees says which requests a caller with the right to read is shown, by who made them and the rules that spoke of them; nil: all of them, and
	// everything else that can be read.
	Sees(by clawrden.Caller) func(*clawrden.Identity, []clawrden.RuleRef) bool
	// InTeam reports whether that is because the caller is an approver of a team, who is shown all that concerns its agents.
	InTeam(by clawrden.Caller) bool
	// Queue gives the waiting asks, oldest first.
	Queue() []clawrden.Pending
	// QueuePage gives at most that many of them, behind the one with this whole id ("" for the first), and whether there are more.
	QueuePage(after string, most int) (page []clawrden.Pending, more bool, err error)
	// Pending gives one waiting ask by its id or a unique prefix: ErrNotFound, ErrAmbiguous, or ErrDecided.
	Pending(id string) (clawrden.Pending, error)
	// Approve and Deny decide one waiting ask: also ErrStale, ErrNotAuthorized (the requester itself), ErrLocked.
	Approve(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error
	Deny(ctx context.Context, by clawrden.Caller, id string, a clawrden.Answer) error
	// MayDecide tells whether a caller with the right to decide may decide this one: ErrNotAuthorized with the reason.
	MayDecide(by clawrden.Caller, id string) error
	// History gives at most f.Limit entries, newest first, and whether there are older ones.
	History(f clawrden.HistoryFilter) (entries []clawrden.Entry, more bool, err error)
	// Entry gives one entry of the history by its id or a unique prefix.
	Entry(id string) (clawrden.Entry, error)
	// Story gives all that the log has of one command, by its id or a unique prefix.
	Story(id string) (clawrden.Story, error)
	// Rejudge tells what the policy in force says of a command of the past: also ErrBadRequest.
	Rejudge(id string) (clawrden.Rejudged, error)
	// Recording gives what was recorded of a command, by its whole id; clawrden.ErrNotFound (wrapped) where nothing is.
	Recording(id string) (io.ReadCloser, error)
	// Grants gives the grants in force, oldest first.
	Grants() []clawrden.Grant
	// AddGrant has the approval of one of the last asks remembered; with preview it only tells what that would cover.
	AddGrant(ctx context.Context, by clawrden.Caller, id string, w clawrden.GrantWish, preview bool) (clawrden.Grant, error)
	// RevokeGrant ends a grant, by its id or a unique prefix.
	RevokeGrant(ctx context.Context, by clawrden.Caller, id string) (clawrden.Grant, error)
	// Explained tells how the decision on a command comes about that is only thought of, as JSON: ErrBadRequest.
	Explained(ctx context.Context, by clawrden.Caller, w clawrden.ExplainWish) (json.RawMessage, error)
	// CheckPolicy tells what is wrong with files by their names, if they were the policy.
	CheckPolicy(files map[string][]byte) (clawrden.PolicyCheck, error)
	// Stage gives the candidate of the policy, running or ended: ErrNotFound.
	Stage() (clawrden.Stage, error)
	// StagePolicy has one judge beside the policy in force: ErrPolicyInvalid, ErrExists. EndStage ends it: ErrNotFound.
	StagePolicy(ctx context.Context, by clawrden.Caller, w clawrden.StageWish) (clawrden.Stage, error)
	EndStage(ctx context.Context, by clawrden.Caller) (clawrden.Stage, error)
	// Promote puts it in force, for good; Rollback an earlier version: also ErrLooser, ErrStale, ErrExists.
	Promote(ctx context.Context, by clawrden.Caller, o clawrden.PolicyOrder) (clawrden.PolicyVersion, error)
	Rollback(ctx context.Context, by clawrden.Caller, o clawrden.PolicyOrder) (clawrden.PolicyVersion, error)
	// PolicyVersions gives what was in force, the newest first; PolicyVersion one of them with its files: ErrNotFound.
	PolicyVersions() ([]clawrden.PolicyVersion, error)
	PolicyVersion(id string) (clawrden.PolicyVersion, error)
	// Profiles tells of the profiles in force, by name; Profile gives one: ErrNotFound.
	Profiles() []clawrden.ProfileInfo
	Profile(name string) (*clawrden.Profile, error)
	// Executions gives the commands that run, oldest first.
	Executions() []clawrden.Execution
	// Sessions gives the guard sessions that run, by name.
	Sessions() []clawrden.Session
	// StartSession begins one, by clawrden.SessionFiles descriptors, which it doesn't close: also ErrNoSession, with the reason.
	StartSession(ctx context.Context, by clawrden.Caller, w clawrden.SessionWish, files []*os.File) (clawrden.SessionPlace, error)
	// Agents gives the registered agents by name.
	Agents() []clawrden.Agent
	// AddAgent registers one and makes its socket: ErrBadRequest, ErrExists.
	AddAgent(ctx context.Context, by clawrden.Caller, w clawrden.AgentWish) (clawrden.Agent, error)
	// RemoveAgent takes one away by its whole name, ends what it has begun, and says so in a sentence: ErrNotFound, ErrBadRequest.
	RemoveAgent(ctx context.Context, by clawrden.Caller, name string) (message string, err error)
	// Tokens gives the bearer tokens, by name.
	Tokens() []clawrden.Token
	// AddToken makes one, and gives its secret, once: ErrBadRequest, ErrExists.
	AddToken(ctx context.Context, by clawrden.Caller, w clawrden.TokenWish) (t clawrden.Token, secret string, err error)
	// RevokeToken ends one by its whole name: ErrNotFound.
	RevokeToken(ctx context.Context, by clawrden.Caller, name string) (clawrden.Token, error)
	// Kill stops what runs, denies what waits and what comes, of everybody or of one agent, and tells what that did.
	Kill(ctx context.Context, by clawrden.Caller, o clawrden.KillOrder) (clawrden.KillResult, error)
	// Unlock ends that for everybody (""), or for one agent, and says so in a sentence: also ErrNotOn.
	Unlock(ctx context.Context, by clawrden.Caller, agent string) (message string, err error)
	// Reload reads the policy again; ErrPolicyInvalid leaves the old one in force.
	Reload(ctx context.Context, by clawrden.Caller) error
	// ReportBridge takes what a bridge says of itself: ErrNotAuthorized.
	ReportBridge(by clawrden.Caller, r clawrden.BridgeReport) error
	// TestBridge has a bridge send a test message: ErrNotFound, ErrAway.
	TestBridge(by clawrden.Caller, name string) (clawrden.BridgeTest, error)
	// ReportDesktop takes what the program on the caller's own desktop says of itself. Bridge tells of one bridge, or of that: ErrNotFound.
	ReportDesktop(by clawrden.Caller, r clawrden.BridgeReport)
	Bridge(by clawrden.Caller, name string) (clawrden.BridgeState, error)
	// Subscribe gives the events after the sequence number since, as far as they are kept, then those that come; 0 or a number
	// from before a restart gives only those that come. The channel is closed for a reader that is too slow, and when
	// the daemon stops. cancel must be called once.
	Subscribe(since uint64) (events <-chan clawrden.Event, cancel func())
}

// Authorizer answers whether a caller has a right: nil, or ErrNotAuthorized with the reason.
type Authorizer interface {
	Authorize(ctx context.Context, by clawrden.Caller, right clawrden.Right) error
}

// Options is what a Server is made of.
type Options struct {
	Control    Control
	Authorizer Authorizer
	// Identify finds who is at the other end of a connection, by the kernel's word. It is called once a connection, as soon as
	// that is accepted; an error refuses every request on it.
	Identify func(net.Conn) (clawrden.Identity, error)
	Metrics  http.Handler // what GET /metrics answers; nil: there are none
	// Asciicast writes a recording in the form of asciinema, of version 2 or 3; nil: it can't be had.
	Asciicast func(w io.Writer, recording io.Reader, version int) error
	// TCP makes it the door for browsers and other machines, in place of Identify; nil for the control socket.
	TCP *TCP
	// Logins makes links to the dashboard for those at the control socket; nil: there is none.
	Logins Logins
	// Streams and UserStreams are how many event streams may be open at once, in all and by one user; 0: 256 and 32.
	Streams, UserStreams int
	Door                 string       // name in Caller and in the record; default "control", over TCP "http"
	Log                  *slog.Logger // inside faults; default none
}

// Server serves the API on one or more listeners.
type Server struct {
	control                    Control
	authorizer                 Authorizer
	identify                   func(net.Conn) (clawrden.Identity, error)
	metrics                    http.Handler
	asciicast                  func(io.Writer, io.Reader, int) error
	tcp                        *TCP
	logins                     Logins
	door                       string
	log                        *slog.Logger
	mux                        *http.ServeMux
	dashboard                  *web.Site
	document                   func() object
	http                       *http.Server
	streams                    streams
	conns                      conns
	frames                     frames
	maxStreams, maxUserStreams int
	crossOrigin                *http.CrossOriginProtection
	wrongTokens, wrongCodes    attempts
	closing                    chan struct{} // closed at the start of Shutdown: event streams end
	closeOnce                  sync.Once
}

// New makes a Server; Control, Authorizer and Identify or TCP have to be set.
func New(o Options) *Server {
	s := &Server{
		control:     o.Control,
		authorizer:  o.Authorizer,
		identify:    o.Identify,
		metrics:     o.Metrics,
		asciicast:   o.Asciicast,
		tcp:         o.TCP,
		logins:      o.Logins,
		crossOrigin: http.NewCrossOriginProtection(),
		door:        o.Door,
		log:         o.Log,
		closing:     make(chan struct{}),
	}
	s.maxStreams, s.maxUserStreams = cmp.Or(o.Streams, maxStreams), cmp.Or(o.UserStreams, maxStreamsOfUser)
	whoConnected := s.withIdentity
	if s.tcp != nil {
		whoConnected = s.withPeers
		s.conns.ofPlace = maxConnsOfPlace + s.maxUserStreams
	}
	if s.door == "" {
		s.door = "control"
		if s.tcp != nil {
			s.door = "http"
		}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.mux = s.newMux()
	s.document = sync.OnceValue(describe)
	s.dashboard = web.New(s.inside, s.fault)
	s.http = &http.Server{
		Handler:                      s,
		ConnContext:                  whoConnected,
		ConnState:                    s.conns.state,
		ReadHeaderTimeout:            readHeaderTimeout,
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 writeTimeout,
		IdleTimeout:                  idleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // it would answer before anybody was identified
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	return s
}

// Serve answers on l until Shutdown; it closes l. After Shutdown it returns nil.
func (s *Server) Serve(l net.Listener) error {
	l = withFiles(l)
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown ends the event streams, waits for other requests until ctx ends, then closes what is left.
func (s *Server) Shutdown(ctx context.Context) error {
	s.closeOnce.Do(func() { close(s.closing) })
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}
