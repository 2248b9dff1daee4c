//go:build !amd64

package main

// foreign is empty where there is one ABI.
func foreign() []operation { return nil }
