// Command clawrden-shim stands in for a tool: see package shim.

// The runtime need not read cgroup files to choose how many threads a program of one thread may have.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import "github.com/clawrden/clawrden/shim"

func main() { shim.Main() }
