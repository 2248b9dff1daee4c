package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// policy allows what the ways lead through, by name alone, and denies where they lead to.
//
//go:embed policy.hcl
var policy []byte

// nobody is the user that the ways are tried as.
const nobody = 65534

// stand is a daemon and a guard in a scratch directory.
type stand struct {
	dir     string
	started []*exec.Cmd
	prefix  []string // starts a command in a session, as nobody
}

func newStand(bin string) (s *stand, err error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("a guard takes root; as a user, name a guard that runs: -prefix \"clawrden run --name battery --\"")
	}
	s = &stand{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "clawrden-attack-"); err != nil {
		return s, err
	}
	at := func(name string) string { return filepath.Join(s.dir, name) }
	if err := errors.Join(os.Chmod(s.dir, 0o755), os.Mkdir(at("work"), 0o755), os.Chown(at("work"), nobody, nobody), os.WriteFile(at("policy.hcl"), policy, 0o644)); err != nil {
		return s, err
	}
	daemon := filepath.Join(bin, "clawrdend")
	for _, words := range [][]string{
		{"--socket", at("shim.sock"), "--control", at("control.sock"), "--policy", at("policy.hcl"), "--audit", at("audit.jsonl"), "--state", at("state")},
		{"guard", "--socket", at("guard.sock"), "--judge", at("judge.sock"), "--launcher", filepath.Join(bin, "clawrden-launch")},
	} {
		c := exec.Command(daemon, words...)
		log, err := os.Create(at("log" + strconv.Itoa(len(s.started))))
		if err != nil {
			return s, err
		}
		c.Stdout, c.Stderr = log, log
		err = errors.Join(c.Start(), log.Close())
		if err != nil {
			return s, err
		}
		s.started = append(s.started, c)
	}
	if err := waitSocket(at("guard.sock")); err != nil {
		b, _ := os.ReadFile(at("log0"))
		return s, fmt.Errorf("%w\n%s", err, b)
	}
	s.prefix = []string{
		"setpriv", "--reuid=" + strconv.Itoa(nobody), "--regid=" + strconv.Itoa(nobody), "--clear-groups", "env", "-C", at("work"), "HOME=" + at("work"),
		filepath.Join(bin, "clawrden-launch"), "init", "--guard", at("guard.sock"), "--",
	}
	return s, nil
}

// waitSocket waits until the guard is there, and lets everybody in.
func waitSocket(path string) error {
	const pause, tries = 10 * time.Millisecond, 1000
	var err error
	for range tries {
		if err = os.Chmod(path, 0o666); err == nil {
			return nil
		}
		<-time.After(pause)
	}
	return fmt.Errorf("the guard didn't start: %w", err)
}

func (s *stand) close() {
	for _, c := range s.started {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}
