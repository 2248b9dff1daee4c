package clawrden

import "time"

// Place is where an allowed command runs: an executor block of the policy, or one of the built-in executors, by whose kind
// it is then named.
type Place struct {
	Name    string
	Kind    string        // mirror, unit, ghost, local
	Via     string        // mirror: "" in place, or docker
	User    string        // unit, ghost: the user to run as; "" for the caller
	Image   string        // ghost
	Pull    string        // ghost: never, missing, always
	Network string        // unit, ghost: none, host, or a network's name
	Mounts  []string      // ghost: SOURCE:TARGET:ro or :rw
	Pool    int           // ghost: containers that are made ahead; 0: none
	Timeout time.Duration // 0: none
}
