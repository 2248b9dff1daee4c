package httpapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"

	"github.com/clawrden/clawrden"
)

// A handler answers one route for a caller who has the route's right. What it returns is written as a problem.
type handler func(s *Server, w http.ResponseWriter, r *http.Request, by clawrden.Caller) error

// routes is every way in, each with the right it needs. Nothing is served that isn't here, and no handler runs before its
// right was checked. There is no route without a right: even the status tells an agent when nobody is looking.
var routes = []struct {
	pattern string
	right   clawrden.Right
	handler handler
}{
	// How many wait, whether the kill switch is on, which policy is in force.
	{"GET /api/status", clawrden.RightRead, (*Server).status},
	// What the caller itself is taken for.
	{"GET /api/whoami", clawrden.RightRead, (*Server).whoami},
	// What the agent may do and what not, word for word: an agent that read it would know what to try.
	{"GET /api/policy", clawrden.RightRead, (*Server).policy},
	// The same of one command that is only thought of, and with the near misses.
	{"POST /api/policy/explain", clawrden.RightRead, (*Server).explain},
	// Tells nothing of the host, but has the daemon read what the caller sends: nothing for just anybody.
	{"POST /api/policy/check", clawrden.RightRead, (*Server).checkPolicy},
	// What a candidate says otherwise, with commands as in the history.
	{"GET /api/policy/stage", clawrden.RightRead, (*Server).stage},
	// Has every command judged once more by what the caller sends. It decides nothing, but takes time of every agent.
	{"POST /api/policy/stage", clawrden.RightReload, (*Server).stagePolicy},
	{"POST /api/policy/stage/end", clawrden.RightReload, (*Server).endStage},
	// Changes what is in force, and the files that it comes from.
	{"POST /api/policy/promote", clawrden.RightReload, (*Server).promote},
	{"POST /api/policy/rollback", clawrden.RightReload, (*Server).rollback},
	// Who changed what is in force, and to what: as secret as the policy itself.
	{"GET /api/policy/versions", clawrden.RightRead, (*Server).policyVersions},
	{"GET /api/policy/versions/{id}", clawrden.RightRead, (*Server).policyVersion},
	// What sandboxes hold, and so what they don't.
	{"GET /api/profiles", clawrden.RightRead, (*Server).profiles},
	{"GET /api/profiles/{name}", clawrden.RightRead, (*Server).profile},
	// What runs at the moment, with its words as in the history.
	{"GET /api/executions", clawrden.RightRead, (*Server).executions},
	// Commands with their arguments, which may hold secrets: for those who decide or look on, not for everybody.
	{"GET /api/queue", clawrden.RightRead, (*Server).queue},
	{"GET /api/queue/{id}", clawrden.RightRead, (*Server).pending},
	{"GET /api/history", clawrden.RightRead, (*Server).history},
	{"GET /api/history/{id}", clawrden.RightRead, (*Server).entry},
	// What the policy in force says of it: as much of the policy as one command shows.
	{"GET /api/history/{id}/explain", clawrden.RightRead, (*Server).rejudge},
	// What a command has put out, for the rules that have it recorded: a file's secrets, where the command has but its name. So
	// it takes more than to look on: the right of those who could let the agent have it.
	{"GET /api/history/{id}/recording", clawrden.RightDecide, (*Server).recording},
	// The same things as they happen. The right is checked again with each heartbeat: a stream lasts for days.
	{"GET /api/events", clawrden.RightRead, (*Server).events},
	// All of this in the words of OpenAPI. It is in the source too, but what is served is no concern of agents.
	{"GET /api/openapi.json", clawrden.RightRead, (*Server).openapi},
	// Lets a command run, or not. Control checks besides that the caller isn't the requester.
	{"POST /api/queue/{id}/approve", clawrden.RightDecide, (*Server).approve},
	{"POST /api/queue/{id}/deny", clawrden.RightDecide, (*Server).deny},
	// What has been let run without being asked for, in the words of commands.
	{"GET /api/grants", clawrden.RightRead, (*Server).grants},
	// Lets commands run without a person's look. Control checks besides that the caller might approve each of them alone.
	{"POST /api/grants", clawrden.RightGrant, (*Server).addGrant},
	// Only ever has people asked again, but by whom grants are made by those they are ended.
	{"POST /api/grants/{id}/revoke", clawrden.RightGrant, (*Server).revokeGrant},
	// Which agents run under guard, as whom and since when.
	{"GET /api/sessions", clawrden.RightRead, (*Server).sessions},
	// Begins one, as the caller itself and with less than the caller can do; Control checks who asks for somebody else.
	{"POST /api/sessions", clawrden.RightRun, (*Server).startSession},
	// Who is governed under which name, and by which socket: like the queue, nothing for agents.
	{"GET /api/agents", clawrden.RightRead, (*Server).agents},
	// Rules match names of agents, so who has which name is part of what is in force; root's, like the rest of it.
	{"POST /api/agents", clawrden.RightReload, (*Server).addAgent},
	{"POST /api/agents/{name}/remove", clawrden.RightReload, (*Server).removeAgent},
	// A way into the dashboard for whoever asks, with the rights that it has already. Not over TCP: a login makes no others.
	{"POST /api/login", clawrden.RightRead, (*Server).link},
	// Who may come in over TCP, and as what. A token outlives who made it, so that only root makes one.
	{"GET /api/tokens", clawrden.RightReload, (*Server).tokens},
	{"POST /api/tokens", clawrden.RightReload, (*Server).addToken},
	{"POST /api/tokens/{name}/revoke", clawrden.RightReload, (*Server).revokeToken},
	// Stopping everything is safe, so that more people may be given it than what follows.
	{"POST /api/kill", clawrden.RightKill, (*Server).kill},
	// Lets commands run again after a kill: who may stop isn't always who may start.
	{"POST /api/unlock", clawrden.RightUnlock, (*Server).unlock},
	// Puts what is in the policy directory in force. Only root writes there, but when it counts is a decision too.
	{"POST /api/reload", clawrden.RightReload, (*Server).reload},
	// A bridge on itself, and nobody on it: Control looks whether the caller is one.
	{"POST /api/bridge", clawrden.RightActFor, (*Server).report},
	// A person's own program on the desktop on itself: it only shows what that person may decide, and is only that person's.
	{"POST /api/desktop", clawrden.RightDecide, (*Server).reportDesktop},
	// As in the status; of desktops only one's own.
	{"GET /api/bridges/{name}", clawrden.RightRead, (*Server).bridge},
	// Sends a message to those who decide, so that who decides may.
	{"POST /api/bridges/{name}/test", clawrden.RightDecide, (*Server).testBridge},
	// Counts without a word of any command: for whoever may see more than that anyway.
	{"GET /metrics", clawrden.RightRead, (*Server).counts},
}

