package tests

import (
	"os"
	"strings"
	"testing"

	"github.com/clawrden/clawrden/internal/testutil"
)

const rootPolicy = `
policy { default = "deny" }
rule "the image's own" {
  commands = ["busybox", "sh", "cat", "mv", "cp", "rm", "ln", "chmod", "touch", "mkdir", "fine.sh"]
  action   = "allow"
  opaque   = "allow"
}
`

// TestGuardedContainerRoot has root in a container run what its image calls by an allowed name, and nothing that it has put there itself.
func TestGuardedContainerRoot(t *testing.T) {
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Skip("no busybox to make an image of: ", err)
	}
	d := testutil.Docker(t)
	d.Image(t, "agent:1", map[string][]byte{"own/cat": busybox, "own/id": busybox, "own/fine.sh": []byte("#!/bin/sh\necho fine\n")})
	g := newGuarded(t, hostOptions{policy: rootPolicy, config: "docker {\n  socket = \"" + d.Socket + "\"\n}\n"})
	c := &contained{g, d}
	const cat, kept, changed = "; /own/cat /proc/sys/kernel/ostype; echo $?", "Linux 0", "126"
	for _, row := range []struct{ name, script, want string }{
		{"as it is", "true" + cat, kept},
		{"by a link of the image", "/bin/cat /proc/sys/kernel/ostype; echo $?", kept},
		{"relative, by a directory that was written to", "/bin/touch /own/new; cd /own; ./cat /proc/sys/kernel/ostype; echo $?", kept},
		{"a script", "/own/fine.sh; echo $?", "fine 0"},
		{"another name's content", "/bin/cp /own/id /own/cat" + cat, changed},
		{"the same content, written again, of the same age", "/bin/cp -p /own/cat /own/x; /bin/cp -p /own/x /own/cat" + cat, changed},
		{"a byte more", "echo >>/own/cat" + cat, changed},
		{"another mode, and back", "/bin/chmod 700 /own/cat; /bin/chmod 755 /own/cat" + cat, changed},
		{"another file's name", "/bin/mv /own/id /own/cat" + cat, changed},
		{"a hard link", "/bin/rm /own/cat; /bin/ln /own/id /own/cat" + cat, changed},
		{"a link to another file", "/bin/rm /own/cat; /bin/ln -s id /own/cat" + cat, changed},
		{"a link to the same file, by another name", "/bin/ln -s /own/cat /own/other; /own/other /proc/sys/kernel/ostype; echo $?", changed},
		{"its own link", "/bin/mv /bin/cat /bin/x; /bin/mv /bin/x /bin/cat; /bin/cat /proc/sys/kernel/ostype; echo $?", changed},
		{"a copy elsewhere", "/bin/cp /own/cat /tmp/cat; /tmp/cat /proc/sys/kernel/ostype; echo $?", changed},
		{"its directory moved away, and another put there", "/bin/mv /own /elsewhere; /bin/mkdir /own; /bin/cp /elsewhere/cat /own/cat" + cat, changed},
		{"its directory moved", "/bin/mv /own /elsewhere; /elsewhere/cat /proc/sys/kernel/ostype; echo $?", changed},
	} {
		t.Run(row.name, func(t *testing.T) {
			out, err := d.CLI(append([]string{"run", "--rm", "--network=none"}, c.args(nil, "exec 2>/dev/null; "+row.script)...)...)
			if got := strings.Join(strings.Fields(out), " "); err != nil || got != row.want {
				t.Errorf("%s, %v, want %s", got, err, row.want)
			}
		})
	}
}
