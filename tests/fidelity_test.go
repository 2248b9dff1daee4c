package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clawrden/clawrden/internal/pidfd"
)

// stranger is an ordinary user that owns nothing, for tests that run as root.
const stranger = 54321

// fidelityPolicy allows everything: what is compared is what governing changes.
const fidelityPolicy = "policy {\n  default = \"allow\"\n  opaque  = \"allow\"\n}\n"

// stand is where a governed command is compared with a direct one: a host, a directory of tools of its own, and a
// directory that takes the place of the shims on PATH when the command is run directly.
type stand struct {
	*host
	mode  string // "kernel" or "shim": how the daemon knows the end
	uid   uint32 // who runs the commands
	work  string // working directory, made anew for each run
	tools string // the tools of the test, last on PATH
	none  string // an empty directory, first on PATH of a direct run
}

// stands calls f once for each way of knowing the end, as this user and, where this is root, as an ordinary one too.
func stands(t *testing.T, tools []string, f func(t *testing.T, s *stand)) {
	standsUnder(t, fidelityPolicy, tools, f)
}

// standsUnder is stands with a policy of its own.
func standsUnder(t *testing.T, policy string, tools []string, f func(t *testing.T, s *stand)) {
	uids := []uint32{uint32(os.Geteuid())}
	if os.Geteuid() == 0 {
		uids = append(uids, stranger)
	}
	for _, mode := range []string{"kernel", "shim"} {
		t.Run(mode, func(t *testing.T) {
			if mode == "kernel" && !pidfd.Supported() {
				t.Skip("this kernel doesn't tell how a process ended (Linux 6.15)")
			}
			s := newStand(t, policy, mode, tools)
			for _, uid := range uids {
				name := "user"
				if uid == 0 {
					name = "root"
				}
				t.Run(name, func(t *testing.T) {
					at := s.of(t)
					at.uid = uid
					f(t, at)
				})
			}
		})
	}
}

// of is the same stand for a subtest.
func (s *stand) of(t *testing.T) *stand {
	at, h := *s, *s.host
	h.t, at.host = t, &h
	return &at
}

func newStand(t *testing.T, policy, mode string, tools []string) *stand {
	t.Helper()
	o := hostOptions{policy: policy, config: fmt.Sprintf("mirror {\n  exit_status = %q\n}\n", mode) + patientLimits, tools: tools}
	if os.Geteuid() == 0 {
		o.args = []string{} // not --dev, which would let the daemon's own user off some of it
	}
	h := newHost(t, o)
	s := &stand{host: h, mode: mode, work: h.dir + "/work", tools: h.dir + "/tools", none: h.dir + "/none-"}
	for _, d := range []string{s.tools, s.none} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"probe", "with"} {
		compile(t, name, filepath.Join(s.tools, name))
	}
	return s
}

// compiled holds the helpers in C, so that each is compiled once.
var compiled = map[string][]byte{}

