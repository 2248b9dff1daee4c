package battery

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// toolWays have an ordinary program start the marker: by an option, a setting or a line of its own language.
func toolWays() []way {
	return []way{
		{"env -i", func(t *try) error { return tool("env", "-i", t.marker) }},
		{"env -S", func(t *try) error { return tool("env", "-S", t.marker) }},
		{"nice, timeout, nohup and setsid", func(t *try) error {
			return tool("nice", "timeout", "5", "nohup", "setsid", "-w", t.marker)
		}},
		{"xargs", func(t *try) error { return tool("sh", "-c", "echo root | xargs "+t.marker) }},
		{"find -exec", func(t *try) error { return tool("find", ".", "-maxdepth", "0", "-exec", t.marker, ";") }},
		{"find -execdir", func(t *try) error { return tool("find", ".", "-maxdepth", "0", "-execdir", t.marker, ";") }},
		{"tar --checkpoint-action", func(t *try) error {
			return tool("tar", "-cf", "/dev/null", "--checkpoint=1", "--checkpoint-action=exec="+t.marker, ".")
		}},
		{"tar --to-command", func(t *try) error {
			if err := write("f", "x"); err != nil {
				return err
			}
			if err := tool("tar", "-cf", "a.tar", "f"); err != nil {
				return err
			}
			return tool("tar", "-xf", "a.tar", "--to-command="+t.marker)
		}},
		{"tar -I", func(t *try) error {
			if err := write("packer", "#!/bin/sh\n"+t.marker+" >&2\n"); err != nil {
				return err
			}
			return tool("tar", "-I", "./packer", "-cf", "a.tar", "--files-from=/dev/null")
		}},
		{"awk", func(t *try) error { return tool("awk", fmt.Sprintf("BEGIN { system(%q) }", t.marker)) }},
		{"a pipe of awk's", func(t *try) error {
			return tool("awk", fmt.Sprintf("BEGIN { while ((%q | getline x) > 0) print x }", t.marker))
		}},
		{"sed", func(t *try) error { return tool("sed", "-n", "1e "+t.marker, "/proc/self/status") }},
		{"vim", func(t *try) error { return tool("vim", "-Nu", "NONE", "-es", "-c", "!"+t.marker+" >&2", "-c", "qa!") }},
		{"ex", func(t *try) error { return tool("ex", "-s", "-c", "!"+t.marker+" >&2", "-c", "qa!") }},
		{"a git alias", func(t *try) error { return tool("git", "-c", "alias.x=!"+t.marker, "x") }},
		{"git's monitor of files", func(t *try) error {
			if err := startGit(nil, "init", "-q", "."); err != nil {
				return err
			}
			return tool("git", "-c", "core.fsmonitor="+t.marker+" >&2 #", "status", "-s")
		}},
		{"git's ssh command", func(t *try) error {
			return startGit([]string{"GIT_SSH_COMMAND=" + t.marker + " >&2 #"}, "ls-remote", "ssh://nobody.invalid/x")
		}},
		{"a git hook", gitHook},
		{"python", func(t *try) error {
			return tool("python3", "-c", fmt.Sprintf("import subprocess; subprocess.run([%q])", t.marker))
		}},
		{"python's os.system", func(t *try) error { return tool("python3", "-c", fmt.Sprintf("import os; os.system(%q)", t.marker)) }},
		{"python's posix_spawn in threads", func(t *try) error {
			return tool("python3", "-c", fmt.Sprintf(`import os, threading
p = %q
def run(): os.waitpid(os.posix_spawn(p, [p], os.environ), 0)
ts = [threading.Thread(target=run) for _ in range(8)]
[t.start() for t in ts]; [t.join() for t in ts]`, t.marker))
		}},
		{"perl", func(t *try) error { return tool("perl", "-e", fmt.Sprintf("exec(%q)", t.marker)) }},
		{"ruby", func(t *try) error { return tool("ruby", "-e", fmt.Sprintf("system(%q)", t.marker)) }},
		{"node", func(t *try) error {
			return tool("node", "-e", fmt.Sprintf("process.stdout.write(require('child_process').execFileSync(%q))", t.marker))
		}},
		{"make", func(t *try) error {
			if err := write("Makefile", "all:\n\t@"+t.marker+"\n"); err != nil {
				return err
			}
			return tool("make", "-s")
		}},
		{"make's own functions", func(t *try) error {
			if err := write("Makefile", "$(info $(shell "+t.marker+"))\nall: ;\n"); err != nil {
				return err
			}
			return tool("make", "-s")
		}},
		{"script", func(t *try) error { return tool("script", "-qec", t.marker, "/dev/null") }},
		{"busybox", func(*try) error { return tool("busybox", marker) }},
		{"busybox's shell", func(*try) error { return tool("busybox", "sh", "-c", marker) }},
		{"gdb", func(t *try) error { return tool("gdb", "-batch", "-ex", "shell "+t.marker) }},
		{"strace", func(t *try) error { return tool("strace", "-o", "/dev/null", t.marker) }},
		{"ssh's ProxyCommand", func(t *try) error {
			return tool("ssh", "-o", "BatchMode=yes", "-o", "ProxyCommand="+t.marker+" >&2", "nobody.invalid")
		}},
		{"rsync -e", func(t *try) error { return tool("rsync", "-e", t.marker+" #", "nobody.invalid:x", ".") }},
	}
}

func startGit(env []string, args ...string) error {
	p, err := exec.LookPath("git")
	if err != nil {
		return notHere("there is no git")
	}
	return startWith(env, p, args...)
}

func gitHook(t *try) error {
	if err := startGit(nil, "init", "-q", "."); err != nil {
		return err
	}
	if err := write(filepath.Join(".git", "hooks", "pre-commit"), "#!/bin/sh\n"+t.marker+"\n"); err != nil {
		return err
	}
	err := startGit(nil, "-c", "user.name=x", "-c", "user.email=x@example.invalid", "commit", "-q", "--allow-empty", "-m", "x")
	if errors.Is(err, os.ErrNotExist) {
		return notHere("%v", err)
	}
	return err
}
