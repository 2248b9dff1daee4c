package main

import (
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// way is one way to run a command that does nothing.
type way struct {
	name string
	make func() *exec.Cmd
	took []time.Duration
}

// warming is how many rounds aren't counted: a daemon's first commands take twice as long as those that follow.
const warming = 10

// latency compares what one command costs, in turns: direct, sudo, allowed, denied.
func latency(hosts []*host, rounds int) error {
	ways := []*way{{name: "direct", make: func() *exec.Cmd { return exec.Command("/usr/bin/true") }}}
	if exec.Command("sudo", "-n", "true").Run() == nil {
		ways = append(ways, &way{name: "sudo -n", make: func() *exec.Cmd { return exec.Command("sudo", "-n", "true") }})
	} else {
		fmt.Println("(sudo -n doesn't work here: no comparison with it)")
	}
	for _, h := range hosts {
		ways = append(ways,
			&way{name: "allowed, end known by " + h.way, make: func() *exec.Cmd { return h.command("true") }},
			&way{name: "denied (" + h.way + ")", make: func() *exec.Cmd { return h.command("false") }})
	}
	for round := range warming + rounds {
		for _, w := range ways {
			for range 10 {
				c := w.make()
				begun := time.Now()
				_ = c.Run() // a denied one exits 126
				if round >= warming {
					w.took = append(w.took, time.Since(begun))
				}
			}
		}
	}
	base := ways[0]
	var sudo *way
	if len(ways) > 1 && ways[1].name == "sudo -n" {
		sudo = ways[1]
	}
	fmt.Println("One command (ms), fork to wait:")
	fmt.Printf("  %-30s %8s %8s %8s %10s %10s\n", "", "min", "median", "p90", "× direct", "× sudo")
	for _, w := range ways {
		slices.Sort(w.took)
		line := fmt.Sprintf("  %-30s %8.2f %8.2f %8.2f %10.2f", w.name, ms(w.took[0]), ms(at(w.took, 50)), ms(at(w.took, 90)), ratio(w, base))
		if sudo != nil {
			line += fmt.Sprintf(" %10.2f", ratio(w, sudo))
		}
		fmt.Println(line)
	}
	fmt.Println()
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func at(sorted []time.Duration, percent int) time.Duration { return sorted[len(sorted)*percent/100] }

// ratio compares medians.
func ratio(a, b *way) float64 { return float64(at(a.took, 50)) / float64(at(b.took, 50)) }
