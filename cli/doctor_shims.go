package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/clawrden/clawrden/internal/agentroot"
	"github.com/clawrden/clawrden/internal/users"
)

const maxEyes = 8 // users whose shells are started

// checkShims looks whether agents really meet the shims: from a login shell, from `bash -lc`, by the tool's absolute path and with an
// empty environment.
func (d *doctor) checkShims(ctx context.Context) {
	const check = "shims"
	dir := d.settings.Paths.Shims
	all, _, err := listShims("")
	if err != nil || len(all) == 0 {
		d.bad(stateWarning, check, "clawrden shims add git npm docker …, or start agents with clawrden run", "no tool has a shim: only guard sessions are governed")
		return
	}
	for _, program := range []string{shimName, "clawrden-launch"} {
		ours, err1 := os.ReadFile(filepath.Join(d.root, "/usr/lib/clawrden", program))
		theirs, err2 := os.ReadFile(filepath.Join(d.root, dir, program))
		if err1 == nil && err2 == nil && !bytes.Equal(ours, theirs) {
			d.bad(stateWarning, check, "install -m 0755 /usr/lib/clawrden/"+program+" "+dir+"/.new && mv "+dir+"/.new "+dir+"/"+program, "%s in %s is of another version", program, dir)
		}
	}
	for i := range all {
		if all[i].Problem != "" {
			d.bad(stateWarning, check, "clawrden shims list", "%s: %s", all[i].Tool, all[i].Problem)
		}
	}
	d.ok(check, "%s", plural(len(all), "tool has one", "tools have one"))
	for i := range all {
		if len(all[i].Besides) > 0 {
			d.bad(stateWarning, "absolute path", "clawrden shims add --divert "+all[i].Besides[0]+", or start agents with clawrden run",
				"%s passes no shim", strings.Join(all[i].Besides, ", "))
		}
	}
	tool := all[0].Tool // one that is there, if any is
	if i := slices.IndexFunc(all, func(s shimmed) bool { return s.Problem == "" }); i >= 0 {
		tool = all[i].Tool
	}
	db := &users.DB{}
	for i, name := range d.agents {
		if i == maxEyes {
			d.bad(stateUnknown, "agents", "--agent USER looks at one", "%d more aren't looked at", len(d.agents)-maxEyes)
			break
		}
		if u, err := db.UserByName(name); err == nil {
			d.checkShells(ctx, db, u, tool)
		}
	}
}

// checkShells has a user's own shells say where they find a tool.
func (d *doctor) checkShells(ctx context.Context, db *users.DB, u users.User, tool string) {
	check := "shells of " + u.Name
	who, err := credential(db, u)
	if err != nil {
		d.bad(stateUnknown, check, "run it as root", "cannot start one: %v", err)
		return
	}
	home := []string{"HOME=" + u.Home, "USER=" + u.Name, "LOGNAME=" + u.Name, "PATH=/usr/local/bin:/usr/bin:/bin"}
	find := "command -v " + tool
	shell := u.Shell
	if shell == "" {
		shell = "/bin/sh"
	}
	for _, way := range []struct {
		name string
		argv []string
	}{
		{"login shell", append(append([]string{"env", "-i"}, home...), shell, "-l", "-c", find)},
		{"bash -lc", append(append([]string{"env", "-i"}, home...), "bash", "-lc", find)},
		{"env -i", []string{"env", "-i", "/bin/sh", "-c", find}},
	} {
		said, err := runAs(ctx, who, way.argv[0], way.argv[1:]...)
		said = strings.TrimSpace(said)
		if i := strings.LastIndexByte(said, '\n'); i >= 0 {
			said = said[i+1:] // profiles talk
		}
		shim := false
		if file, err := filepath.EvalSymlinks(said); err == nil && filepath.IsAbs(said) {
			shim, _ = agentroot.IsShimFile(file)
		}
		switch {
		case shim:
			d.ok(check, "%s: %s is the shim", way.name, tool)
		case said == "" && err != nil:
			d.bad(stateUnknown, check, "log in as that user, and see what command -v "+tool+" says", "%s: it doesn't say where %s is (%v)", way.name, tool, err)
		default:
			d.bad(stateWarning, check, "put "+d.settings.Paths.Shims+" first on PATH there, use clawrden shims add --divert, or start the agent with clawrden run",
				"%s: %s is %s, which no shim stands before", way.name, tool, said)
		}
	}
}

// credential is what a program of a user runs with; nil for the caller.
func credential(db *users.DB, u users.User) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		if uint32(os.Geteuid()) == u.UID {
			return nil, nil
		}
		return nil, os.ErrPermission
	}
	groups, err := db.GroupIDs(u)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: u.UID, Gid: u.GID, Groups: groups}, nil
}
