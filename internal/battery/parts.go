package battery

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// playPart is a helper of a way's, in a process of its own.
func playPart(name string, args []string) int {
	parts := map[string]struct {
		takes int
		run   func([]string) error
	}{
		"become":  {1, func(a []string) error { return become(a[0]) }},
		"orphan":  {1, partOrphan},
		"leave":   {1, partLeave},
		"join":    {1, partJoin},
		"proc":    {1, partProc},
		"victim":  {0, partVictim},
		"victims": {1, partVictims},
		"reached": {0, func([]string) error { return reached(-1, 0) }},
		"mem":     {2, partMem},
		"flip":    {3, partFlip},
		"race":    {6, partRace},
		"cwd":     {3, partCwd},
		"x32": {0, func([]string) error {
			const bit, getpid = 0x40000000, 39
			if runtime.GOARCH != "amd64" {
				return unix.ENOSYS
			}
			if _, _, errno := unix.RawSyscall(bit|getpid, 0, 0, 0); errno != 0 {
				os.Exit(3)
			}
			return nil
		}},
	}
	p, ok := parts[name]
	if !ok || len(args) != p.takes {
		fmt.Fprintf(os.Stderr, "clawrden: there is no part %q of %d words\n", name, len(args))
		return 2
	}
	err := p.run(args)
	switch {
	case errors.Is(err, errNotApplicable):
		fmt.Fprintln(os.Stderr, "clawrden-battery:", err)
		return statusNotApplicable
	case err != nil:
		fmt.Fprintln(os.Stderr, "clawrden-battery:", err)
		return 1
	}
	return 0
}

// partOrphan leaves a process behind that leads a session of its own.
func partOrphan(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := command(self, Word, "part", "leave", args[0])
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return c.Start()
}

// partLeave runs a command once its parent has gone, and leaves what it says as evidence.
func partLeave(args []string) error {
	parent := os.Getppid()
	for limit := time.Now().Add(patience); os.Getppid() == parent && parent != 1 && time.Now().Before(limit); {
		<-time.After(time.Millisecond)
	}
	out, err := command(args[0]).CombinedOutput()
	if err != nil && len(out) == 0 {
		out = []byte(err.Error())
	}
	if werr := os.WriteFile(evidenceFile+".new", out, 0o600); werr != nil {
		return werr
	}
	return os.Rename(evidenceFile+".new", evidenceFile)
}

// waitEvidence waits for what a process elsewhere leaves in the way's directory.
func waitEvidence() error {
	for limit := time.Now().Add(patience / 2); time.Now().Before(limit); <-time.After(10 * time.Millisecond) {
		if f, err := os.Stat(evidenceFile); err == nil && f.Size() > 0 {
			return nil
		}
	}
	return nil
}
