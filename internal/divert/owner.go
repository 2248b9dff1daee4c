package divert

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// askTime is how long a package manager may take to answer. dpkg waits for nobody; rpm's database may be locked.
const askTime = time.Minute

// findOwner asks the package managers whose file a tool is. dpkg knows a file by the name that its package has, which may lead
// through a link between directories (/bin and /usr/bin); it is told of a diversion under that name alone. Were it told under
// both, an upgrade that changes the name would remove the tool as a file of the old release. As it is, the new release's
// tool takes the shim's place, and Repair puts that right.
func findOwner(ctx context.Context, d *Diversion) error {
	if has("dpkg-query") && has("dpkg-divert") {
		for _, name := range aliases(d.Path) {
			owner, err := dpkgOwner(ctx, name)
			if err != nil {
				return err
			}
			if owner != "" {
				d.Manager, d.Package, d.Names = "dpkg", owner, append(d.Names, name)
			}
		}
		if d.Manager != "" {
			return nil
		}
	}
	if has("rpm") {
		out, err := ask(ctx, "rpm", "-qf", "--qf", "%{NAME}\n", d.Path)
		if first, _, _ := strings.Cut(out, "\n"); err == nil && first != "" {
			d.Manager, d.Package = "rpm", first
		}
	}
	return nil
}

// merged are the directories that are links to those below /usr on most hosts.
var merged = []string{"/bin", "/sbin", "/lib", "/lib64"}

// aliases gives all names of a path, the given one first.
func aliases(path string) []string {
	names := []string{path}
	for _, short := range merged {
		rest, ok := strings.CutPrefix(path, "/usr"+short+"/")
		if to, err := filepath.EvalSymlinks(short); ok && err == nil && to == "/usr"+short {
			names = append(names, short+"/"+rest)
		}
	}
	if dir := filepath.Dir(path); dir == "/usr/bin" { // where sbin is merged, too
		if to, err := filepath.EvalSymlinks("/usr/sbin"); err == nil && to == dir {
			names = append(names, "/usr/sbin/"+filepath.Base(path), "/sbin/"+filepath.Base(path))
		}
	}
	return names
}

// dpkgOwner is the package that a path belongs to by dpkg; "" if to none. A diversion of somebody else's is refused.
func dpkgOwner(ctx context.Context, path string) (string, error) {
	out, err := ask(ctx, "dpkg-divert", "--list", escapeGlob(path))
	if err != nil {
		return "", err
	}
	if line, _, _ := strings.Cut(out, "\n"); line != "" && !strings.HasSuffix(line, " to "+path+Suffix) {
		return "", refuse("`dpkg-divert --list "+path+"` tells more", "%s is diverted already, by somebody else: %s", path, line)
	}
	out, err = ask(ctx, "dpkg-query", "--search", escapeGlob(path))
	if err != nil {
		return "", nil // it ends with 1 where no package has it
	}
	for line := range strings.Lines(out) {
		owner, file, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if ok && file == path && !strings.HasPrefix(owner, "diversion by ") && !strings.HasPrefix(owner, "local diversion") {
			return owner, nil
		}
	}
	return "", nil
}

// escapeGlob keeps dpkg from taking a path for a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// tellDpkg adds or removes dpkg's own diversions, so that upgrades go to where the tool is. It moves nothing: the place is
// never empty. Doing it again is no error.
func tellDpkg(ctx context.Context, verb string, d *Diversion) error {
	if d.Manager != "dpkg" {
		return nil
	}
	if verb == "--remove" && !has("dpkg-divert") {
		return nil
	}
	for _, name := range d.Names {
		args := []string{"--quiet", "--local", "--no-rename"}
		if verb == "--add" {
			args = append(args, "--divert", name+Suffix)
		}
		if _, err := ask(ctx, "dpkg-divert", append(args, verb, name)...); err != nil {
			return fmt.Errorf("cannot tell dpkg of %s: %w", name, err)
		}
	}
	return nil
}

// rpmGone reports whether a tool that was rpm's isn't anybody's any more: its package was removed, or has no such file now. It goes
// by what rpm says, never by its failing, and never while rpm is at work.
func rpmGone(ctx context.Context, d *Diversion) bool {
	if d.Manager != "rpm" || rpmBusy(ctx, d) {
		return false
	}
	now := Diversion{Path: d.Path}
	if err := findOwner(ctx, &now); err != nil || now.Manager != "" {
		return false
	}
	files, err := ask(ctx, "rpm", "-q", "--list", d.Package)
	if err != nil {
		return strings.Contains(files, "package "+d.Package+" is not installed")
	}
	return !slices.ContainsFunc(aliases(d.Path), func(name string) bool { return slices.Contains(strings.Split(files, "\n"), name) })
}

// rpmBusy reports whether rpm is at work on packages: then it hasn't forgotten yet what it has removed. It says no where that can't
// be told.
func rpmBusy(ctx context.Context, d *Diversion) bool {
	if d.Manager != "rpm" {
		return false
	}
	out, err := ask(ctx, "rpm", "--eval", "%{_rpmlock_path}")
	if err != nil {
		return false
	}
	f, err := os.Open(strings.TrimSpace(out))
	if err != nil {
		return false
	}
	defer f.Close()
	lock := unix.Flock_t{Type: unix.F_RDLCK}
	return unix.FcntlFlock(f.Fd(), unix.F_GETLK, &lock) == nil && lock.Type == unix.F_WRLCK
}

func has(program string) bool { return find(program) != "" }

// find looks where programs of the system are: not on PATH, which may have shims first.
func find(program string) string {
	for _, dir := range []string{"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"} {
		if fi, err := os.Stat(dir + program); err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return dir + program
		}
	}
	return ""
}

// ask runs a program of the system, in words that don't depend on the language.
func ask(ctx context.Context, program string, args ...string) (string, error) {
	at := find(program)
	if at == "" {
		return "", fmt.Errorf("%s: %w", program, exec.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	c := exec.CommandContext(ctx, at, args...) //nolint:gosec // a program of the system, with paths that root has typed and refuse.go has let pass
	c.Env = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	for _, name := range []string{"DPKG_ADMINDIR", "RPM_CONFIGDIR"} { // where each looks for its own
		if dir := os.Getenv(name); dir != "" {
			c.Env = append(c.Env, name+"="+dir)
		}
	}
	var out, complaint bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaint
	if err := c.Run(); err != nil {
		if text := strings.TrimSpace(complaint.String()); text != "" {
			return out.String(), fmt.Errorf("%w: %s", err, text)
		}
		return out.String(), err
	}
	return out.String(), nil
}
