package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/httpapi/httpapitest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"clawrden-bridge": main})
}

type scripted struct {
	control *httpapitest.Control
	posts   chan string
}

type key struct{}

// The scripts are the command as people meet it, with a daemon of the tests behind CLAWRDEN_CONTROL and a receiver of webhooks at HOOK:
//
//	ask ID COMMAND…   a command waits
//	test NAME         `clawrden bridge test NAME`
//	told PATTERN      the receiver gets, or got since the last, what a pattern fits
//	called PATTERN    the daemon was asked, or is, for what a pattern fits
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			s := &scripted{&httpapitest.Control{}, make(chan string, 100)}
			path := filepath.Join(env.WorkDir, "control.sock")
			l, err := net.Listen("unix", path)
			if err != nil {
				return err
			}
			env.Defer(s.control.Serve(l))
			hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				s.posts <- string(body)
			}))
			env.Defer(hook.Close)
			env.Values[key{}] = s
			env.Setenv("CLAWRDEN_CONTROL", path)
			env.Setenv("HOOK", hook.URL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"ask": ask, "test": test, "told": told, "called": called},
	})
}

func of(ts *testscript.TestScript) *scripted { return ts.Value(key{}).(*scripted) }

func ask(ts *testscript.TestScript, _ bool, args []string) {
	of(ts).control.Ask(args[0], args[1:]...)
}

func test(ts *testscript.TestScript, _ bool, args []string) {
	c := of(ts).control
	c.SetBridge(clawrden.BridgeState{Name: args[0]})
	called(ts, false, []string{"^report up=true"}) // before, it follows nothing
	_, err := c.TestBridge(clawrden.Caller{}, args[0])
	ts.Check(err)
}

func told(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.After(time.Minute)
	for {
		select {
		case post := <-of(ts).posts:
			if regexp.MustCompile(args[0]).MatchString(post) {
				return
			}
			ts.Logf("not this: %s", post)
		case <-deadline:
			ts.Fatalf("it was told no %s", args[0])
		}
	}
}

func called(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[0])
	deadline := time.After(time.Minute)
	for !pattern.MatchString(strings.Join(of(ts).control.Calls(), "\n")) {
		select {
		case <-deadline:
			ts.Fatalf("%q has no %s", of(ts).control.Calls(), args[0])
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// The secrets come from where systemd puts them, under either of its names, and from nowhere else.
func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"secret_token": "one\n", "password": "two"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := options{name: "b", credentials: dir}
	for name, want := range map[string]string{"token": "one", "password": "two", "user": ""} {
		if got, err := o.secret(name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := (&options{name: "b"}).needed("token"); err == nil || !strings.Contains(err.Error(), "/etc/clawrden/bridges/b/token") {
		t.Error(err)
	}
}
