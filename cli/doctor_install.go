package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit"
	"github.com/clawrden/clawrden/config"
	"github.com/clawrden/clawrden/internal/users"
)

func (d *doctor) checkSettings() bool {
	c, diags := config.Load("")
	if diags.HasErrors() {
		d.bad(stateFailed, "settings", "clawrden config check shows each mistake", "%s", diags.Error())
		return false
	}
	d.settings = c
	d.ok("settings", "valid")
	return true
}

// checkGroups looks who is in the groups, and who is in both.
func (d *doctor) checkGroups() {
	p := &d.settings.Paths
	db := &users.DB{}
	members := map[string][]string{}
	for _, name := range []string{p.AgentsGroup, p.ApproversGroup} {
		if name == "" {
			continue
		}
		g, err := db.GroupByName(name)
		if err != nil {
			d.bad(stateFailed, "groups", "systemd-sysusers clawrden.conf", "the group %s isn't there: its socket is root's alone", name)
			return
		}
		if members[name], err = db.Members(g); err != nil {
			d.bad(stateUnknown, "groups", "see whether getent group "+name+" and getent passwd answer", "cannot tell who is in %s: %v", name, err)
			return
		}
	}
	agents := members[p.AgentsGroup]
	if len(d.agents) == 0 {
		d.agents = agents
	}
	for _, user := range agents {
		if slices.Contains(members[p.ApproversGroup], user) {
			d.bad(stateFailed, "groups", "gpasswd -d "+user+" "+p.ApproversGroup, "%s is in %s and in %s", user, p.AgentsGroup, p.ApproversGroup)
			return
		}
	}
	switch {
	case len(agents) == 0:
		d.bad(stateWarning, "groups", "usermod -aG "+p.AgentsGroup+" USER, for each user that agents run as", "nobody is in %s", p.AgentsGroup)
	case len(members[p.ApproversGroup]) == 0:
		d.bad(stateWarning, "groups", "usermod -aG "+p.ApproversGroup+" USER, for each person that decides", "nobody is in %s: only root decides", p.ApproversGroup)
	default:
		d.ok("groups", "%s and %s", plural(len(agents), "agent's user", "agents' users"), plural(len(members[p.ApproversGroup]), "approver", "approvers"))
	}
}

// checkSockets looks whether the sockets are there, and for whom.
func (d *doctor) checkSockets() {
	p := &d.settings.Paths
	fine := true
	for _, s := range []struct {
		path, group string
		must        bool
	}{
		{p.Socket, p.AgentsGroup, true}, {p.Control, p.ApproversGroup, true}, {filepath.Join(filepath.Dir(p.Socket), "guard.sock"), p.AgentsGroup, false},
	} {
		fi, err := os.Lstat(filepath.Join(d.root, s.path))
		state := stateFailed
		if !s.must {
			state = stateWarning
		}
		switch {
		case errors.Is(err, fs.ErrPermission):
			fine = false
			d.bad(stateUnknown, "sockets", "run it as root", "cannot look at %s", s.path)
		case err != nil || fi.Mode()&fs.ModeSocket == 0:
			fine = false
			d.bad(state, "sockets", "systemctl start clawrden.socket", "there is no socket at %s", s.path)
		default:
			if owner, ok := fi.Sys().(*syscall.Stat_t); ok && (fi.Mode().Perm() != 0o660 || groupName(owner.Gid) != s.group && s.group != "") {
				fine = false
				d.bad(stateFailed, "sockets", "systemctl restart clawrden.socket; look at its drop-ins", "%s is %v of group %s", s.path, fi.Mode().Perm(), groupName(owner.Gid))
			}
		}
	}
	if fine {
		d.ok("sockets", "there, each for its group")
	}
}

func groupName(gid uint32) string {
	g, err := (&users.DB{}).GroupByID(gid)
	if err != nil {
		return fmt.Sprint(gid)
	}
	return g.Name
}

