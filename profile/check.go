package profile

import (
	"errors"

	"github.com/clawrden/clawrden"
)

// Check says what is wrong with a profile wherever it is used: on a machine that lacks nothing, for each architecture and in
// each form. What only some machines or executors can't hold is found when it is compiled for them.
func Check(p *clawrden.Profile) error {
	all := Target{Landlock: LandlockABI, Home: "/home/user", Holds: OuterHidden | OuterPaths | OuterNetwork | OuterLimits | OuterTime | OuterOutput}
	for _, all.Arch = range []Arch{AMD64, ARM64} {
		var lack *LackError
		if _, err := Compile(p, all); err != nil && !errors.As(err, &lack) {
			return err
		}
	}
	if _, err := Systemd(p, all); err != nil {
		return err
	}
	_, err := OCI(p, all)
	return err
}
