package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// kills tells how long the kill switch takes to end all of a session: processes with their parents, and as many that have left them.
func (s *guardStand) kills(rounds int) error {
	const many = 100
	control, err := client.New(s.h.path("control.sock"))
	if err != nil {
		return err
	}
	defer control.Close()
	answered, gone := &way{name: "answered"}, &way{name: "all gone"}
	for range max(rounds/8, 5) {
		c := s.agent(true, "/bin/bash", "-c", fmt.Sprintf("for i in $(seq %d); do sleep 600 & (setsid sleep 600 &) done; wait", many/2))
		if err := c.Start(); err != nil {
			return err
		}
		held, err := holdAll(many)
		if err != nil {
			return err
		}
		begun := time.Now()
		r, err := control.Kill(context.Background(), clawrden.KillOrder{Reason: "bench"})
		if err != nil {
			return err
		}
		answered.took = append(answered.took, time.Since(begun))
		for _, fd := range held {
			for n := 0; n == 0; n, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1) {
			}
			_ = unix.Close(fd)
		}
		gone.took = append(gone.took, time.Since(begun))
		_ = c.Wait()
		if len(r.Unreached) > 0 {
			return fmt.Errorf("the kill switch says: %s", r.Message)
		}
		if _, err := control.Unlock(context.Background(), ""); err != nil {
			return err
		}
	}
	fmt.Printf("The kill switch and a session of %d processes, half of which have left their parents (ms):\n", many)
	for _, w := range []*way{answered, gone} {
		slices.Sort(w.took)
		fmt.Printf("  %-10s median %6.1f, at most %6.1f\n", w.name, ms(at(w.took, 50)), ms(w.took[len(w.took)-1]))
	}
	fmt.Println()
	return nil
}

// holdAll waits until so many processes of the agent's sleep, and holds each by a pidfd.
func holdAll(many int) (held []int, err error) {
	for ; len(held) < many; <-time.After(5 * time.Millisecond) {
		for _, fd := range held {
			_ = unix.Close(fd)
		}
		held = nil
		entries, err := os.ReadDir("/proc")
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			pid, err := strconv.Atoi(e.Name())
			if err != nil {
				continue
			}
			f, err := os.Stat("/proc/" + e.Name())
			if err != nil || f.Sys().(*syscall.Stat_t).Uid != benchUser {
				continue
			}
			if comm, _ := os.ReadFile("/proc/" + e.Name() + "/comm"); string(comm) != "sleep\n" {
				continue
			}
			if fd, err := unix.PidfdOpen(pid, 0); err == nil {
				held = append(held, fd)
			}
		}
	}
	return held, nil
}
