package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// jobs is the cgroup of all commands in units.
const jobs = "/sys/fs/cgroup/clawrden.slice/clawrden-jobs.slice"

// killing has many commands run in units, throws the kill switch by its command, and prints after how many microseconds that had
// answered, and after how many no process was left in any of the units.
func killing(args []string) error {
	many, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	uid, err := strconv.ParseUint(args[1], 10, 32)
	if err != nil {
		return err
	}
	for range many {
		c := exec.Command(args[2], "-c", "/usr/bin/sleep 600; :")
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid), Groups: groups}}
		c.Dir = "/"
		if err := c.Start(); err != nil {
			return err
		}
		defer func() {
			_ = c.Process.Kill() // where not all have begun
			_ = c.Wait()
		}()
	}
	for deadline := time.Now().Add(5 * time.Minute); sleeping() < many; <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d run", sleeping(), many)
		}
	}
	began := time.Now()
	answered := make(chan time.Duration, 1)
	go func() {
		out, err := exec.Command("clawrden", "kill", "-m", "bench").CombinedOutput()
		if err != nil {
			fmt.Fprintf(os.Stderr, "unitbench: clawrden kill: %v\n%s", err, out)
		}
		answered <- time.Since(began)
	}()
	for populated() {
		if time.Since(began) > time.Minute {
			return errors.New("the kill switch has not ended them")
		}
	}
	gone := time.Since(began)
	fmt.Println("answered", (<-answered).Microseconds())
	fmt.Println("gone", gone.Microseconds())
	return exec.Command("clawrden", "unlock").Run()
}

// sleeping counts the commands that have started their other process.
func sleeping() (n int) {
	files, _ := filepath.Glob(jobs + "/*/cgroup.procs")
	for _, file := range files {
		b, _ := os.ReadFile(file)
		for pid := range bytes.FieldsSeq(b) {
			if comm, _ := os.ReadFile("/proc/" + string(pid) + "/comm"); string(comm) == "sleep\n" {
				n++
			}
		}
	}
	return n
}

func populated() bool {
	b, err := os.ReadFile(jobs + "/cgroup.events")
	return err == nil && bytes.Contains(b, []byte("populated 1"))
}
