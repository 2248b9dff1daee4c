package system

import (
	"strings"
	"testing"
)

// profilePolicy runs a shell, under three names, in units with three profiles.
const profilePolicy = `
rule "looks" {
  commands = ["looks"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.read-only
}
rule "builds" {
  commands = ["builds"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.build
}
rule "bounded" {
  commands = ["bounded"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.bounded
}
rule "not too loud" {
  commands = ["loud"]
  action   = "allow"
  executor = executor.unit
  profile  = profile.quiet
}
profile "bounded" {
  best_effort = BEST
  filesystem {
    hidden = ["/srv/secret", "~/private"]
  }
  network {
    mode = "loopback"
  }
  limits {
    memory     = "64MiB"
    tasks      = 32
    cpu        = "150%"
    open_files = 99
  }
}
profile "quiet" {
  limits {
    output = "1MiB"
  }
}
`

// A unit holds its profile: the launcher's part and systemd's.
func TestUnitProfile(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		controllers := m.must(t, "cat", "/sys/fs/cgroup/cgroup.controllers")
		held := strings.Contains(controllers, "memory") && strings.Contains(controllers, "pids") && strings.Contains(controllers, "cpu")
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", strings.ReplaceAll(profilePolicy, "BEST", "false"))
		m.must(t, "sh", "-ec", `
			for tool in looks builds bounded loud; do
				cp /bin/sh /usr/bin/$tool
				ln -sf clawrden-shim /var/lib/clawrden/shims/$tool
			done
			mkdir -p /srv/secret && echo s > /srv/secret/s && chmod -R a+rX /srv/secret
			for dir in private .cache work; do mkdir -p /home/agent/$dir; echo k > /home/agent/$dir/k; done
			chown -R agent: /home/agent`)
		m.enable(t)
		run := func(tool, script string) result {
			return finish(m.command("setpriv", "--reuid=agent", "--regid=agent", "--groups=clawrden-agents", "sh", "-c",
				`cd /home/agent/work && exec /var/lib/clawrden/shims/`+tool+` -c "$0"`, script))
		}
		// What this system's control groups can't hold is an error, unless the profile says that it may be left out.
		if r := run("bounded", "echo ran"); held != (r.code == 0) || !held && (r.stdout != "" || !strings.Contains(r.stderr, "cannot hold limits.")) {
			t.Errorf("with the controllers %q: %v", controllers, r)
		}
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", strings.ReplaceAll(profilePolicy, "BEST", "true"))
		m.must(t, "clawrden", "reload")
		for _, row := range []struct{ what, tool, script, want string }{
			{"reads", "looks", `cat k /etc/hostname >/dev/null && echo read`, "read"},
			{"doesn't write", "looks", `echo x 2>/dev/null >new || echo refused`, "refused"},
			{"writes its output", "looks", `echo x >/dev/null && echo out`, "out"},
			{"has no new privileges", "looks", `grep NoNewPrivs /proc/self/status | tr -dc 01`, "1"},
			{"is under two filters", "looks", `grep Seccomp: /proc/self/status | tr -dc 012`, "2"},
			{"builds where it is", "builds", `echo x >new && cat new && rm new`, "x"},
			{"builds with its cache", "builds", `echo x >~/.cache/new && rm ~/.cache/new && echo cached`, "cached"},
			{"builds without keys", "builds", `cat ~/private/k 2>/dev/null || echo refused`, "refused"},
			{"doesn't see what is hidden", "bounded", `cat /srv/secret/s 2>/dev/null || echo refused`, "refused"},
			{"nor by another way", "bounded", `cd /proc/self/cwd/../../../srv 2>/dev/null && cat secret/s 2>/dev/null || echo refused`, "refused"},
			{"nor below home", "bounded", `cat ~/private/k 2>/dev/null || echo refused`, "refused"},
			{"has a loopback interface alone", "bounded", `sed -n '3,$p' /proc/net/dev | cut -d: -f1 | tr -d ' '`, "lo"},
			{"opens few files", "bounded", `ulimit -Hn`, "99"},
			{
				"has a bounded cgroup", "bounded",
				`systemctl show -p MemoryMax -p TasksMax -p CPUQuotaPerSecUSec $(sed -n 's/^0::.*[/]//p' /proc/self/cgroup) | sort | tr '\n' ' '`,
				"CPUQuotaPerSecUSec=1.500000s MemoryMax=67108864 TasksMax=32 ",
			},
		} {
			if r := run(row.tool, "HOME=/home/agent; "+row.script); strings.TrimRight(r.stdout, "\n") != row.want || r.code != 0 {
				t.Errorf("%s: want %q: %v", row.what, row.want, r)
			}
		}
		if r := run("loud", "echo ran"); r.stdout != "ran\n" || r.code != 0 {
			t.Errorf("little output: %v", r)
		}
		if r := run("loud", "head -c 3000000 /dev/zero"); len(r.stdout) != 1<<20 || r.code != 126 || !strings.Contains(r.stderr, "limits.output") {
			t.Errorf("too much output: %d bytes, exit status %d, %s", len(r.stdout), r.code, r.stderr)
		}
	})
}
