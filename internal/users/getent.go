package users

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// getentPlaces are looked at in order; PATH isn't, since whoever starts the daemon by hand may have a shim on it.
var getentPlaces = []string{"/usr/bin/getent", "/bin/getent", "/run/current-system/sw/bin/getent"}

const (
	defaultTimeout = 2 * time.Second
	exitNotFound   = 2 // getent's exit status for a key that isn't in the database
)

// getent asks for one key and gives the first line of the answer.
func (db *DB) getent(ctx context.Context, database, key string) (string, error) {
	program := db.getentProgram()
	if program == "" {
		return "", fmt.Errorf("%s %s: %w", database, key, ErrUnknown)
	}
	timeout := db.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, database, key)
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/bin:/bin"}
	cmd.WaitDelay = time.Second // a child of its own may keep the pipe open
	out := &limited{max: maxLine}
	cmd.Stdout = out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("cannot look up %s %s: getent gave no answer in %v", database, key, timeout)
	case errors.As(err, &exit) && exit.ExitCode() == exitNotFound:
		return "", fmt.Errorf("%s %s: %w", database, key, ErrUnknown)
	case err != nil:
		return "", fmt.Errorf("cannot look up %s %s: getent: %v", database, key, err)
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	return line, nil
}

// initgroups gives the groups that the name services add for a user, as far as they can be had.
func (db *DB) initgroups(ctx context.Context, name string) []uint32 {
	line, err := db.getent(ctx, "initgroups", name)
	if err != nil {
		return nil
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || fields[0] != name {
		return nil
	}
	var gids []uint32
	for _, f := range fields[1:] {
		if gid, ok := parseID(f); ok {
			gids = append(gids, gid)
		}
	}
	return gids
}

func (db *DB) getentProgram() string {
	switch db.Getent {
	case "none":
		return ""
	case "":
		for _, p := range getentPlaces {
			if fi, err := os.Stat(p); err == nil && fi.Mode().IsRegular() {
				return p
			}
		}
		return ""
	}
	return db.Getent
}

// limited keeps the first max bytes and refuses more, which ends the program that writes them.
type limited struct {
	bytes.Buffer
	max int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.max {
		return 0, fmt.Errorf("more than %d bytes", l.max)
	}
	return l.Buffer.Write(p)
}
