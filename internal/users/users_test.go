package users

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const passwd = `root:x:0:0:root:/root:/bin/bash
# a comment
broken:x:notanumber:0::/:/bin/sh
short:x:1
minus:x:4294967295:0::/:/bin/sh
+nis::::::
ada:x:1000:1000:Ada,,,:/home/ada:/bin/zsh
bob:x:1001:1000::/home/bob:/bin/sh
`

const group = `root:x:0:
wheel:x:10:ada, bob
clawrden-approvers:x:990:ada
ada:x:1000:
short:x
`

// getent stands for a name service that knows one user more; every question leaves a line in the file "asked".
const getent = `#!/bin/sh
echo "$1 $2" >> "$(dirname "$0")/asked"
case "$1 $2" in
"passwd 5000"|"passwd eve") echo "eve:*:5000:5000:Eve:/home/eve:/bin/bash" ;;
"passwd 6000") echo "liar:*:0:0::/:/bin/sh" ;;
"passwd 6001") exec sleep 1000 ;;
"passwd 6002") exec cat /dev/zero ;;
"passwd 6003") exit 3 ;;
"group 5000") echo "eve:*:5000:" ;;
"initgroups ada") echo "ada                   10 7000" ;;
*) exit 2 ;;
esac
`

func testDB(t *testing.T) (db *DB, asked func() string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	db = &DB{Passwd: write("passwd", passwd, 0o644), Group: write("group", group, 0o644), Getent: write("getent", getent, 0o755)}
	return db, func() string {
		b, err := os.ReadFile(filepath.Join(dir, "asked"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return string(b)
	}
}

func TestUsers(t *testing.T) {
	db, _ := testDB(t)
	tests := []struct {
		name string
		look func() (User, error)
		want User
		err  error
	}{
		{"root by id", func() (User, error) { return db.UserByID(0) }, User{"root", 0, 0, "/root", "/bin/bash"}, nil},
		{"by id", func() (User, error) { return db.UserByID(1000) }, User{"ada", 1000, 1000, "/home/ada", "/bin/zsh"}, nil},
		{"by name", func() (User, error) { return db.UserByName("bob") }, User{"bob", 1001, 1000, "/home/bob", "/bin/sh"}, nil},
		{"of a name service, by id", func() (User, error) { return db.UserByID(5000) }, User{"eve", 5000, 5000, "/home/eve", "/bin/bash"}, nil},
		{"of a name service, by name", func() (User, error) { return db.UserByName("eve") }, User{"eve", 5000, 5000, "/home/eve", "/bin/bash"}, nil},
		{"nobody has it", func() (User, error) { return db.UserByID(4711) }, User{}, ErrUnknown},
		{"an answer to another question", func() (User, error) { return db.UserByID(6000) }, User{}, ErrUnknown},
		{"minus one", func() (User, error) { return db.UserByID(1<<32 - 1) }, User{}, ErrUnknown},
		{"a broken line", func() (User, error) { return db.UserByName("broken") }, User{}, ErrUnknown},
		{"an option", func() (User, error) { return db.UserByName("--help") }, User{}, ErrUnknown},
		{"an id for a name", func() (User, error) { return db.UserByName("0") }, User{}, ErrUnknown},
		{"nothing", func() (User, error) { return db.UserByName("") }, User{}, ErrUnknown},
		{"two fields", func() (User, error) { return db.UserByName("a:b") }, User{}, ErrUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.look()
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := db.Name(1000); got != "ada" {
		t.Errorf("Name(1000) = %q", got)
	}
	if got := db.Name(4711); got != "" {
		t.Errorf("Name(4711) = %q", got)
	}
}

func TestGroups(t *testing.T) {
	db, _ := testDB(t)
	wheel, err := db.GroupByName("wheel")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Group{"wheel", 10, []string{"ada", "bob"}}, wheel); diff != "" {
		t.Error(diff)
	}
	if g, err := db.GroupByID(5000); err != nil || g.Name != "eve" {
		t.Errorf("GroupByID(5000) = %v, %v", g, err)
	}
	if _, err := db.GroupByName("nosuch"); !errors.Is(err, ErrUnknown) {
		t.Errorf("nosuch: %v", err)
	}
	ada, _ := db.GroupByID(1000)
	members, err := db.Members(ada)
	if diff := cmp.Diff([]string{"ada", "bob"}, members); diff != "" || err != nil {
		t.Errorf("members: %v\n%s", err, diff)
	}
}

func TestGroupIDs(t *testing.T) {
	db, _ := testDB(t)
	tests := map[string][]uint32{
		"ada": {1000, 10, 990, 7000}, // 7000 is of the name service
		"bob": {1000, 10},
	}
	for name, want := range tests {
		u, err := db.UserByName(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.GroupIDs(u)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// A name service that hangs, floods or fails is an error within the limit, not a wait and not "no such user".
func TestGetentMisbehaves(t *testing.T) {
	db, _ := testDB(t)
	db.Timeout = 100 * time.Millisecond
	for uid, want := range map[uint32]string{6001: "no answer", 6002: "getent", 6003: "getent"} {
		_, err := db.UserByID(uid)
		if err == nil || errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, want it to say %q", uid, err, want)
		}
	}
}

func TestWithoutGetent(t *testing.T) {
	db, asked := testDB(t)
	db.Getent = "none"
	if _, err := db.UserByID(5000); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	if got := asked(); got != "" {
		t.Errorf("getent was asked: %s", got)
	}
}

func TestManyAskOnce(t *testing.T) {
	db, asked := testDB(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := db.UserByID(4711); !errors.Is(err, ErrUnknown) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if got := asked(); got != "passwd 4711\n" {
		t.Errorf("asked:\n%s", got)
	}
}

func TestAnswersAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, _ := testDB(t)
		db.Getent = "none"
		rename := func(to string) {
			text := strings.ReplaceAll(passwd, "ada:x:", to+":x:")
			if err := os.WriteFile(db.Passwd, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := db.Name(1000); got != "ada" {
			t.Fatal(got)
		}
		rename("lovelace")
		if got := db.Name(1000); got != "ada" {
			t.Errorf("not kept: %s", got)
		}
		<-time.After(defaultTTL)
		if got := db.Name(1000); got != "lovelace" {
			t.Errorf("kept too long: %s", got)
		}
	})
}

func TestCacheIsBounded(t *testing.T) {
	db, _ := testDB(t)
	db.Getent = "none"
	for uid := range uint32(3 * maxCached) {
		db.Name(uid)
	}
	if n := len(db.cache.entries); n > maxCached {
		t.Errorf("%d answers kept", n)
	}
}

// The host's own files and getent agree with what this package expects of them.
func TestHost(t *testing.T) {
	u, err := Host.UserByID(0)
	if err != nil || u.Name != "root" {
		t.Fatalf("%v, %v", u, err)
	}
	if Host.getentProgram() == "" {
		t.Skip("this host has no getent")
	}
	line, err := Host.getent(t.Context(), "passwd", "root")
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := parseUser(line); !ok || got != u {
		t.Errorf("getent says %q, the file %v", line, u)
	}
	if _, err := Host.getent(t.Context(), "passwd", "no.such.user"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	for line := range strings.SplitSeq(passwd+group, "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if u, ok := parseUser(line); ok {
			back := fmt.Sprintf("%s:x:%d:%d::%s:%s", u.Name, u.UID, u.GID, u.Home, u.Shell)
			if v, ok := parseUser(back); !ok || v != u {
				t.Errorf("%q: %v, read back %v", line, u, v)
			}
		}
		if g, ok := parseGroup(line); ok && checkName(g.Name) != nil {
			t.Errorf("%q: %v", line, g)
		}
	})
}
