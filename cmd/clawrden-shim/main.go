// Command clawrden-shim stands in for a tool: see package shim.
package main

import "github.com/clawrden/clawrden/shim"

func main() { shim.Main() }
