// Command bench measures what a governed command costs, beside a direct one and sudo, in one run on one machine.
//
//	go run ./tests/bench [-bin bin] [-rounds 40] [-quick] [-guard | -execs | -engines]
//
// It starts a daemon of its own with the programs in bin. It reports, it does not judge: figures on a shared machine move,
// their ratios less so, because the ways are measured in turns.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	bin := flag.String("bin", "bin", "directory of the programs")
	rounds := flag.Int("rounds", 40, "rounds of ten commands of each way")
	quick := flag.Bool("quick", false, "smaller everything: to see that it works")
	waiting := flag.Int("waiting", 0, "only have this many requests wait for a person")
	streams := flag.Int("readers", 0, "only have this many readers of events")
	records := flag.Int("records", 0, "only the history over this many records")
	only := flag.Bool("guard", false, "only guard sessions")
	execs := flag.Bool("execs", false, "only single execs in a guard session")
	containers := flag.Bool("engines", false, "only what runs by a container engine")
	if len(os.Args) == 2 && os.Args[1] == "spawn" {
		spawning()
		return
	}
	flag.Parse()
	measure := func() error { return run(*bin, *rounds, *quick) }
	if *only || *execs {
		measure = func() error { return guarded(*bin, *rounds, *execs) }
	}
	if *containers {
		measure = func() error { return engines(*bin, *rounds, 64<<20) }
	}
	if *streams > 0 {
		measure = func() error {
			h, err := newHost(*bin, "shim")
			if err != nil {
				return err
			}
			defer h.close()
			return streaming(*streams, 10)([]*host{h}, 0)
		}
	}
	if *records > 0 {
		measure = func() error { return past(*bin, *records) }
	}
	if *waiting > 0 {
		measure = func() error { return pending(*bin, *waiting) }
	}
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(bin string, rounds int, quick bool) error {
	size, clients, readers, seconds := int64(1<<30), 2048, 1000, 10
	if quick {
		rounds, size, clients, readers, seconds = min(rounds, 4), 16<<20, 256, 100, 1
	}
	var hosts []*host
	defer func() {
		for _, h := range hosts {
			h.close()
		}
	}()
	for _, way := range []string{"kernel", "shim"} {
		h, err := newHost(bin, way)
		if err != nil {
			if way == "kernel" {
				fmt.Printf("(this kernel doesn't tell how others' children end: %v)\n", err)
				continue
			}
			return err
		}
		hosts = append(hosts, h)
	}
	fmt.Printf("%s, %d rounds\n\n", time.Now().UTC().Format("2006-01-02"), rounds)
	idle := func(hosts []*host, _ int) error { return memory("idle", hosts) }
	for _, step := range []func([]*host, int) error{idle, starts(bin), latency, throughput(clients), output(size), breakdown, killing(200), streaming(readers, seconds)} {
		if err := step(hosts, rounds); err != nil {
			return err
		}
	}
	if err := guarded(bin, rounds, false); err != nil {
		return err
	}
	if err := engines(bin, rounds, size); err != nil {
		return err
	}
	if err := memory("after all of the above", hosts); err != nil {
		return err
	}
	waiting, records := 10_000, 1_000_000
	if quick {
		waiting, records = 500, 20_000
	}
	if err := past(bin, records); err != nil {
		return err
	}
	return pending(bin, waiting)
}

// policy of the measured daemon: ten rules, as a small host has.
const policy = `
policy { default = "deny" }
rule "allowed" {
  commands = ["true", "cat", "head"]
  action   = "allow"
}
approval "brief" { timeout = "1s" }
rule "brief" {
  commands = ["brief"]
  action   = "ask"
  approval = approval.brief
}
rule "denied" {
  commands = ["false"]
  action   = "deny"
  reason   = "It is never true."
}
`

// host is a daemon with its shims.
type host struct {
	way    string
	dir    string
	daemon *exec.Cmd
	env    []string
}