const statusTime = 10 * time.Second // for its answer

func (d *doctor) checkDaemon(ctx context.Context) {
	const check = "daemon"
	ctx, cancel := context.WithTimeout(ctx, statusTime)
	defer cancel()
	c, err := d.app.connect()
	var s clawrden.Status
	if err == nil {
		s, err = c.Status(ctx)
	}
	switch {
	case errors.Is(err, clawrden.ErrNotAuthorized):
		d.bad(stateUnknown, check, "run it as root, or as a member of "+d.settings.Paths.ApproversGroup, "it runs, and doesn't answer to this user")
		return
	case err != nil:
		d.bad(stateFailed, check, "systemctl status clawrden.service; journalctl -u clawrden.service", "%v", err)
		return
	}
	d.ok(check, "version %s, running for %s", s.Version, ago(time.Duration(s.Uptime)*time.Second))
	if s.Locked || len(s.Locks) > 0 {
		d.bad(stateWarning, "kill switch", "clawrden unlock, when the cause is gone", "it is on: agents are denied everything")
	}
	if u := s.Unrecorded; u != nil {
		d.bad(stateFailed, "audit log", "make room, or move the file away if something else wrote to it; clawrden audit verify", "it can't be written since %s: %s", clock(u.Since), firstLine(u.Error, ""))
	}
	if s.Policy.Error != "" {
		d.bad(stateFailed, "policy in force", "clawrden policy check, then clawrden reload", "the files as they are were refused: %s", firstLine(s.Policy.Error, ""))
	}
	if s.Dev {
		d.bad(stateWarning, check, "start it without --dev", "it runs with --dev, which governs nobody who means harm")
	}
	for i := range s.Sessions {
		if ses := &s.Sessions[i]; !ses.Guarded || ses.Lacks != "" {
			d.bad(stateWarning, "session "+ses.Name, "systemctl status clawrden-guard.service; start the session anew", "it is no boundary: %s", firstLine(ses.Lacks, "its guard is away"))
		}
	}
}

func (d *doctor) checkPolicy() {
	p, diags, err := (&policyFiles{}).read()
	switch {
	case errors.Is(err, fs.ErrPermission) || strings.Contains(fmt.Sprint(diags), "permission denied"):
		d.bad(stateUnknown, "policy", "run it as root", "cannot read all of it")
	case err != nil:
		d.bad(stateFailed, "policy", "clawrden policy check", "%v", err)
	case diags.HasErrors():
		d.bad(stateFailed, "policy", "clawrden policy check shows each mistake", "it would not be loaded: %s", firstLine(diags.Error(), ""))
	case p.Digest() == "":
		d.bad(stateFailed, "policy", "put a policy into /etc/clawrden/policy.d", "there is none: everything is denied")
	default:
		failed, all := 0, append(p.Tests(), p.Examples()...)
		for _, r := range all {
			if !r.OK {
				failed++
			}
		}
		if failed > 0 {
			d.bad(stateFailed, "policy", "clawrden policy test", "%d of its %d tests fail", failed, len(all))
			return
		}
		d.ok("policy", "%s, %s", plural(p.Rules(), "rule", "rules"), plural(len(all), "test passes", "tests pass"))
	}
}

func (d *doctor) checkAudit() {
	const check = "audit log"
	o, err := wholeLog()
	var r audit.Report
	if err == nil {
		r, err = audit.VerifyLog(o)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		d.bad(stateUnknown, check, "run it as root", "cannot read it")
	case errors.Is(err, fs.ErrNotExist):
		d.bad(stateWarning, check, "it begins with the daemon's first start", "there is none yet")
	case err != nil:
		d.bad(stateFailed, check, "clawrden audit verify", "%v", err)
	case !r.OK():
		d.bad(stateFailed, check, "clawrden audit verify names each place; keep a copy before anything else", "%s is damaged", r.Path)
	default:
		d.ok(check, "whole")
	}
}
