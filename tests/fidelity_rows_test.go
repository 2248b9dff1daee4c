package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// fidelityTools are the names that are governed in the table.
var fidelityTools = []string{
	"[", "bash", "cat", "dd", "env", "false", "head", "id", "ls", "node", "npm", "probe", "python3", "sh", "sleep", "stat", "true", "yes",
	"argv", "args0", "chain", "cli", "deep", "noline", "plainly", "setuid", "spaced", "empty",
}

// fidelityRow is one thing that a governed command must do as a direct one does.
type fidelityRow struct {
	name    string
	script  string // for bash; stdin is /dev/null, stdout and stderr are files
	needs   string // a program that not every host has
	root    bool   // only root can do it
	alone   bool   // nothing comes to the daemon: the caller's own exec fails
	differs []difference
}

// pendingSignals: the Go runtime unblocks some signals in its threads, so what was pending of them is put back for the
// thread instead of the process.
var pendingSignals = difference{"Pending signals", "kernel", regexp.MustCompile(`^(SigPnd|ShdPnd):`)}

// fidelityRows is the table. What a row's differs names is in docs/shim.md.
var fidelityRows = []fidelityRow{
	// How it ends.
	{name: "every exit status", script: `for i in {0..255}; do sh -c "exit $i"; echo $?; done`},
	{name: "death by signal", script: `exec 2>/dev/null; for s in TERM KILL SEGV ABRT INT HUP USR1 USR2 PIPE ALRM QUIT BUS FPE ILL TRAP SYS XCPU XFSZ VTALRM PROF IO PWR STKFLT RTMIN RTMAX; do
		( exec sh -c "kill -$s \$\$" ) 2>/dev/null; echo $s $?; done`},
	{name: "the caller's own death by the tool's signal", script: `exec sh -c 'kill -TERM $$'`},
	{name: "SIGPIPE", script: `yes | head -1; echo ${PIPESTATUS[@]}; yes | /bin/true; echo ${PIPESTATUS[@]}`},
	{name: "SIGPIPE ignored", script: `trap '' PIPE; (yes; echo $? >&2) 2>err | head -1; /bin/grep -c 'Broken pipe' err`},
	{name: "a file size limit", script: `exec 2>/dev/null; ulimit -f 8; dd if=/dev/zero of=big bs=1024 count=100 2>/dev/null; echo $?; /bin/ls -l big | /usr/bin/cut -d' ' -f5`},

	// What it is given.
	{name: "stdio on files", script: `echo in >in; probe <in >out 2>err; /bin/cat out err`},
	{name: "stdio on pipes", script: `echo in | PROBE_OUT=$WORK/out probe 2>&1 | /bin/cat; /bin/cat out`},
	{name: "stdio on /dev/null", script: `PROBE_OUT=$WORK/out probe </dev/null >/dev/null 2>&1; /bin/cat out`},
	{name: "stdio on a socket", script: `with socketpair=0 socketpair=1 -- env PROBE_OUT=$WORK/out probe; /bin/cat out`},
	{name: "stdin closed", script: `PROBE_OUT=$WORK/out probe <&-; /bin/cat out; cat <&-; echo $?`},
	{name: "stdout closed", script: `PROBE_OUT=$WORK/out probe >&-; /bin/cat out; echo x | cat >&-; echo $?`},
	{name: "stderr closed", script: `PROBE_OUT=$WORK/out probe 2>&-; /bin/cat out; cat /nowhere 2>&-; echo $?`},
	{name: "all closed", script: `PROBE_OUT=$WORK/out probe <&- >&- 2>&-; echo $?; /bin/cat out`},
	{name: "stdin and stdout closed", script: `PROBE_OUT=$WORK/out probe <&- >&-; /bin/cat out`},
	{name: "stdout and stderr closed", script: `PROBE_OUT=$WORK/out probe >&- 2>&-; /bin/cat out`},
	{name: "one file, shared offset", script: `printf '%s\n' one two three >f; { read a; cat; echo end; } <f; exec 3<>f; read b <&3; cat <&3; exec >out; echo a; sh -c 'echo b'; echo c; /bin/cat out >&2`},
	{name: "appending", script: `echo 1 >log; probe >/dev/null 2>>log; sh -c 'echo 2' >>log; echo 3 >>log; /bin/cat log`},
	{name: "read-write stdin", script: `probe <>file`},
	{name: "inherited descriptors", script: `for n in {3..20}; do eval "exec $n</etc/passwd"; done; exec 7>&- 9>>app; probe; ls /proc/self/fd`},
	{name: "a high descriptor", script: `with open=100 open=101 open=500 -- probe`},
	{name: "nothing more than 0, 1, 2", script: `ls /proc/self/fd; cat /proc/self/stat >/dev/null; ls -l /proc/self/fd | /usr/bin/wc -l`},
	{name: "binary data", script: `dd if=/dev/urandom of=blob bs=1024 count=1024 2>/dev/null; cat <blob | cat >copy; /usr/bin/cmp blob copy && echo same`},
	{name: "nothing more on stdout", script: `true; false; cat </dev/null`},

	// Signals.
	{name: "ignored signals", script: `trap '' TERM QUIT PIPE INT HUP; probe; cat /proc/self/status | /bin/grep ^Sig[PBIC]; cat /proc/self/status | /bin/grep ShdPnd`},
	{name: "every signal ignored", script: `for i in 1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 17 18 20 21 22 23 24 25 26 27 28 29 30 31 34 50 64; do a+=" ignore=$i"; done; with $a -- probe`},
	{name: "blocked signals", script: `with block=1 block=2 block=3 block=10 block=13 block=14 block=15 block=17 block=18 block=20 block=28 block=34 block=64 -- probe`},
	{name: "blocked and ignored", script: `with block=15 block=2 ignore=15 ignore=2 ignore=17 -- probe`},
	{name: "pending signals", script: `with pending=10 pending=15 pending=1 pending=28 pending=17 pending=18 pending=64 -- probe`, differs: []difference{pendingSignals}},
	{name: "pending and ignored", script: `with block=15 ignore=15 pending=15 pending=10 ignore=12 -- probe`, differs: []difference{pendingSignals}},
	{name: "a plain tool's status", script: `with block=10 pending=12 ignore=13 -- cat /proc/self/status | /bin/grep -E '^(Sig[PBIC]|ShdPnd|Threads|Umask|NoNew|Seccomp:|CapEff)'`},
	{name: "an alarm set by the caller", script: `exec 2>/dev/null; with alarm=250 -- sleep 20; echo $?`},
	{name: "an alarm is passed on", script: `with alarm=3600000 -- probe`, differs: []difference{{"Timers", "shim", regexp.MustCompile(`^alarm `)}}},

	// What is inherited.
	{name: "the process as it is", script: `probe`},
	{name: "its number", script: `PROBE_OUT=$WORK/out probe & wait $!; echo "@$!@"; /bin/cat out; (exec probe)`, differs: []difference{{"Process number", "shim", regexp.MustCompile(`^@\d+@$`)}}},
	{name: "umask", script: `umask 027; probe; umask 777; sh -c umask`},
	{name: "limits", script: `ulimit -n 100; ulimit -f 1000; ulimit -Sc 0; ulimit -t 1000; ulimit -l 10; ulimit -x 10; ulimit -i 50; ulimit -s 4096; probe; sh -c 'ulimit -a'`},
	{name: "a low limit of open files", script: `ulimit -Sn 64; probe; ulimit -Sn 4; cat /etc/passwd`},
	{name: "a full table of descriptors", script: `ulimit -Sn 21; for n in {3..20}; do eval "exec $n</etc/passwd"; done; true; echo $?; sh -c 'ulimit -Sn; ulimit -Hn'`},
	{name: "little address space", script: `ulimit -Sv 20000; cat /etc/hostname; sh -c 'ulimit -Sv; ulimit -Hv'; ulimit -Sd 2000; cat /etc/hostname; sh -c 'ulimit -Sd'`},
	{name: "few processes", script: `exec 3<&0; (ulimit -Su 1; exec cat /proc/self/limits) | /bin/grep processes`, differs: nil},
	{name: "small stack", script: `ulimit -s 128; cat /etc/hostname; sh -c 'ulimit -s'`},
	{name: "nice", script: `/usr/bin/nice -n 7 probe; /usr/bin/ionice -c 3 probe; with ioprio=16388 -- probe`},
	{name: "affinity", script: `with affinity=0 -- probe`},
	{name: "out-of-memory score", script: `with oom=321 -- probe`},
	{name: "timer slack", script: `with timerslack=77777 -- probe`},
	{name: "process attributes", script: `with subreaper=1 nonewprivs=1 thp=1 -- probe`},
	{name: "death signal", script: `with deathsignal=15 -- probe`},
	{name: "a session of its own", script: `exec with setsid=1 -- probe`},
	{name: "capabilities", script: `/usr/sbin/capsh --drop=cap_net_admin,cap_kill -- -c probe`, needs: "capsh", root: true},
	{name: "other scheduling", script: `/usr/bin/chrt -b 0 probe`, needs: "chrt"},
	{name: "namespaces", script: `/usr/bin/unshare -n -i probe`, needs: "unshare", root: true},

	// Where it is.
	{name: "working directory", script: `/bin/mkdir -p 'a b/ü'; cd 'a b/ü'; probe; sh -c pwd; cat ../../stdout 2>/dev/null`},
	{name: "deleted working directory", script: `/bin/mkdir gone; cd gone; /bin/rmdir ../gone; probe; ls; echo $?`},
	{name: "a directory that can't be searched", script: `/bin/mkdir closed; cd closed; /bin/chmod 0 .; probe`},

	// Its words.
	{name: "arguments", script: `probe '' ' ' $'a\nb' $'\xff\xfe' $'\x01' '*' 'ü' '' ''`},
	{name: "no argv[0]", script: `(exec -a '' probe x); with noargv=1 -- probe; with -- probe`},
	{name: "argv[0] of the caller's", script: `(exec -a weird probe); (exec -a /no/such/thing probe); (exec -a -cat cat /proc/self/cmdline); (exec -a cat probe); exec -a weird sh -c 'echo $0'`},
	{name: "argv[0] by Python", needs: "python3", script: `/usr/bin/python3 -c 'import subprocess,os; subprocess.run(["weird","x"], executable=os.environ["FIRST"]+"/probe" if "shims" in os.environ["FIRST"] else os.environ["TOOLS"]+"/probe")'`},
	{name: "a long argument", script: `with -- probe FILL:131071; echo $?`},
	{name: "an argument that is too long", alone: true, script: `with -- probe FILL:131072; echo $?`},
	{
		name: "nearly two megabytes", script: `with env=CLAWRDEN_SOCKET=$CLAWRDEN_SOCKET env=PATH=$PATH -- probe TOTAL:2080000 2>&1; echo $?; with env=CLAWRDEN_SOCKET=$CLAWRDEN_SOCKET env=PATH=$PATH -- true TOTAL:2096000; echo $?`,
		differs: []difference{{"Arguments and environment", "", regexp.MustCompile(`^(clawrden: |env CLAW)`)}},
	},
	{name: "an odd environment", script: `with env=A=1 env=A=2 env=B env= env==x env=PATH=/usr/bin:/bin:$TOOLS env=PATH=/nowhere env=CLAWRDEN_SOCKET=$CLAWRDEN_SOCKET -- probe`},
	{name: "many words", script: `probe {1..15000} | /bin/grep ^arg`},

	// Scripts.
	{name: "a script", script: `argv 1 '' 'a b'; (exec -a other argv x)`},
	{name: "$0", script: `args0 1; cd /; args0 2`},
	{name: "an interpreter with an argument", script: `spaced a b`},
	{name: "a script of a script", script: `chain 1 2; deep 1`},
	{name: "a script without a first line", script: `plainly a b; echo $?; noline; echo $?`},
	{name: "an empty file", script: `empty; echo $?`},
	{name: "a tool of npm's kind", needs: "node", script: `cli --version x; echo $?`},
	{name: "npm", needs: "npm", script: `npm --version; npm prefix -g; echo $?`},
	{name: "Python", needs: "python3", script: `python3 -c 'import sys; print(sys.argv, sys.flags, sys.prefix, sys.path)' a b; echo 'print(1)' | python3 -`},
	{
		name: "Python looks for itself", needs: "python3", script: `python3 -c 'import sys; print(sys.executable)'`,
		differs: []difference{{"Programs that look for themselves on PATH", "", regexp.MustCompile(`/python3$`)}},
	},
	{name: "what /proc tells", script: `cat /proc/self/comm; cat /proc/self/cmdline; stat -c %N /proc/self/exe; sh -c 'cat /proc/$$/comm; ls -l /proc/$$/exe | /bin/sed "s/.*-> //"'`},

	// Beside others.
	{name: "background jobs", script: `sleep 0.02 & a=$!; sh -c 'exit 3' & b=$!; wait $b; echo $?; wait $a; echo $?; jobs -r | /usr/bin/wc -l`},
	{name: "a process that stays behind", script: `sh -c '(sleep 0.05; echo late >late) & echo early'; until [ -s late ]; do /bin/sleep 0.01; done; /bin/cat late`},
	{name: "a daemon by two forks", script: `sh -c '( /usr/bin/setsid sh -c "echo \$\$ >pid; exec /bin/sleep 300" & ) >/dev/null 2>&1 </dev/null'; echo $?; until [ -s pid ]; do /bin/sleep 0.01; done; read p <pid; kill $p && echo running`},
	{name: "orphans go to init", script: `with subreaper=1 -- sh -c '( ( /bin/sleep 0.05; /bin/awk "/^PPid/ { print \$2 }" /proc/self/status >p ) & ) ; until [ -s p ]; do /bin/sleep 0.01; done; read p <p; [ $p = $$ ] && echo mine || echo not mine'`},
	{name: "a setuid tool", script: `setuid; setuid -u; setuid -ru`},
	{name: "no such tool", script: `cat /nowhere; echo $?; ls --no-such-option >/dev/null; echo $?`},
}

