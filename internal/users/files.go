package users

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

const (
	maxFile = 16 << 20 // bytes read of one database; larger ones belong in a name service
	maxLine = 1 << 20  // bytes of one line: a group of many thousand members
	maxName = 256      // bytes of a name; Linux itself says 32
)

// scan gives each entry of a colon-separated file to stop until that says true. A line that can't be read is skipped, as
// the C library does. Without an entry to stop at, or without the file, it is ErrUnknown.
func scan[T any](file string, parse func(string) (T, bool), stop func(T) bool) error {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrUnknown
	}
	if err != nil {
		return fmt.Errorf("cannot read users and groups: %v", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, maxFile))
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	for lines.Scan() {
		if v, ok := parse(lines.Text()); ok && stop(v) {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("cannot read %s: %v", file, err)
	}
	return ErrUnknown
}

// parseUser reads name:password:uid:gid:gecos:home:shell.
func parseUser(line string) (User, bool) {
	f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
	if len(f) != 7 || checkName(f[0]) != nil {
		return User{}, false
	}
	uid, ok1 := parseID(f[2])
	gid, ok2 := parseID(f[3])
	return User{Name: f[0], UID: uid, GID: gid, Home: f[5], Shell: f[6]}, ok1 && ok2
}

// parseGroup reads name:password:gid:member,member.
func parseGroup(line string) (Group, bool) {
	f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
	if len(f) != 4 || checkName(f[0]) != nil {
		return Group{}, false
	}
	gid, ok := parseID(f[2])
	g := Group{Name: f[0], GID: gid}
	for m := range strings.SplitSeq(f[3], ",") {
		if m = strings.TrimSpace(m); m != "" {
			g.Members = append(g.Members, m)
		}
	}
	return g, ok
}

// parseID reads a uid or gid. 4294967295 is (uid_t)-1, which system calls take for "leave as it is": never a user.
func parseID(s string) (uint32, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err == nil && n != 1<<32-1
}

// checkName refuses what can't be a name, or what getent would read as something else: an option, an id.
func checkName(name string) error {
	bad := name == "" || len(name) > maxName || name[0] == '-' || name[0] == '+' ||
		strings.ContainsAny(name, ":,/\x00\n\r\t ") || strings.Trim(name, "0123456789") == ""
	if bad {
		return fmt.Errorf("%q can't be the name of a user or group: %w", name, ErrUnknown)
	}
	return nil
}
