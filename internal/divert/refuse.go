package divert

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// The reasons for which a tool keeps its place.
const (
	isShell  = "scripts and logins start it, also those that mend a host"
	isLoader = "every program is started by it"
	isBoot   = "the host needs it to boot, or copies it into what boots it"
	isDpkg   = "packages are installed by it, and diverted tools are put back with its help"
	isLogin  = "people get into the host by it"
)

// needed are the tools that keep their place, by name. What isn't here works in another place: the shim runs it for
// whoever is no agent, without the daemon if need be.
var needed = []struct{ why, names string }{
	{isShell, "sh ash bash dash zsh ksh ksh93 mksh lksh csh tcsh fish rbash busybox toybox nologin"},
	{isLoader, "ld.so ldconfig"},
	{isBoot, "init systemd telinit udevadm mount umount switch_root pivot_root modprobe kmod insmod rmmod depmod lsmod " +
		"fsck e2fsck swapon swapoff losetup blkid findmnt dmsetup lvm cryptsetup veritysetup mdadm btrfs zfs zpool xfs_repair " +
		"agetty getty kexec dracut mkinitramfs update-initramfs mkinitcpio plymouth setfont loadkeys sysctl dbus-daemon " +
		"dbus-broker dbus-broker-launch polkitd clevis multipath"},
	{isDpkg, "dpkg dpkg-divert dpkg-query dpkg-deb dpkg-split dpkg-trigger dpkg-statoverride update-alternatives rpm rpmdb"},
	{isLogin, "login sulogin sshd unix_chkpwd"},
}

// kept are the directories whose programs keep their place, below which nobody looks for a tool.
var kept = []string{"/boot", "/dev", "/proc", "/run", "/sys", "/lib/systemd", "/usr/lib/systemd", "/usr/lib/clawrden", "/usr/libexec/clawrden", "/var/lib/clawrden", "/usr/lib/initramfs-tools", "/usr/lib/dracut"}

// keeps says why a tool keeps its place; "" if it needn't. link says that the path is a link: then only the link goes aside.
func keeps(at string, link bool) string {
	name := path.Base(at)
	for _, n := range needed {
		if slices.Contains(strings.Fields(n.names), name) {
			return n.why
		}
	}
	switch {
	case strings.HasPrefix(name, "ld-") && strings.Contains(name, ".so"):
		return isLoader
	case strings.HasPrefix(name, "systemd-") || strings.HasPrefix(name, "fsck.") || strings.HasPrefix(name, "mount.") || strings.HasPrefix(name, "umount."):
		return isBoot
	case inShells(at):
		return isShell
	case !link && sameFile(at, "/bin/sh"):
		return isShell
	}
	return ""
}

// inShells looks into the list of login shells. A terminal multiplexer may stand there, too.
func inShells(at string) bool {
	f, err := os.Open("/etc/shells")
	if err != nil {
		return false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == at || path.Base(line) == path.Base(at) && canonical(line) == at {
			return true
		}
	}
	return false
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// canonical follows the links that lead to a path's directory, and leaves its last component.
func canonical(at string) string {
	dir, err := filepath.EvalSymlinks(filepath.Dir(at))
	if err != nil {
		return at
	}
	return filepath.Join(dir, filepath.Base(at))
}

// checkPlace refuses a path by its words and by who can change it.
func (h *Host) checkPlace(given string) (at string, err error) {
	name := filepath.Base(given)
	switch {
	case !filepath.IsAbs(given) || filepath.Clean(given) != given || len(given) > 4000:
		return "", refuse("give its whole path, such as /usr/bin/git", "%q is not the path of a tool", given)
	case strings.ContainsFunc(given, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }):
		return "", refuse("", "%q has characters that no tool's path has", given)
	case strings.HasSuffix(name, Suffix) || strings.HasSuffix(name, ".clawrden-new"):
		return "", refuse("name the shim's path, without "+Suffix, "%s is a tool that was put aside", given)
	case strings.HasPrefix(name, "clawrden"):
		return "", refuse("name the tools that agents use", "%s is part of Clawrden", given)
	case strings.HasPrefix(given, "/nix/") || exists("/etc/NIXOS"):
		return "", refuse("use the NixOS module, which puts the shims first on PATH", "%s can't be replaced on NixOS, whose files are made anew at each switch", given)
	}
	at = canonical(given)
	for _, dir := range kept {
		if strings.HasPrefix(at, dir+"/") || strings.HasPrefix(given, dir+"/") {
			return "", refuse("", "%s stays as it is: the programs in %s are the system's own", given, dir)
		}
	}
	return at, h.checkDirs(filepath.Dir(at))
}

// checkDirs refuses a directory that anybody but root can change, or put another in the place of.
func (h *Host) checkDirs(dir string) error {
	var st unix.Stat_t
	for at := dir; ; at = filepath.Dir(at) {
		if err := unix.Lstat(at, &st); err != nil {
			return &fs.PathError{Op: "cannot look at", Path: at, Err: err}
		}
		sticky := at != dir && st.Mode&unix.S_ISVTX != 0
		if st.Uid != 0 && st.Uid != h.owner || st.Mode&0o022 != 0 && !sticky {
			return refuse("put the tool where only root can write", "others than root can change %s, and so what is at that path", at)
		}
		if at == "/" {
			return nil
		}
	}
}

// checkTool looks at the file itself: link is where it leads, "" for a file.
func (h *Host) checkTool(at string) (link string, err error) {
	fi, err := os.Lstat(at)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", refuse("install the tool first; a shim can't stand for what isn't there", "there is no tool %s", at)
		}
		return "", err
	}
	file := at
	if fi.Mode()&fs.ModeSymlink != 0 {
		if file, err = h.checkLink(at); err != nil {
			return "", err
		}
		if link, err = os.Readlink(at); err != nil {
			return "", err
		}
		if fi, err = os.Stat(at); err != nil {
			return "", err
		}
	}
	if why := keeps(at, link != ""); why != "" {
		return "", refuse("add its name instead: `clawrden shims add "+filepath.Base(at)+"`", "%s stays as it is: %s", at, why)
	}
	switch st := fi.Sys().(*syscall.Stat_t); {
	case !fi.Mode().IsRegular():
		return "", refuse("", "%s is not a program", at)
	case fi.Mode().Perm()&0o111 == 0:
		return "", refuse("", "%s may not be executed by anybody", at)
	case fi.Mode().Perm()&0o022 != 0 || st.Uid != 0 && st.Uid != h.owner:
		return "", refuse("", "others than root can change %s", file)
	}
	return link, nil
}

// checkLink follows a tool that is a symbolic link. The link is what goes aside, and it works there as it did: its directory
// is the same. One that a system of alternatives keeps would be put back by it.
func (h *Host) checkLink(at string) (file string, err error) {
	file, err = filepath.EvalSymlinks(at)
	if err != nil {
		return "", refuse("install the tool first", "%s is a link that leads nowhere", at)
	}
	for next, n := at, 0; n < 40; n++ {
		to, err := os.Readlink(next)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(next), to)
		}
		if strings.HasPrefix(to, "/etc/alternatives/") {
			return "", refuse("divert the tool that it leads to: "+file, "%s is a link of the system of alternatives, which puts it back", at)
		}
		if err := h.checkDirs(filepath.Dir(canonical(to))); err != nil {
			return "", err
		}
		next = to
	}
	if h.isShim(file) {
		return "", refuse("divert that one, if it isn't: "+file, "%s leads to a shim", at)
	}
	return file, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
