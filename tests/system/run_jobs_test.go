package system

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/clawrden/clawrden"
)

// onShell is ann's shell on a terminal, with job control, in her directory.
func (m *machine) onShell(t *testing.T) *screen {
	t.Helper()
	p := m.onTerminal(t, "env", "-C", "/home/ann/work", "HOME=/home/ann", "PS1=% ", "setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "bash", "--norc", "--noediting", "-i")
	p.expect("% ")
	p.says("stty -g >before", "")
	return p
}

// says gives the shell a line, and expects what it prints and its prompt.
func (s *screen) says(line, want string) {
	s.t.Helper()
	s.send(line + "\n")
	s.expect(line + "\r\n")
	s.expect(want)
	s.expect("% ")
}

// job waits until a program of the machine is in a state, as ps has it: T for stopped, + for the terminal's foreground.
func (m *machine) job(t *testing.T, state, command string) {
	t.Helper()
	eventually(t, command+" is "+state, func() bool {
		return regexp.MustCompile(`(?m)^` + state + ` +` + command + `$`).MatchString(m.run("ps", "-eo", "stat=,comm=").stdout)
	})
}

const (
	reading = `S\S*\+`   // it has its terminal
	behind  = `S[^+\s]*` // it hasn't
	stopped = `T\S*`
)

func (m *machine) sessions(t *testing.T, want int) {
	t.Helper()
	eventually(t, "the number of sessions", func() bool {
		var s clawrden.Status
		return json.Unmarshal([]byte(m.must(t, "clawrden", "status", "-o", "json")), &s) == nil && len(s.Sessions) == want
	})
}

// For a shell a session is a job like any other.
func TestRunJobs(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		p := m.onShell(t)
		p.send("clawrden run -- cat\n")
		m.job(t, reading, "cat")
		p.send("first\n")
		p.expect("first\r\nfirst\r\n")

		p.send("\x1a") // Ctrl-Z: the shell has its terminal as it was
		p.expect("Stopped")
		p.expect("% ")
		m.job(t, stopped, "cat")
		m.job(t, stopped, "clawrden")
		p.says("stty -g | cmp - before && echo same", "same")
		p.send("fg\n")
		m.job(t, reading, "cat")
		p.send("second\n")
		p.expect("second\r\nsecond\r\n")

		p.send("\x1a") // behind, it stops as soon as it reads
		p.expect("Stopped")
		p.expect("% ")
		p.says("bg", "clawrden run")
		m.job(t, stopped, "cat")
		m.job(t, stopped, "clawrden")
		p.says("stty -g | cmp - before && echo same", "same")
		p.send("fg\n")
		m.job(t, reading, "cat")
		p.send("third\n")
		p.expect("third\r\nthird\r\n")
		p.send("\x03")
		p.expect("% ")
		p.says("echo status=$?", "status=130")

		p.says("clawrden run -- sleep 300 &", "[1] ") // begun behind, and taken to the front without a word
		m.job(t, behind, "sleep")
		p.says("jobs", "Running")
		p.send("fg\n")
		m.job(t, reading, "sleep")
		p.send("\x1a")
		p.expect("Stopped")
		p.expect("% ")
		p.says("bg", "clawrden run")
		m.job(t, behind, "sleep")
		p.says("jobs", "Running")
		p.says("kill %1; wait %1; echo status=$?", "status=143")

		p.send("bash -c 'clawrden run -- cat; echo after=$?'; echo over\n") // a script's other processes are stopped with it
		m.job(t, reading, "cat")
		p.send("\x1a")
		p.expect("Stopped")
		p.expect("% ")
		p.send("fg\n")
		m.job(t, reading, "cat")
		p.send("\x04")
		p.expect("after=0")
		p.expect("% ")
		m.sessions(t, 0)
	})
}

// Where no shell could continue it, a stop stops nothing; and a line that hangs up ends the session.
func TestRunAlone(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		p := m.onTerminal(t, "setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "env", "-C", "/home/ann/work", "HOME=/home/ann", "clawrden", "run", "--", "cat")
		m.job(t, reading, "cat")
		p.send("\x1a")
		p.expect("^Z")
		p.send("on\n")
		p.expect("on\r\non\r\n")
		m.sessions(t, 1)
		_ = p.tty.Close()
		m.sessions(t, 0)
	})
}

// The window's size follows, and whoever is killed leaves the terminal as a program would.
func TestRunWindow(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		p := m.onShell(t)
		m.write(t, "/srv/window.sh", "echo ready\nwhile read -r line; do [ $line != end ] || break; stty size; done\nstty raw -echo\necho raw\nsleep 300\n")
		p.send("clawrden run --name window -- bash /srv/window.sh\n")
		p.expect("ready\r\n")
		p.resize(41, 87)
		eventually(t, "the agent's window has the size", func() bool {
			p.send("size\n")
			p.expect("size\r\n")
			p.expect("\r\n")
			return p.last == "41 87"
		})
		p.send("end\n")
		p.expect("raw")
		m.must(t, "systemctl", "kill", "--signal=KILL", "clawrden-session-window.service")
		p.expect("% ")
		p.says("echo status=$?", "status=1")
		p.says("stty -g | cmp - before && echo same", "same")
		m.sessions(t, 0)

		p.send("clawrden run -- cat\n")
		m.job(t, reading, "cat")
		m.must(t, "pkill", "-KILL", "-u", "ann", "-x", "clawrden")
		p.expect("Killed")
		m.sessions(t, 0)
	})
}

// Each end of an agent is that of clawrden run.
func TestRunEnds(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		m.write(t, "/srv/end.sh", "case $1 in s*) kill -${1#s} $$;; *) exit $1;; esac\n")
		m.write(t, "/srv/ends.sh", `for n in "$@"; do clawrden run -- sh /srv/end.sh $n </dev/null; echo $n $?; done 2>/dev/null`)
		got := m.must(t, "setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "env", "-C", "/home/ann/work", "HOME=/home/ann", "bash", "/srv/ends.sh",
			"0", "1", "2", "77", "124", "125", "126", "127", "128", "255", "s1", "s2", "s3", "s6", "s9", "s10", "s11", "s13", "s15")
		want := "0 0\n1 1\n2 2\n77 77\n124 124\n125 125\n126 126\n127 127\n128 128\n255 255\ns1 129\ns2 130\ns3 131\ns6 134\ns9 137\ns10 138\ns11 139\ns13 141\ns15 143"
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	})
}
