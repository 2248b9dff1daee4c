package main

import (
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// breakdown shows where the time of one command goes, from outside: each row adds a part.
func breakdown(hosts []*host, rounds int) error {
	h := hosts[0]
	median := func(make func() *exec.Cmd) time.Duration {
		var took []time.Duration
		for range rounds * 5 {
			c := make()
			begun := time.Now()
			_ = c.Run()
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		return at(took, 50)
	}
	direct := median(func() *exec.Cmd { return exec.Command("/usr/bin/true") })
	start := median(func() *exec.Cmd { return exec.Command(h.path("shims/clawrden-shim"), "--version") })
	denied := median(func() *exec.Cmd { return h.command("false") })
	allowed := median(func() *exec.Cmd { return h.command("true") })
	fmt.Println("Where the time goes (medians, ms; the daemon's own steps: go test -bench Step ./daemon):")
	fmt.Printf("  %-58s %6.2f\n", "fork, exec and wait of a command that does nothing", ms(direct))
	fmt.Printf("  %-58s %6.2f\n", "fork, exec, start and wait of the shim", ms(start))
	fmt.Printf("  %-58s %6.2f\n", "+ round trip: identify, resolve, evaluate, record, answer", ms(denied-start))
	fmt.Printf("  %-58s %6.2f\n", "+ exec of the tool in place of the shim", ms(allowed-denied))
	fmt.Println()
	return nil
}