// TestFidelity runs every row directly and governed, as root and as an ordinary user, in both ways of knowing the end.
func TestFidelity(t *testing.T) {
	stands(t, fidelityTools, func(t *testing.T, s *stand) {
		makeTools(s)
		for _, row := range fidelityRows {
			if row.root && s.uid != 0 {
				continue // only root can do it
			}
			t.Run(row.name, func(t *testing.T) {
				at := s.of(t)
				if row.needs != "" {
					at.have(row.needs)
				}
				at.compare(row, row.differs...)
			})
		}
	})
}

// makeTools makes the scripts and links that the table runs; they belong to whoever runs the test.
func makeTools(s *stand) {
	s.t.Helper()
	const tree = "lib/node_modules/made-up/bin"
	if err := os.MkdirAll(filepath.Join(s.tools, tree), 0o755); err != nil {
		s.t.Fatal(err)
	}
	for name, text := range map[string]string{
		"argv":           "#!" + s.tools + "/probe\n",
		"args0":          "#!/bin/sh\necho \"$0\" \"$@\"\n",
		"spaced":         "#! /bin/sh  -e -u  \necho \"$0\" \"$@\" $-\n",
		"chain":          "#!" + s.tools + "/args0 one two\n",
		"deep":           "#!" + s.tools + "/chain\n",
		"plainly":        "echo \"$#\" \"$@\"\nexit 4\n",
		"noline":         "\n# nothing\nexit 5\n",
		"empty":          "",
		tree + "/cli.js": "#!/usr/bin/env node\nconsole.log(process.argv, __filename, process.execPath, process.argv0, require.main === module)\nprocess.exitCode = 7\n",
	} {
		if err := os.WriteFile(filepath.Join(s.tools, name), []byte(text), 0o755); err != nil {
			s.t.Fatal(err)
		}
	}
	link := filepath.Join(s.tools, "cli")
	_ = os.Remove(link)
	if err := os.Symlink(tree+"/cli.js", link); err != nil {
		s.t.Fatal(err)
	}
	b, err := os.ReadFile("/usr/bin/id")
	if err != nil {
		s.t.Fatal(err)
	}
	p := filepath.Join(s.tools, "setuid")
	if err := os.WriteFile(p, b, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(p, 0o755|os.ModeSetuid); err != nil {
		s.t.Fatal(err)
	}
}
