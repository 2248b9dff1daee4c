package battery

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// scriptWays have another program start the marker, or load it.
func scriptWays() []way {
	return []way{
		{"a script whose interpreter it is", func(t *try) error { return scripts("#!" + t.marker + "\n") }},
		{"a script of a script", func(t *try) error {
			if err := write("inner", "#!"+t.marker+"\n"); err != nil {
				return err
			}
			return scripts("#!" + filepath.Join(t.dir, "inner") + "\n")
		}},
		{"a shell script", func(t *try) error { return scripts("#!/bin/sh\nexec " + t.marker + "\n") }},
		{"a shell script called like an allowed command", func(t *try) error {
			if err := write(harmless, "#!/bin/sh\n"+t.marker+"\n"); err != nil {
				return err
			}
			return start("./" + harmless)
		}},
		{"a script by env", func(*try) error { return scripts("#!/usr/bin/env " + marker + "\n") }},
		{"a script without a first line", func(t *try) error {
			if err := write("plain", t.marker+"\n"); err != nil {
				return err
			}
			return start("/bin/sh", "-c", "./plain")
		}},
		{"the program loader", func(t *try) error {
			ld, err := loader(t.marker)
			if err != nil {
				return err
			}
			return become(ld, ld, t.marker)
		}},
		{"the program loader, as an allowed command", func(t *try) error {
			ld, err := loader(t.marker)
			if err != nil {
				return err
			}
			if err := os.Symlink(ld, harmless); err != nil {
				return err
			}
			return become("./"+harmless, harmless, t.marker)
		}},
		{"a copy of the program loader", func(t *try) error {
			ld, err := loader(t.marker)
			if err != nil {
				return err
			}
			if err := copyTo(ld, harmless); err != nil {
				return err
			}
			return become("./"+harmless, harmless, t.marker)
		}},
		{"LD_PRELOAD", func(t *try) error { return preloaded(t, "LD_PRELOAD=") }},
		{"LD_AUDIT", func(t *try) error { return preloaded(t, "LD_AUDIT=") }},
		{"BASH_ENV", func(t *try) error {
			if _, err := exec.LookPath("bash"); err != nil {
				return notHere("there is no bash")
			}
			if err := write("rc", t.marker+"\n"); err != nil {
				return err
			}
			return startWith([]string{"BASH_ENV=" + filepath.Join(t.dir, "rc")}, "bash", "-c", ":")
		}},
		{"a shell", func(t *try) error { return start("/bin/sh", "-c", t.marker+"; :") }},
		{"a shell in a shell", func(*try) error { return start("/bin/sh", "-c", `sh -c 'eval "$(echo i)d"; :'; :`) }},
		{"a login shell", func(t *try) error {
			if err := write(".profile", t.marker+"\n"); err != nil {
				return err
			}
			return startWith([]string{"HOME=" + t.dir}, "/bin/sh", "-lc", ":")
		}},
		{"a shell in the background", func(t *try) error { return start("/bin/sh", "-c", "("+t.marker+" & wait) & wait") }},
	}
}

func scripts(text string) error {
	if err := write("script", text); err != nil {
		return err
	}
	return start("./script")
}

// loader is what a program names as its interpreter.
func loader(path string) (string, error) {
	f, err := elf.Open(path)
	if err != nil {
		return "", notHere("%v", err)
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			b := make([]byte, min(p.Filesz, 4096))
			_, err := p.ReadAt(b, 0)
			return strings.TrimRight(string(b), "\x00"), err
		}
	}
	return "", notHere("%s is linked statically", path)
}

// preloaded has an allowed program load a library whose first act is to run the marker.
func preloaded(t *try, variable string) error {
	lib, err := library(t.marker)
	if err != nil {
		return err
	}
	if _, err := loader(t.harmless); err != nil {
		return err
	}
	path := filepath.Join(t.dir, "lib.so")
	if err := write(path, string(lib)); err != nil {
		return err
	}
	err = startWith([]string{variable + path}, t.harmless)
	if errors.As(err, new(*exec.ExitError)) || err == nil {
		return nil
	}
	return err
}
