// Command clawrden shows people what agents want to run and lets them decide: see package cli.
package main

import (
	"os"

	"github.com/clawrden/clawrden/cli"
)

// version is set by the linker: -ldflags "-X main.version=…".
var version = "devel"

func main() { os.Exit(cli.Main(version)) }