func newHost(bin, way string) (*host, error) { return newHostWith(bin, way, policy, "", true) }

// newHostWith is newHost with another policy and more settings. dev makes the daemon's own user the agent.
func newHostWith(bin, way, policy, config string, dev bool) (*host, error) {
	h, err := prepare(bin, way, policy, config)
	if err != nil {
		return nil, err
	}
	return h, h.start(bin, dev)
}

// prepare makes the files of a host.
func prepare(bin, way, policy, config string) (*host, error) {
	dir, err := os.MkdirTemp("", "clawrden-bench-")
	if err != nil {
		return nil, err
	}
	h := &host{way: way, dir: dir}
	bin, err = filepath.Abs(bin)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString(policy)
	for i := range 8 {
		fmt.Fprintf(&text, "rule \"other-%d\" {\n  commands = [\"tool%d\"]\n  action = \"ask\"\n}\n", i, i)
	}
	files := map[string]string{"policy.hcl": text.String(), "clawrden.hcl": "mirror {\n  exit_status = \"" + way + "\"\n}\n" + config}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	shim, err := os.ReadFile(filepath.Join(bin, "clawrden-shim"))
	if err != nil {
		return nil, fmt.Errorf("%w (make build)", err)
	}
	if err := os.Mkdir(h.path("shims"), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(h.path("shims/clawrden-shim"), shim, 0o755); err != nil {
		return nil, err
	}
	if err := os.Mkdir(h.path("tools"), 0o755); err != nil { // what is asked about has to be there
		return nil, err
	}
	for _, tool := range []string{"tool0", "brief"} {
		if err := os.Symlink("/usr/bin/true", h.path("tools/"+tool)); err != nil {
			return nil, err
		}
	}
	for _, tool := range []string{"true", "false", "cat", "head"} {
		if err := os.Symlink("clawrden-shim", h.path("shims/"+tool)); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// start starts the daemon, and waits until it judges.
func (h *host) start(bin string, dev bool) error {
	h.env = []string{"PATH=" + h.path("shims") + ":/usr/bin:/bin", "CLAWRDEN_SOCKET=" + h.path("shim.sock"), "HOME=/tmp"}
	h.daemon = exec.Command(filepath.Join(bin, "clawrdend"), "--config", h.path("clawrden.hcl"), "--policy", h.path("policy.hcl"),
		"--socket", h.path("shim.sock"), "--control", h.path("control.sock"), "--audit", h.path("audit.jsonl"), "--state", h.path("state"), "--http", "127.0.0.1:0")
	if dev {
		h.daemon.Args = append(h.daemon.Args, "--dev")
	}
	log, err := os.Create(h.path("log"))
	if err != nil {
		return err
	}
	h.daemon.Stdout, h.daemon.Stderr = log, log
	if err := h.daemon.Start(); err != nil {
		return err
	}
	for range 1000 {
		c := h.command("true")
		if err := c.Run(); err == nil || !dev && c.ProcessState != nil && c.ProcessState.ExitCode() == 125 && answered(h) {
			return nil
		}
		<-time.After(5 * time.Millisecond)
	}
	said, _ := os.ReadFile(h.path("log"))
	h.close()
	return fmt.Errorf("the daemon doesn't answer: %s", said)
}

func (h *host) path(name string) string { return filepath.Join(h.dir, name) }

// command is a governed command.
func (h *host) command(tool string, args ...string) *exec.Cmd {
	c := exec.Command(h.path("shims/"+tool), args...)
	c.Env = h.env
	return c
}

func (h *host) close() {
	if h.daemon != nil && h.daemon.Process != nil {
		_ = h.daemon.Process.Kill()
		_ = h.daemon.Wait()
	}
	_ = os.RemoveAll(h.dir)
}

// answered reports whether the daemon has judged something: its log of it is there.
func answered(h *host) bool {
	b, err := os.ReadFile(h.path("audit.jsonl"))
	return err == nil && strings.Contains(string(b), `"event":"decided"`)
}