// compile puts a helper in C at a path, or skips the test where there is no compiler.
func compile(t *testing.T, name, path string) {
	t.Helper()
	if compiled[name] == nil {
		cc, err := exec.LookPath("cc")
		if err != nil {
			t.Skip("there is no C compiler (cc)")
		}
		out := filepath.Join(t.TempDir(), name)
		if b, err := exec.Command(cc, "-O1", "-o", out, filepath.Join("testdata/fidelity", name+".c")).CombinedOutput(); err != nil {
			t.Fatalf("cannot compile %s.c: %v\n%s", name, err, b)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		compiled[name] = b
	}
	if err := os.WriteFile(path, compiled[name], 0o755); err != nil {
		t.Fatal(err)
	}
}

// environ is the environment of a run. Governed and direct differ in one directory of PATH, of the same length.
func (s *stand) environ(governed bool) []string {
	first := s.none
	if governed {
		first = s.shims
	}
	return []string{
		"PATH=" + first + ":/usr/bin:/bin:" + s.tools, "CLAWRDEN_SOCKET=" + s.socket, "HOME=/tmp", "LANG=C.UTF-8",
		"WORK=" + s.work, "TOOLS=" + s.tools, "FIRST=" + first,
	}
}

// script makes a run of a bash script: in a new session, on files, in an empty working directory.
func (s *stand) script(governed bool, text string) *exec.Cmd {
	s.t.Helper()
	if err := os.RemoveAll(s.work); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Mkdir(s.work, 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(s.work, 0o777); err != nil {
		s.t.Fatal(err)
	}
	c := asUser(exec.Command("/bin/bash", "-c", text), s.uid)
	if c.SysProcAttr == nil {
		c.SysProcAttr = &syscall.SysProcAttr{}
	}
	c.SysProcAttr.Setsid = true
	c.Dir, c.Env = s.work, s.environ(governed)
	return c
}

// runTime is when a run is taken to hang.
const runTime = patience

// run runs the script to its end and gives what it left.
func (s *stand) run(governed bool, text string) result {
	s.t.Helper()
	c := s.script(governed, text)
	var files [2]*os.File
	for i, name := range []string{"stdout", "stderr"} {
		f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
		if err != nil {
			s.t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		files[i] = f
	}
	c.Stdout, c.Stderr = files[0], files[1]
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	hang := time.AfterFunc(runTime, func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })
	err := c.Wait()
	if !hang.Stop() {
		s.t.Errorf("it hung (governed: %v)", governed)
	}
	if c.ProcessState == nil {
		s.t.Fatal(err)
	}
	r := result{code: c.ProcessState.ExitCode()}
	if ws := c.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		r.signal = ws.Signal()
	}
	for i, into := range []*string{&r.stdout, &r.stderr} {
		b, err := os.ReadFile(files[i].Name())
		if err != nil {
			s.t.Fatal(err)
		}
		*into = string(b)
	}
	return r
}

// difference is one that is known and written down in docs/shim.md under its name.
type difference struct {
	name string         // heading in docs/shim.md
	mode string         // where it is: "kernel", "shim", or "" for both
	line *regexp.Regexp // lines of the output that it makes differ
}

// Differences that every row may show: fields of the probe that can't be the same where the shim stays as parent.
var everywhere = []difference{
	{"Process number", "shim", regexp.MustCompile(`^(pid|parent) @`)},
	{"The caller's own variables", "", regexp.MustCompile(`^env _=`)},
	{"Size of the descriptor table", "", regexp.MustCompile(`^FDSize:`)},
	{"Death signal", "shim", regexp.MustCompile(`^deathsignal `)},
}

var marked = regexp.MustCompile(`@\d+@`)

// plain takes out of an output what differs from run to run: numbers between @ signs are renamed in the order of their
// first appearance, and the shims' directory gets the name of the one that stands in for it.
func (s *stand) plain(out string, known []difference) []string {
	lines := strings.Split(strings.ReplaceAll(out, s.shims, s.none), "\n")
	kept := lines[:0]
	for _, line := range lines {
		drop := false
		for _, d := range known {
			drop = drop || ((d.mode == "" || d.mode == s.mode) && d.line.MatchString(line))
		}
		if !drop {
			kept = append(kept, line)
		}
	}
	names := map[string]string{}
	for i, line := range kept {
		kept[i] = marked.ReplaceAllStringFunc(line, func(number string) string {
			if names[number] == "" {
				names[number] = fmt.Sprintf("@#%d@", len(names))
			}
			return names[number]
		})
	}
	return kept
}

// compare runs a script directly and governed and fails where what they leave differs in any byte.
func (s *stand) compare(row fidelityRow, known ...difference) {
	s.t.Helper()
	known = append(known, everywhere...)
	direct := s.run(false, row.script)
	before := s.auditSize()
	governed := s.run(true, row.script)
	if !row.alone && !comes(func() bool { return s.auditSize() != before }) {
		s.t.Errorf("nothing was governed: the audit log holds nothing new\n%s", governed.stderr)
	}
	for _, stream := range []struct{ name, direct, governed string }{
		{"stdout", direct.stdout, governed.stdout},
		{"stderr", direct.stderr, governed.stderr},
	} {
		if d := cmp.Diff(s.plain(stream.direct, known), s.plain(stream.governed, known)); d != "" {
			s.t.Errorf("%s differs (-direct +governed):\n%s", stream.name, cut(d))
		}
	}
	if direct.code != governed.code || direct.signal != governed.signal {
		s.t.Errorf("directly it ended with %d (signal %d), governed with %d (signal %d)", direct.code, direct.signal, governed.code, governed.signal)
	}
}

func (s *stand) auditSize() int64 {
	fi, err := os.Stat(s.audit)
	if err != nil {
		s.t.Fatal(err)
	}
	return fi.Size()
}

func cut(text string) string {
	const most = 4000
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}

// have skips where a program that a row needs isn't there.
func (s *stand) have(program string) {
	s.t.Helper()
	for _, dir := range []string{"/usr/bin", "/bin", "/usr/sbin", "/sbin", s.tools} {
		if fi, err := os.Stat(filepath.Join(dir, program)); err == nil && fi.Mode()&0o111 != 0 {
			return
		}
	}
	s.t.Skipf("%s is not installed", program)
}

// TestDifferencesAreWrittenDown keeps the list in docs/shim.md complete.
func TestDifferencesAreWrittenDown(t *testing.T) {
	doc, err := os.ReadFile("../docs/shim.md")
	if err != nil {
		t.Fatal(err)
	}
	all := append([]difference(nil), everywhere...)
	for _, r := range append(append([]fidelityRow(nil), fidelityRows...), signalRows...) {
		all = append(all, r.differs...)
	}
	for _, d := range all {
		if !bytes.Contains(doc, []byte("### "+d.name+"\n")) {
			t.Errorf("docs/shim.md has no part %q", d.name)
		}
	}
}
