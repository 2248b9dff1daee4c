// Package packaging holds files that are installed with Clawrden, for the programs that also carry them inside.
//
// It must hold data only. The daemon uses the default policy where no other is installed and it was asked to.
package packaging

import "embed"

// Policy is the default policy: the files of policy.d.
//
//go:embed policy.d/*.hcl
var Policy embed.FS
