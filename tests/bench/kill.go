package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

// killing is how long the kill switch takes to end many commands that run in place: until it answers, and until the last one
// is gone.
func killing(many int) func([]*host, int) error {
	return func(hosts []*host, _ int) error {
		fmt.Printf("kill switch, %d commands in place\n", many)
		for _, h := range hosts {
			answered, gone, err := h.killMany(many)
			if err != nil {
				return err
			}
			fmt.Printf("  %-8s answered after %6.1f ms, all gone after %6.1f ms\n", h.way, float64(answered.Microseconds())/1000, float64(gone.Microseconds())/1000)
		}
		fmt.Println()
		return nil
	}
}

func (h *host) killMany(many int) (answered, gone time.Duration, err error) {
	c, err := client.New(h.path("control.sock"))
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	running := make([]*exec.Cmd, many)
	for i := range running {
		cmd := h.command("cat")
		stdin, err := cmd.StdinPipe() // open, and never written to
		if err != nil {
			return 0, 0, err
		}
		defer func() { _ = stdin.Close() }()
		cmd.Stdout = io.Discard
		if err := cmd.Start(); err != nil {
			return 0, 0, err
		}
		running[i] = cmd
	}
	ctx := context.Background()
	for {
		s, err := c.Status(ctx)
		if err != nil {
			return 0, 0, err
		}
		if s.Running >= many {
			break
		}
		<-time.After(time.Millisecond)
	}
	start := time.Now()
	r, err := c.Kill(ctx, clawrden.KillOrder{Reason: "bench"})
	if err != nil {
		return 0, 0, err
	}
	answered = time.Since(start)
	for _, cmd := range running {
		_ = cmd.Wait() // killed
	}
	gone = time.Since(start)
	if r.Killed != many || len(r.Unreached) > 0 {
		return 0, 0, fmt.Errorf("the kill switch says: %s", r.Message)
	}
	_, err = c.Unlock(ctx, "")
	return answered, gone, err
}
