// Package users turns uids and gids into names and back, and knows who is in a group. It reads /etc/passwd and /etc/group
// itself and asks `getent` for what isn't there, since a static binary can't load the name services (LDAP, SSSD,
// systemd-homed) that os/user would need.
//
// It must never take a name service's word over the local files', never wait longer than Timeout, and never be asked about
// a name that an agent chose: names come from settings and policy, ids from the kernel.
//
// The daemon, its doors and the local executor call it.
package users

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ErrUnknown says that no such user or group exists.
var ErrUnknown = errors.New("no such user or group")

// User is one line of the passwd database.
type User struct {
	Name  string
	UID   uint32
	GID   uint32 // primary group
	Home  string
	Shell string
}

// Group is one line of the group database. Members doesn't hold those whose primary group it is.
type Group struct {
	Name    string
	GID     uint32
	Members []string
}

// DB answers from files, then from getent. The zero value works and is the host's own. It is safe for concurrent use.
type DB struct {
	Passwd  string        // default "/etc/passwd"
	Group   string        // default "/etc/group"
	Getent  string        // program to ask; default the first found of its usual places; "none" for files only
	Timeout time.Duration // for one question to getent; default 2 s
	TTL     time.Duration // how long an answer is kept, "no such" included; default 30 s

	cache cache
}

// Host is the host's own database, shared by all who have no reason for another.
var Host = &DB{}

// UserByID finds a user by uid.
func (db *DB) UserByID(uid uint32) (User, error) {
	return ask(db, "uid "+id(uid), func(ctx context.Context) (User, error) {
		return db.user(ctx, id(uid), func(u User) bool { return u.UID == uid })
	})
}

// UserByName finds a user by name.
func (db *DB) UserByName(name string) (User, error) {
	if err := checkName(name); err != nil {
		return User{}, err
	}
	return ask(db, "user "+name, func(ctx context.Context) (User, error) {
		return db.user(ctx, name, func(u User) bool { return u.Name == name })
	})
}

// GroupByID finds a group by gid.
func (db *DB) GroupByID(gid uint32) (Group, error) {
	return ask(db, "gid "+id(gid), func(ctx context.Context) (Group, error) {
		return db.group(ctx, id(gid), func(g Group) bool { return g.GID == gid })
	})
}

// GroupByName finds a group by name.
func (db *DB) GroupByName(name string) (Group, error) {
	if err := checkName(name); err != nil {
		return Group{}, err
	}
	return ask(db, "group "+name, func(ctx context.Context) (Group, error) {
		return db.group(ctx, name, func(g Group) bool { return g.Name == name })
	})
}

// Name is the name of a uid, or "" if it has none that can be had.
func (db *DB) Name(uid uint32) string {
	u, err := db.UserByID(uid)
	if err != nil {
		return ""
	}
	return u.Name
}

// GroupIDs gives the groups that a user belongs to, as login would set them: the primary one first, then the others in
// ascending order. If a name service can't be asked, its groups are missing: the user then has less, never more.
func (db *DB) GroupIDs(user User) ([]uint32, error) {
	if err := checkName(user.Name); err != nil {
		return nil, err
	}
	// The gid is part of the key: a caller may ask with another primary group.
	key := "groups " + id(user.GID) + " " + user.Name
	return ask(db, key, func(ctx context.Context) ([]uint32, error) {
		var gids []uint32
		err := scan(db.groupFile(), parseGroup, func(g Group) bool {
			if slices.Contains(g.Members, user.Name) {
				gids = append(gids, g.GID)
			}
			return false
		})
		if err != nil && !errors.Is(err, ErrUnknown) {
			return nil, err
		}
		gids = append(gids, db.initgroups(ctx, user.Name)...)
		slices.Sort(gids)
		gids = slices.DeleteFunc(slices.Compact(gids), func(g uint32) bool { return g == user.GID })
		return append([]uint32{user.GID}, gids...), nil
	})
}

// Members gives the names of all who belong to a group, those whose primary group it is by /etc/passwd included, sorted.
func (db *DB) Members(group Group) ([]string, error) {
	names := slices.Clone(group.Members)
	err := scan(db.passwdFile(), parseUser, func(u User) bool {
		if u.GID == group.GID {
			names = append(names, u.Name)
		}
		return false
	})
	if err != nil && !errors.Is(err, ErrUnknown) {
		return nil, err
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func (db *DB) user(ctx context.Context, key string, match func(User) bool) (User, error) {
	return find(ctx, db, db.passwdFile(), "passwd", key, parseUser, match)
}

func (db *DB) group(ctx context.Context, key string, match func(Group) bool) (Group, error) {
	return find(ctx, db, db.groupFile(), "group", key, parseGroup, match)
}

// find looks in the file, then asks getent; what getent answers has to match too.
func find[T any](ctx context.Context, db *DB, file, database, key string, parse func(string) (T, bool), match func(T) bool) (T, error) {
	var found T
	err := scan(file, parse, func(v T) bool {
		if !match(v) {
			return false
		}
		found = v
		return true
	})
	if !errors.Is(err, ErrUnknown) {
		return found, err
	}
	var zero T
	line, err := db.getent(ctx, database, key)
	if err != nil {
		return zero, err
	}
	v, ok := parse(line)
	if !ok || !match(v) {
		return zero, fmt.Errorf("%s %s: %w", database, key, ErrUnknown)
	}
	return v, nil
}

func (db *DB) passwdFile() string {
	if db.Passwd != "" {
		return db.Passwd
	}
	return "/etc/passwd"
}

func (db *DB) groupFile() string {
	if db.Group != "" {
		return db.Group
	}
	return "/etc/group"
}

func id(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
