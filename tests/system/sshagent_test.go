package system

import "testing"

const sshAgentRules = sessionRules + `
profile "keys" {
  extends   = "agent"
  ssh_agent = true
}
`

// A session is kept from its starter's ssh-agent, also by the socket's own path, unless its profile gives it; and it gives nothing else.
func TestRunSSHAgent(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.runner(t)
		m.write(t, "/etc/clawrden/policy.d/zz-session.hcl", sshAgentRules)
		m.must(t, "sh", "-ec", `
			mkdir -p /tmp/ssh-1 /home/ann/.ssh/agent
			for s in /tmp/ssh-1/agent /home/ann/.ssh/agent/one /home/ann/.ssh/agent/two /home/ann/own; do
				perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) || die' $s
			done
			ln -s /tmp/ssh-1/agent /home/ann/link
			chown -R -h ann: /tmp/ssh-1 /home/ann/.ssh /home/ann/own /home/ann/link`)
		const own, tmp, one = "/home/ann/own\n", "/tmp/ssh-1/agent\n", "/home/ann/.ssh/agent/one\n"
		for _, row := range []struct{ profile, socket, want string }{
			{"agent", "/tmp/ssh-1/agent", "none\n" + own}, // what isn't known to be an ssh-agent's isn't hidden
			{"agent", "/home/ann/own", "none\n"},
			{"agent", "/home/ann/.ssh/agent/one", "none\n" + own},
			{"keys", "/tmp/ssh-1/agent", tmp + tmp + own},
			{"keys", "/home/ann/link", tmp + tmp + own},
			{"keys", "/home/ann/own", own + own},
			{"keys", "/home/ann/.ssh/agent/one", one + own + one},
			{"keys", "/home/ann/.ssh/agent/none", "none\n" + own},
			{"keys", "/run/clawrden/control.sock", "none\n" + own}, // root's
		} {
			c := m.command(append([]string{
				"setpriv", "--reuid=ann", "--regid=ann", "--init-groups", "env", "-C", "/home/ann/work", "HOME=/home/ann", "SSH_AUTH_SOCK=" + row.socket,
				"clawrden", "run", "--profile", row.profile,
			}, m.script(t, `echo "${SSH_AUTH_SOCK-none}"; for s in /tmp/ssh-1/agent /home/ann/own /home/ann/.ssh/agent/* /run/clawrden/control.sock; do [ ! -w "$s" ] || echo "$s"; done`)...)...)
			if r := finish(c); r.stdout != row.want || r.code != 0 {
				t.Errorf("%+v: %v", row, r)
			}
		}
	})
}
