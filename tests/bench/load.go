package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// throughput runs many commands, 256 at a time, and counts failures.
func throughput(total int) func([]*host, int) error {
	return func(hosts []*host, _ int) error {
		const parallel = 256
		word := strings.Repeat("x", 1024)
		run := func(command func() *exec.Cmd) (perSecond float64, failed int64, why string) {
			var wg sync.WaitGroup
			var left, bad atomic.Int64
			var first atomic.Pointer[string]
			left.Store(int64(total))
			begun := time.Now()
			for range parallel {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						c := command()
						var said bytes.Buffer
						c.Stderr = &said
						if err := c.Run(); err != nil {
							bad.Add(1)
							text := err.Error() + " " + said.String()
							first.CompareAndSwap(nil, &text)
						}
					}
				})
			}
			wg.Wait()
			if p := first.Load(); p != nil {
				why = *p
			}
			return float64(total) / time.Since(begun).Seconds(), bad.Load(), why
		}
		fmt.Printf("%d clients at once, %d commands, argv of 1 KiB:\n  %-30s %12s %8s\n", parallel, total, "", "commands/s", "failed")
		row := func(name string, command func() *exec.Cmd) {
			n, failed, why := run(command)
			fmt.Printf("  %-30s %12.0f %8d %s\n", name, n, failed, why)
		}
		row("direct", func() *exec.Cmd { return exec.Command("/usr/bin/true", word) })
		if exec.Command("sudo", "-n", "true").Run() == nil {
			row("sudo -n", func() *exec.Cmd { return exec.Command("sudo", "-n", "/usr/bin/true", word) })
		}
		for _, h := range hosts {
			row("allowed, end known by "+h.way, func() *exec.Cmd { return h.command("true", word) })
		}
		fmt.Println()
		return memory("after that", hosts)
	}
}

// output sends bytes through a pipe, and compares what arrives.
func output(size int64) func([]*host, int) error {
	return func(hosts []*host, _ int) error {
		args := []string{"-c", fmt.Sprint(size), "/dev/zero"}
		run := func(c *exec.Cmd) (time.Duration, [32]byte, error) {
			var sum [32]byte
			out, err := c.StdoutPipe()
			if err != nil {
				return 0, sum, err
			}
			begun := time.Now()
			if err := c.Start(); err != nil {
				return 0, sum, err
			}
			h := sha256.New()
			if _, err := io.Copy(h, out); err != nil {
				return 0, sum, err
			}
			h.Sum(sum[:0])
			return time.Since(begun), sum, c.Wait()
		}
		fmt.Printf("%d MiB of stdout through a pipe, best of three:\n", size>>20)
		var direct time.Duration
		var want [32]byte
		row := func(name string, command func() *exec.Cmd) error {
			best := time.Hour
			for range 3 {
				took, sum, err := run(command())
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				if direct == 0 {
					want = sum
				}
				if sum != want {
					return fmt.Errorf("%s: the bytes differ", name)
				}
				best = min(best, took)
			}
			if direct == 0 {
				direct = best
			}
			fmt.Printf("  %-30s %8.2f s %8.2f × direct, byte for byte the same\n", name, best.Seconds(), float64(best)/float64(direct))
			return nil
		}
		if err := row("direct", func() *exec.Cmd { return exec.Command("/usr/bin/head", args...) }); err != nil {
			return err
		}
		for _, h := range hosts {
			if err := row("allowed, end known by "+h.way, func() *exec.Cmd { return h.command("head", args...) }); err != nil {
				return err
			}
		}
		fmt.Println()
		return nil
	}
}

// memory reads what the daemons hold now and held at most.
func memory(when string, hosts []*host) error {
	fmt.Printf("Resident memory of the daemon, %s:\n", when)
	for _, h := range hosts {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.daemon.Process.Pid))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(b)) {
			if name, value, _ := strings.Cut(line, ":"); name == "VmRSS" || name == "VmHWM" {
				fmt.Printf("  %-30s %s %s\n", h.way, map[string]string{"VmRSS": "now ", "VmHWM": "peak"}[name], strings.TrimSpace(value))
			}
		}
	}
	fmt.Println()
	return nil
}
