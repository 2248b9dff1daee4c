package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// starts measures what each program takes to say its version, from fork to wait.
func starts(bin string) func([]*host, int) error {
	return func(_ []*host, rounds int) error {
		fmt.Println("Start of a program, --version (ms):")
		fmt.Printf("  %-30s %8s %8s\n", "", "min", "median")
		for _, program := range []string{"clawrden", "clawrdend", "clawrden-shim", "clawrden-launch"} {
			var took []time.Duration
			for range rounds {
				c := exec.Command(filepath.Join(bin, program), "--version")
				begun := time.Now()
				if err := c.Run(); err != nil {
					return fmt.Errorf("%s --version: %w", program, err)
				}
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			fmt.Printf("  %-30s %8.2f %8.2f\n", program, ms(took[0]), ms(at(took, 50)))
		}
		fmt.Println()
		return nil
	}
}
