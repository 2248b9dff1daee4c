package tests

import (
	"testing"

	"github.com/clawrden/clawrden"
)

// signalRows are what others do to the pid that they know: the shim's, or the tool's where the shim became it. Each script
// starts a tool in the background and waits until it runs.
var signalRows = []fidelityRow{
	{name: "TERM", script: killed("TERM")},
	{name: "INT", script: killed("INT")},
	{name: "KILL", script: killed("KILL") + gone},
	{name: "HUP", script: killed("HUP")},
	{name: "QUIT", script: killed("QUIT")},
	{name: "USR1", script: killed("USR1")},
	{name: "ALRM", script: killed("ALRM")},
	{name: "PROF", script: killed("PROF")},
	{name: "ABRT", script: killed("ABRT")},
	{name: "SEGV", script: killed("SEGV")},
	{name: "SYS", script: killed("SYS")},
	{name: "PIPE", script: killed("PIPE")},
	{name: "a realtime signal", script: killed("RTMIN+5") + gone},
	{name: "the first realtime signal", script: killed("RTMIN") + gone},
	{name: "each reaches a handler once", script: start(`for s in HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM STKFLT URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS; do trap "echo got $s; : >$s" $s; done`) +
		`for s in HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM STKFLT URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS; do kill -$s $p; until [ -e $s ]; do /bin/sleep 0.01; done; done; kill -KILL $p; wait $p; echo $?`},
	{name: "one that it ignores", script: start(`trap "" TERM; trap "echo usr; exit 3" USR1`) + `kill -TERM $p; kill -USR1 $p; wait $p; echo $?`},
	{name: "one that was ignored and that it wants", script: `exec 2>/dev/null; trap '' TERM USR2; ` +
		`python3 -c 'import signal,os,time
signal.signal(signal.SIGTERM, lambda *a: os._exit(9))
open("ready","w").write("x")
while True: time.sleep(1)' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done; kill -TERM $p; wait $p; echo $?`, needs: "python3"},
	{name: "one that was blocked and that it wants", script: `exec 2>/dev/null; with block=15 block=10 -- python3 -c 'import signal,os,time
signal.signal(signal.SIGTERM, lambda *a: os._exit(9))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [15, 10])
open("ready","w").write("x")
while True: time.sleep(1)' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done; kill -TERM $p; wait $p; echo $?`, needs: "python3"},
	{name: "the whole group", script: `exec 2>/dev/null; set -m; sh -c 'echo x >ready; exec /bin/sleep 100' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done; kill -TERM -$p; wait $p; echo $?; kill -0 -$p || echo nobody`},
	{name: "the whole group, by KILL", script: `exec 2>/dev/null; set -m; sh -c 'echo x >ready; /bin/sleep 100' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done; kill -KILL -$p; wait $p; echo $?`},
	{name: "stopped and continued", script: `exec 2>/dev/null; set -m; sh -c 'echo x >ready; until [ -e go ]; do :; done; exit 6' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done
		kill -TSTP $p; until [ "$(jobs -s)" ]; do /bin/sleep 0.01; done; jobs | /bin/sed "s/sh -c.*//"; : >go; fg >/dev/null; echo $?`},
	{name: "the group stopped by STOP", script: `exec 2>/dev/null; set -m; sh -c 'echo x >ready; until [ -e go ]; do :; done; exit 6' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done
		kill -STOP -$p; until [ "$(jobs -s)" ]; do /bin/sleep 0.01; done; : >go; fg >/dev/null; echo $?`},
	{name: "it stops itself", script: `exec 2>/dev/null; set -m; sh -c 'kill -STOP $$; exit 8' & p=$!; until [ "$(jobs -s)" ]; do /bin/sleep 0.01; done; fg >/dev/null; echo $?`},
	{name: "a death signal", script: `(with deathsignal=15 -- sh -c 'trap "echo died >end; exit" TERM; echo x >ready; while :; do /bin/sleep 0.01; done' & until [ -s ready ]; do /bin/sleep 0.01; done); until [ -s end ]; do /bin/sleep 0.01; done; /bin/cat end`},
	{name: "timeout", script: `exec 2>/dev/null; /usr/bin/timeout 0.25 sleep 50; echo $?; /usr/bin/timeout -s KILL 0.25 sleep 50; echo $?`},
}

// start runs a shell in the background that does some things, says that it is ready, and waits.
func start(setup string) string {
	return "exec 2>/dev/null; set -m; bash -c '" + setup + "; echo x >ready; while :; do /bin/sleep 0.01; done' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done; "
}

// killed runs a tool and kills it.
func killed(signal string) string {
	return `exec 2>/dev/null; set -m; bash -c 'echo $$ >ready; exec /bin/sleep 100' & p=$!; until [ -s ready ]; do /bin/sleep 0.01; done; read q <ready; until [ "$(</proc/$q/comm)" = sleep ]; do /bin/sleep 0.01; done; kill -` + signal + ` $p; wait $p; echo $?; `
}

// gone waits for the tool itself to be gone.
const gone = `while [ -d /proc/$q ]; do /bin/sleep 0.01; done; echo gone`

// TestSignalsToTheShim sends signals to the pid that the caller knows.
func TestSignalsToTheShim(t *testing.T) {
	stands(t, fidelityTools, func(t *testing.T, s *stand) {
		for _, row := range signalRows {
			t.Run(row.name, func(t *testing.T) {
				at := s.of(t)
				if row.needs != "" {
					at.have(row.needs)
				}
				at.compare(row, row.differs...)
			})
		}
	})
}

// TestParentThatNeverReaps: the kernel tells how a process ended only once its parent has asked. Until then the record
// says that nobody knows, and others go on.
func TestParentThatNeverReaps(t *testing.T) {
	stands(t, fidelityTools, func(t *testing.T, s *stand) {
		r := s.run(true, `exec 3> >(exec /bin/sleep 100); keeper=$!
			with noreap=1 -- sh -c 'exit 42' </dev/null >/dev/null; true; echo $?; kill $keeper`)
		if r.stdout != "0\n" {
			t.Errorf("%+v", r)
		}
		if s.mode == "kernel" {
			s.neverReaped()
		}
	})
}

// neverReaped has a parent look away for as long as the record takes to be written.
func (s *stand) neverReaped() {
	s.t.Helper()
	c := s.script(true, `exec with noreap=1 -- sh -c 'exit 43'`)
	in, err := c.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	id := ""
	s.waitRecords(func(rs []clawrden.Record) bool {
		for _, r := range rs {
			if r.Event == clawrden.EventDecided && len(r.Args) == 2 && r.Args[1] == "exit 43" && r.Identity.UID == s.uid {
				id = r.ID
			}
			if id != "" && r.Event == clawrden.EventFinished && r.ID == id {
				if r.ExitSource != clawrden.ExitUnknown || r.ExitCode != nil {
					s.t.Errorf("the record says %q, exit code %v", r.ExitSource, r.ExitCode)
				}
				return true
			}
		}
		return false
	})
	_ = in.Close()
	_ = c.Wait()
}
