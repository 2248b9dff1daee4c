package ghost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden/executor/dockerx"
)

// sweep removes, once and beside, the containers that an earlier life of the daemon left: as soon as the engine can be
// reached.
func (x *Executor) sweep() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.swept {
		return
	}
	x.swept = true
	x.work.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), removeTime)
		defer cancel()
		found, err := x.o.Engine.Labelled(ctx, label+"="+x.o.Dir)
		if errors.Is(err, dockerx.ErrUnreachable) {
			x.mu.Lock()
			x.swept = false
			x.mu.Unlock()
			return
		}
		for id, labels := range found {
			if labels[runLabel] == x.run {
				continue
			}
			if err := x.o.Engine.Remove(ctx, id); err != nil {
				x.complain(id, err)
			}
		}
	})
}

// setUp makes the directory for the sockets, and removes what is left in it.
func (x *Executor) setUp() error {
	if !filepath.IsAbs(x.o.Dir) {
		return fmt.Errorf("the ghosts' directory %s isn't absolute", x.o.Dir)
	}
	if err := os.MkdirAll(x.o.Dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the ghosts' directory: %v", err)
	}
	var st unix.Stat_t
	if err := unix.Lstat(x.o.Dir, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR || st.Mode&0o077 != 0 || int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("the ghosts' directory %s isn't closed to others: %v", x.o.Dir, err)
	}
	left, err := filepath.Glob(filepath.Join(x.o.Dir, "g*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// Close ends what waits and returns when every container of this executor is gone, or the engine won't.
func (x *Executor) Close() {
	x.drain()
	x.work.Wait()
	x.watch.Close()
}
