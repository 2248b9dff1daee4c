// Command clawrden-launch becomes a tool under a profile: see package launch. Under other names it copies between an agent
// and a container engine, or a command: see package relay.

// The runtime need not read cgroup files to choose how many threads a program of two threads may have.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"
	"runtime"

	"github.com/clawrden/clawrden/executor/relay"
	"github.com/clawrden/clawrden/launch"
)

var version = "devel" // set by the linker

func init() {
	// What the guard looks at is the first thread: it must be the one that closes itself in and execs.
	runtime.LockOSThread()
}

func main() {
	switch os.Args[0] {
	case relay.Name:
		relay.Main()
	case relay.TapName:
		relay.TapMain()
	}
	os.Exit(launch.Main(os.Args[1:], version, func(s string) { _, _ = os.Stderr.WriteString(s + "\n") }))
}