func (s *Server) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			by, err := s.caller(r)
			if err == nil {
				err = s.authorizer.Authorize(r.Context(), by, route.right)
			}
			if err == nil {
				err = route.handler(s, w, r, by)
			}
			if err != nil {
				s.fail(w, r, err)
			}
		})
	}
	return mux
}

// ServeHTTP answers one request: what browsers send is refused, what no route matches is a problem, the rest goes to its
// route.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer s.recover(w, r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := s.route(w, r); err != nil {
		s.fail(w, r, err)
	}
}

func (s *Server) route(w http.ResponseWriter, r *http.Request) error {
	if s.tcp == nil {
		if err := refuseBrowser(r); err != nil {
			return err
		}
	} else {
		if err := s.front(w, r); err != nil {
			return err
		}
		if done, err := s.loginPaths(w, r); done {
			return err
		}
		if !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/metrics" {
			return s.pages(w, r)
		}
	}
	if err := s.checkPath(r); err != nil {
		return err
	}
	s.mux.ServeHTTP(w, r)
	return nil
}

// refuseBrowser refuses what a web page sent. No browser reaches a Unix socket, but a proxy in front of it might pass one on, with
// the proxy's identity in place of the person's. The Host header says nothing on a Unix socket: every client makes
// up its own.
func refuseBrowser(r *http.Request) error {
	for _, name := range []string{"Origin", "Sec-Fetch-Site"} {
		if len(r.Header.Values(name)) > 0 {
			return fmt.Errorf("%w: this socket doesn't answer web pages (the request has the header %s)",
				clawrden.ErrNotAuthorized, name)
		}
	}
	return nil
}

// checkPath finds what the mux would answer in plain text: no such path, another method, or a redirect to a path that was
// written in a roundabout way, which no caller of ours has a reason for.
func (s *Server) checkPath(r *http.Request) error {
	if p := r.URL.Path; p == "" || p[0] != '/' || path.Clean(p) != p {
		return errNoSuchPath
	}
	if _, pattern := s.mux.Handler(r); pattern != "" {
		return nil
	}
	for method, allow := range map[string]string{http.MethodGet: "GET, HEAD", http.MethodPost: "POST"} {
		other := &http.Request{Method: method, URL: &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}}
		if _, pattern := s.mux.Handler(other); pattern != "" {
			return methodError{allow: allow}
		}
	}
	return errNoSuchPath
}

// recover makes a bug in one request an error for that request alone.
func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	s.log.ErrorContext(r.Context(), "panic in a handler",
		slog.Any("panic", v), slog.String("path", r.URL.Path), slog.String("stack", string(debug.Stack())))
	s.fail(w, r, errInternal)
}
