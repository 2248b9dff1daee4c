package system

import (
	"fmt"
	"strings"
	"testing"
)

// Each event is found in the journal by its id, with its fields, and `journalctl -x` explains it.
func TestJournal(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.agent("id", "-un")
		m.agent("uname", "-a")
		id, end := m.asked(t)
		if r := finish(m.as("ann", "clawrden", "approve", id)); r.code != 0 {
			t.Fatal(r)
		}
		<-end
		m.must(t, "clawrden", "grants", "add", id, "--for", "30m")
		granted := strings.Fields(m.must(t, "clawrden", "grants", "list"))[5]
		m.must(t, "clawrden", "grants", "revoke", granted)
		m.must(t, "clawrden", "kill", "-m", "test")
		m.must(t, "clawrden", "unlock")
		m.must(t, "systemctl", "reload", "clawrden.service")
		m.write(t, "/etc/clawrden/policy.d/zz-test.hcl", "rule {}\n")
		m.run("systemctl", "reload", "clawrden.service")
		for _, c := range []struct {
			name, id string
			fields   map[string]string
			catalog  string
		}{
			{"allowed", "cedb360dd2cf4ba5a45c2b065b3431b3", map[string]string{
				"CLAWRDEN_DECISION": "allow", "CLAWRDEN_COMMAND": "id -un", "CLAWRDEN_USER": "agent", "CLAWRDEN_RULE": "test allows", "PRIORITY": "6",
				"_SYSTEMD_UNIT": "clawrden.service",
			}, "id -un"},
			{"denied", "9e7f509a304845e29844bad3047fa574", map[string]string{
				"CLAWRDEN_DECISION": "deny", "CLAWRDEN_COMMAND": "uname -a", "CLAWRDEN_REASON": "not on this host", "PRIORITY": "5",
			}, "Reason: not on this host"},
			{"ended", "b05e52ecdbb59f61eea56beb1dca54f4", map[string]string{
				"CLAWRDEN_ID": id, "CLAWRDEN_EXIT_CODE": "0", "CLAWRDEN_EXECUTOR": "mirror", "CLAWRDEN_BOUNDARY": "none", "PRIORITY": "6",
			}, "Exit status: 0"},
			{"approved", "0bda4a1fccad4213ae8750a69b59eee1", map[string]string{
				"CLAWRDEN_DECISION": "approved", "CLAWRDEN_ID": id, "CLAWRDEN_APPROVER": "ann", "CLAWRDEN_DOOR": "control",
			}, "ann (uid"},
			{"granted", "b78fb49f3b434aa7ace5cff443e369a3", map[string]string{"CLAWRDEN_GRANT": granted, "CLAWRDEN_APPROVER": "root"}, "clawrden grants revoke " + granted},
			{"revoked", "f84be9d9dc494895bc4378a6a468ec27", map[string]string{"CLAWRDEN_GRANT": granted}, "asked about again"},
			{"killed", "6442fa976ad54f1589bcbc55dec545b5", map[string]string{"CLAWRDEN_APPROVER": "root", "CLAWRDEN_REASON": "test"}, "clawrden unlock"},
			{"unlocked", "ffa30f3f197d4ef8b968f61ab3d029b9", nil, "judged by the policy again"},
			{"reloaded", "d4b90627cdaf484f99eba8acae1d5e57", nil, "in force"},
			{"not reloaded", "55f8fa1f28a240b5b79ebbfdb6682c31", map[string]string{"PRIORITY": "3"}, "clawrden policy check"},
		} {
			find := []string{"journalctl", "--quiet", "--no-pager", "-b", "-x", "-n", "1", "MESSAGE_ID=" + c.id}
			for name, want := range c.fields {
				find = append(find, name+"="+want)
			}
			text := ""
			eventually(t, fmt.Sprintf("%s is in the journal with %v", c.name, c.fields), func() bool {
				text = m.run(find...).stdout
				return text != ""
			})
			if !strings.Contains(text, "Defined-By: Clawrden") || !strings.Contains(text, c.catalog) {
				t.Errorf("%s: the catalog says\n%s", c.name, text)
			}
		}
	})
}

// A journal that has stopped reading holds up no command.
func TestJournalStopped(t *testing.T) {
	onEach(t, func(t *testing.T, m *machine) {
		m.enable(t)
		m.must(t, "clawrden", "status")
		m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "STOP", "systemd-journald.service")
		defer m.must(t, "systemctl", "kill", "--kill-whom=main", "-s", "CONT", "systemd-journald.service")
		// More than the journal's socket and the daemon hold together.
		const script = `i=0; while [ $i -lt 1000 ]; do /var/lib/clawrden/shims/id >/dev/null || exit 1; i=$((i+1)); done; /var/lib/clawrden/shims/uname 2>/dev/null`
		c := m.command("setpriv", "--reuid=agent", "--regid=agent", "--init-groups", "sh", "-c", script)
		if r := finish(c); r.code != 126 {
			t.Error(r)
		}
	})
}
