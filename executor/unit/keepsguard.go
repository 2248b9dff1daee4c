package unit

import (
	"context"
	"errors"
	"fmt"
)

const guardUnit = "clawrden-guard.service"

// KeepsGuard tells why systemd wouldn't keep the guard's sessions while the guard is stopped; nil if it does.
func (e *Executor) KeepsGuard(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	b, err := e.connect()
	if err != nil {
		return err
	}
	const property = "FileDescriptorStorePreserve"
	got, err := b.get(ctx, guardUnit, question{service, property})
	if err != nil {
		return fmt.Errorf("systemd can't keep the sessions of a guard that is stopped: it doesn't know %s= (systemd 254 does): %v", property, err)
	}
	v := got[property]
	if preserve, ok := v.Value().(string); !ok || preserve != "yes" {
		return errors.New("systemd doesn't keep the sessions of a guard that is stopped: " + guardUnit + " has to say " + property + "=yes; systemctl edit " + guardUnit)
	}
	return nil
}
