package policy

import (
	"slices"
	"strings"

	"github.com/clawrden/clawrden"
)

// narrow takes from what a profile lets be written all that lies outside the allowed paths. A command that runs elsewhere may
// have more reach than its agent, and opens its paths by itself after they were judged: there the profile has to hold what
// allowed_paths says. Devices stay, and so does the working directory, which was judged by itself. What can be read is left
// to the profile: programs and libraries lie outside.
func (s *settings) narrow(fs clawrden.Filesystem, home string) clawrden.Filesystem {
	dirs, all := s.allowedDirs(home)
	if s.allowedPaths == nil || all {
		return fs
	}
	if !fs.Restricted {
		fs.Restricted, fs.ReadWrite = true, []string{"/"}
		fs.ReadOnly = append(slices.Clone(fs.ReadOnly), "/", "/dev")
	}
	var kept []string
	keep := func(path string) {
		if !slices.Contains(kept, path) {
			kept = append(kept, path)
		}
	}
	for _, path := range fs.ReadWrite {
		if path == "cwd" || strings.HasPrefix(path, "cwd/") || strings.HasPrefix(path, "/dev/") && path != "/dev/shm" {
			keep(path)
			continue
		}
		full := underHome(path, home)
		if full == "" {
			continue // nobody knows where that is
		}
		for _, dir := range dirs {
			switch {
			case within(full, dir):
				keep(path)
			case within(dir, full):
				keep(dir)
			}
		}
	}
	fs.ReadWrite = kept
	return fs
}

// allowedDirs are the directories that the allowed paths begin with, as far as they are written out; all reports that one of
// them covers everything.
func (s *settings) allowedDirs(home string) (dirs []string, all bool) {
	for _, g := range s.allowedPaths {
		for i := range g.alts {
			alt := &g.alts[i]
			dir := ""
			if alt.home {
				if dir = home; dir == "" {
					continue
				}
			}
			for k, part := range alt.parts {
				if !alt.plain[k] || part == "**" {
					break
				}
				dir = strings.TrimSuffix(dir, "/") + "/" + part
			}
			if dir == "" || dir == "/" {
				return nil, true
			}
			dirs = append(dirs, dir)
		}
	}
	return dirs, false
}

// underHome writes a path of a profile out; "" if the home directory that it begins with isn't known.
func underHome(path, home string) string {
	rest, ok := strings.CutPrefix(path, "~")
	switch {
	case !ok:
		return path
	case home == "":
		return ""
	}
	return home + rest
}

// within reports whether a path is a directory or lies below it.
func within(path, dir string) bool {
	return path == dir || dir == "/" || strings.HasPrefix(path, dir+"/")
}
