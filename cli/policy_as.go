package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
	"github.com/clawrden/clawrden/internal/users"
	"github.com/clawrden/clawrden/policy"
)

// asked is a command that is only thought of: what, where, and who would run it.
type asked struct {
	as       string
	cwd, exe string
	env      []string
}

func (q *asked) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&q.as, "as", "", "`who` runs it: a user's name, or uid=…,gid=…,group=…,user=…,home=…,unit=…,cgroup=…,container=…,image=…,agent=…,session=…,way=…,started_by=NAME/NAME (default: you)")
	f.StringVar(&q.cwd, "cwd", "", "`directory` that it runs in (default: this one)")
	f.StringArrayVar(&q.env, "env", nil, "a variable of its environment, `NAME=value`; may be given again")
	f.StringVar(&q.exe, "exe", "", "`path` that the tool is found at (default: by your PATH)")
}

// given reports whether anything was told of it.
func (q *asked) given() bool { return q.as != "" || q.cwd != "" || q.exe != "" || len(q.env) > 0 }

// request makes the facts that don't come from the command's words.
func (q *asked) request(a *app, argv []string) (clawrden.Facts, error) {
	f := clawrden.Facts{Cwd: q.cwd, Env: q.env, Time: a.now(), Way: clawrden.WayShim}
	f.Tool = argv[0][strings.LastIndexByte(argv[0], '/')+1:]
	f.Args = argv[1:]
	if f.Tool == "" {
		return f, usageError{fmt.Errorf("%s names no tool", display.Word(argv[0])), "give the command as the agent would: -- git push"}
	}
	for _, e := range q.env {
		if name, _, ok := strings.Cut(e, "="); !ok || name == "" {
			return f, usageError{fmt.Errorf("--env %s is no variable", display.Word(e)), "write NAME=value"}
		}
	}
	if f.Cwd == "" {
		cwd, err := os.Getwd()
		if err != nil {
			return f, fmt.Errorf("cannot tell the working directory: %w", err)
		}
		f.Cwd = cwd
	}
	if !strings.HasPrefix(f.Cwd, "/") {
		return f, usageError{fmt.Errorf("--cwd %s is not an absolute path", display.Word(f.Cwd)), "begin it with /"}
	}
	f.Exe = executable(q.exe, argv[0])
	return f, q.identity(&f)
}

// identity fills in who runs it.
func (q *asked) identity(f *clawrden.Facts) error {
	db := users.Host
	if q.as == "" {
		f.Identity.UID, f.Identity.GID = uint32(os.Geteuid()), uint32(os.Getegid())
		if groups, err := os.Getgroups(); err == nil {
			for _, g := range groups {
				f.Identity.Groups = append(f.Identity.Groups, uint32(g))
			}
		}
		fromUID(f, db, f.Identity.UID)
		return nil
	}
	if !strings.Contains(q.as, "=") {
		return fromName(f, db, q.as)
	}
	uid, said := uint32(0), false
	for part := range strings.SplitSeq(q.as, ",") {
		name, value, _ := strings.Cut(part, "=")
		if value == "" {
			return badAs(part, "say what it is: uid=1000")
		}
		var err error
		switch name {
		case "uid":
			uid, err = number(value)
			f.Identity.UID, said = uid, true
		case "gid":
			f.Identity.GID, err = number(value)
		case "group":
			err = addGroup(f, db, value)
		case "user":
			f.Identity.User = value
		default:
			err = other(f, name, value)
		}
		if err != nil {
			return badAs(part, err.Error())
		}
	}
	switch {
	case said && f.Identity.User == "":
		home := f.Home
		fromUID(f, db, uid)
		if home != "" {
			f.Home = home
		}
	case !said && f.Identity.User == "":
		return badAs(q.as, "it needs uid=… or user=…")
	case !said:
		home := f.Home
		if err := fromName(f, db, f.Identity.User); err != nil {
			return err
		}
		if home != "" {
			f.Home = home
		}
	}
	return nil
}

func badAs(part, hint string) error {
	return usageError{fmt.Errorf("--as %s can't be read", display.Word(part)), hint}
}

// other sets the facts that are plain texts.
func other(f *clawrden.Facts, name, value string) error {
	if name == "started_by" {
		f.Lineage = policy.StartedBy(strings.Split(value, "/"))
		return nil
	}
	texts := map[string]*string{
		"home": &f.Home, "unit": &f.Identity.Unit, "cgroup": &f.Identity.Cgroup, "container": &f.Identity.Container,
		"image": &f.Image, "agent": &f.Identity.Agent, "session": &f.Session, "way": (*string)(&f.Way),
	}
	to, ok := texts[name]
	if !ok {
		return errors.New("known are uid, gid, group, user, home, unit, cgroup, container, image, agent, session, way and started_by")
	}
	*to = value
	return nil
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, errors.New("it takes a number")
	}
	return uint32(n), nil
}

func addGroup(f *clawrden.Facts, db *users.DB, name string) error {
	gid, err := number(name)
	if err != nil {
		g, err := db.GroupByName(name)
		if err != nil {
			return fmt.Errorf("there is no group of that name: %v", err)
		}
		gid = g.GID
	}
	if !slices.Contains(f.Identity.Groups, gid) {
		f.Identity.Groups = append(f.Identity.Groups, gid)
	}
	return nil
}

// fromUID fills in what the user database says of a uid, if it knows it.
func fromUID(f *clawrden.Facts, db *users.DB, uid uint32) {
	if u, err := db.UserByID(uid); err == nil {
		f.Identity.User, f.Home = u.Name, u.Home
	}
}

func fromName(f *clawrden.Facts, db *users.DB, name string) error {
	u, err := db.UserByName(name)
	if err != nil {
		return usageError{fmt.Errorf("--as %s: there is no such user", display.Word(name)), "or say uid=…,gid=…"}
	}
	f.Identity.UID, f.Identity.User, f.Home = u.UID, u.Name, u.Home
	if f.Identity.GID == 0 {
		f.Identity.GID = u.GID
	}
	groups, err := db.GroupIDs(u)
	if err != nil {
		return nil //nolint:nilerr // its primary group is known
	}
	for _, g := range groups {
		if !slices.Contains(f.Identity.Groups, g) {
			f.Identity.Groups = append(f.Identity.Groups, g)
		}
	}
	return nil
}
