package battery

import (
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// pathWays name the marker's file in other words.
func pathWays() []way {
	return []way{
		{"by its name", func(*try) error { return start(marker) }},
		{"by its path", func(t *try) error { return become(t.marker) }},
		{"a relative path", func(t *try) error {
			if err := os.Chdir(filepath.Dir(t.marker)); err != nil {
				return err
			}
			return become("./" + filepath.Base(t.marker))
		}},
		{"a path with dots and slashes", func(t *try) error {
			return become("//" + filepath.Dir(t.marker) + "/.//../" + filepath.Base(filepath.Dir(t.marker)) + "//./" + filepath.Base(t.marker))
		}},
		{"another argv[0]", func(t *try) error { return become(t.marker, "true") }},
		{"a symbolic link", func(t *try) error { return linked(t.marker, "link") }},
		{"a symbolic link called like an allowed command", func(t *try) error { return linked(t.marker, harmless) }},
		{"a link to a link in another directory", func(t *try) error {
			if err := os.Mkdir("a", 0o755); err != nil { //nolint:gosec // for whoever
				return err
			}
			if err := os.Symlink(t.marker, "a/first"); err != nil {
				return err
			}
			return linked("a/first", "second")
		}},
		{"a directory of one's own first on PATH", func(t *try) error {
			if err := os.Symlink(t.marker, harmless); err != nil {
				return err
			}
			return startWith([]string{"PATH=" + t.dir}, filepath.Join(t.dir, harmless))
		}},
		{"/proc/self/root", func(t *try) error { return become("/proc/self/root" + t.marker) }},
		{"/proc/self/cwd", func(t *try) error {
			if err := os.Chdir(filepath.Dir(t.marker)); err != nil {
				return err
			}
			return become("/proc/self/cwd/" + filepath.Base(t.marker))
		}},
		{"/proc/PID/root of the parent", func(t *try) error { return become("/proc/" + strconv.Itoa(os.Getppid()) + "/root" + t.marker) }},
		{"/proc/thread-self/root", func(t *try) error { return become("/proc/thread-self/root" + t.marker) }},
		{"/proc/self/task/TID/root", func(t *try) error {
			return become("/proc/self/task/" + strconv.Itoa(unix.Gettid()) + "/root" + t.marker)
		}},
	}
}

func linked(to, name string) error {
	if err := os.Symlink(to, name); err != nil {
		return err
	}
	return become("./" + name)
}
