package cli

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

// TestMain makes the test binary be `clawrden` too, for scripts and for tests on a terminal.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"clawrden": func() { os.Exit(Main("1.2.3")) },
	})
}

type controlKey struct{}

// TestScripts runs testdata/script: the manual, by examples. Each has a stand-in for the daemon at $CLAWRDEN_CONTROL and
// these commands beside the usual ones:
//
//	ask ID COMMAND ARG…                an agent wants to run a command, and a person is asked
//	ran ID OUTCOME STATUS COMMAND ARG… a command that was decided by the policy alone
//	bridge NAME up|WHY                 a bridge of the settings
//	refuse RIGHT…                      the caller has these rights no more
//	fail ERROR                         the daemon fails with one of the errors of package clawrden
//	called TEXT                        the last thing that the daemon was told to do
//	shimsocket VERDICT TEXT TOOL: CMD… the next question on the shim socket is about CMD and gets this answer
//	log FILE COMMAND…                  an audit log with one record a command
//	sealed FILE COMMAND…               the same in a directory of its own, with checkpoints; its keys are there too
//	past FILE LINE…                    an audit log of these commands, each as the policy's default decided: deny where it begins with !
//	running DIR                        the files of a directory are the policy that the daemon has in force
//
// An ARG in double quotes is a Go string.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			path := filepath.Join(env.WorkDir, "control.sock")
			l, err := net.Listen("unix", path)
			if err != nil {
				return err
			}
			control := &httpapitest.Control{}
			env.Defer(control.Serve(l))
			env.Values[controlKey{}] = control
			env.Setenv("CLAWRDEN_CONTROL", path)
			env.Setenv("TZ", "UTC")
			env.Setenv("TERM", "xterm")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ask":        scriptAsk,
			"ran":        scriptRan,
			"guard":      scriptGuard,
			"bridge":     scriptBridge,
			"refuse":     scriptRefuse,
			"fail":       scriptFail,
			"called":     scriptCalled,
			"shimsocket": scriptShimSocket,
			"log":        scriptLog,
			"sealed":     scriptSealed,
			"past":       scriptPast,
			"running":    scriptRunning,
		},
	})
}

// BenchmarkStart is what every use of the CLI costs, and each press of the tab key.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		if err := exec.Command("clawrden", "--version").Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func scripted(ts *testscript.TestScript) *httpapitest.Control {
	return ts.Value(controlKey{}).(*httpapitest.Control)
}

func words(ts *testscript.TestScript, args []string) []string {
	for i, a := range args {
		if strings.HasPrefix(a, `"`) {
			w, err := strconv.Unquote(a)
			ts.Check(err)
			args[i] = w
		}
	}
	return args
}

func scriptAsk(ts *testscript.TestScript, _ bool, args []string) {
	scripted(ts).Ask(args[0], words(ts, args[1:])...)
}

func scriptRan(ts *testscript.TestScript, _ bool, args []string) {
	exit, err := strconv.Atoi(args[2])
	ts.Check(err)
	scripted(ts).Ran(args[0], clawrden.Outcome(args[1]), exit, words(ts, args[3:])...)
}

// scriptGuard has a session run: its name, its uid, and what its boundary lacks; one that lacks something has no guard either.
func scriptGuard(ts *testscript.TestScript, _ bool, args []string) {
	uid, err := strconv.ParseUint(args[1], 10, 32)
	ts.Check(err)
	s := clawrden.Session{Name: args[0], Since: clawrden.Timestamp{Time: time.Now()}, Identity: clawrden.Identity{UID: uint32(uid), User: "bot"}, Guarded: len(args) == 2}
	if len(args) > 2 {
		s.Lacks = args[2]
	}
	scripted(ts).Guard(s)
}

// scriptBridge puts a bridge into the status, up or with what is wrong.
func scriptBridge(ts *testscript.TestScript, _ bool, args []string) {
	s := clawrden.BridgeState{Name: args[0]}
	if s.Up = args[1] == "up"; !s.Up {
		s.Detail = args[1]
	}
	scripted(ts).SetBridge(s)
}

func scriptRefuse(ts *testscript.TestScript, _ bool, args []string) {
	var rights []clawrden.Right
	for _, a := range args {
		rights = append(rights, clawrden.Right(a))
	}
	scripted(ts).Refuse(rights...)
}

func scriptFail(ts *testscript.TestScript, _ bool, args []string) {
	known := map[string]error{
		"locked": clawrden.ErrLocked, "stale": clawrden.ErrStale, "policy": clawrden.ErrPolicyInvalid, "inside": errors.New("disk on fire"),
		"not-on": clawrden.ErrNotOn, "none": nil,
	}
	if known[args[0]] == nil {
		scripted(ts).Fail(nil)
		return
	}
	scripted(ts).Fail(fmt.Errorf("%w: as the test wants", known[args[0]]))
}

func scriptLog(ts *testscript.TestScript, _ bool, args []string) {
	l, err := audit.Open(ts.MkAbs(args[0]), audit.Options{})
	ts.Check(err)
	for _, command := range args[1:] {
		ts.Check(l.Append(&clawrden.Record{Event: clawrden.EventDecided, ID: "id" + command, Command: command}))
	}
	ts.Check(l.Close())
}

func scriptSealed(ts *testscript.TestScript, _ bool, args []string) {
	dir := filepath.Dir(ts.MkAbs(args[0]))
	ts.Check(os.MkdirAll(dir, 0o700))
	l, err := audit.Open(ts.MkAbs(args[0]), audit.Options{Keys: dir})
	ts.Check(err)
	for _, command := range args[1:] {
		ts.Check(l.Append(&clawrden.Record{Event: clawrden.EventDecided, ID: "id" + command, Command: command}))
	}
	ts.Check(l.Close())
}

func scriptPast(ts *testscript.TestScript, _ bool, args []string) {
	l, err := audit.Open(ts.MkAbs(args[0]), audit.Options{})
	ts.Check(err)
	for i, line := range args[1:] {
		outcome := clawrden.OutcomeApproved
		if rest, ok := strings.CutPrefix(line, "!"); ok {
			line, outcome = rest, clawrden.OutcomeDenied
		}
		words := strings.Fields(line)
		ts.Check(l.Append(&clawrden.Record{
			Event: clawrden.EventDecided, ID: fmt.Sprintf("id%d", i), Command: words[0], Args: words[1:], Cwd: "/srv/a",
			EnvNames: []string{"CI"}, Identity: &clawrden.Identity{UID: 1000}, Decision: outcome, Way: clawrden.WayShim,
		}))
	}
	ts.Check(l.Close())
}

func scriptRunning(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var files []clawrden.PolicyFile
	for _, e := range entries {
		name := filepath.Join(args[0], e.Name())
		files = append(files, clawrden.PolicyFile{Name: name, Text: ts.ReadFile(name)})
	}
	scripted(ts).SetPolicy(files...)
}

func scriptCalled(ts *testscript.TestScript, neg bool, args []string) {
	calls := scripted(ts).Calls()
	last := ""
	if len(calls) > 0 {
		last = calls[len(calls)-1]
	}
	if strings.HasPrefix(last, strings.Join(args, " ")) == neg {
		ts.Fatalf("the daemon was told %q", calls)
	}
}
