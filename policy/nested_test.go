package policy

import (
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

const nestedPolicy = `
policy {
  default = "deny"
  opaque  = "ask"
}
rule "git-read" {
  commands    = ["git"]
  subcommands = ["status", "diff", "log", "show", "commit", "add", "push"]
  action      = "allow"
  match       = ["git status -sb", "git -C repo log -3", "bash -lc 'git status && git diff'", "env A=1 git status", "xargs git add"]
  not_match   = ["git -c alias.status='!id' status", "git clean", "git status; curl x | sh", "git $x"]
}
rule "forced push" {
  commands    = ["git"]
  subcommands = ["push"]
  flags_any   = ["--force", "--force-with-lease", "--mirror"]
  action      = "deny"
  match       = ["git push -f", "git push origin +main", "git -C x -c user.name=y push +main", "git push --forc", "git push -uf origin x", "git push --force-with-lease=a:b"]
  not_match   = ["git push", "git push -u origin main", "git log --force"]
}
rule "no-recursive-delete" {
  commands = ["rm"]
  when {
    flags_any = ["-r"]
  }
  unless {
    paths = ["/srv/*/build/**", "/var/tmp/**"]
  }
  action    = "deny"
  match     = ["rm -rf x", "rm -fr x", "rm -Rf x", "rm -r -f x", "rm --recursive x", "rm --recu x", "rm x -r", "rm -rf /srv/a/build/../x", "find . -exec rm -rf {} \\;", "sudo rm -rf /"]
  not_match = ["rm -f my-report.txt", "rm -- -r", "rm -rf /srv/a/build/x", "rm -r /var/tmp/x /srv/b/build"]
}
rule "rm" {
  commands = ["rm"]
  action   = "allow"
}
rule "secrets" {
  commands = ["*"]
  when {
    paths_any = ["~/.ssh/**", "**/.env", "**/.env.*"]
  }
  action = "deny"
}
rule "look" {
  commands = ["ls", "cat", "echo", "find", "grep", "wc", "head"]
  action   = "allow"
}
rule "python" {
  commands = ["python"]
  action   = "allow"
}
rule "scripts" {
  commands = ["sh"]
  operands = ["ci/*.sh", "**"]
  action   = "allow"
  opaque   = "allow"
}
rule "wrapped by hand" {
  commands = ["mytool"]
  action   = "allow"
}
`

// verdicts lists what each line gives; the deciding rule, where it is given, is behind a colon.
var nestedVerdicts = []struct{ verdict, line string }{
	{"allow:git-read", `git status`},
	{"allow:git-read", `git --no-pager log`},
	{"allow:git-read", `git -C x -c core.hooksPath=/dev/null status`},
	{"ask:opaque", `git -c core.fsmonitor=evil status`},
	{"ask:opaque", `git --config-env=core.pager=X log`},
	{"deny:", `git clean -fdx`},
	{"deny:", `git st`},
	{"deny:forced push", `git push origin +main`},
	{"deny:forced push", `git push --forc`},
	{"allow:git-read", `git commit -m --force`},
	{"allow:git-read", `git commit -m 'rm -rf /'`},

	{"allow:git-read", `bash -lc 'git status && git diff'`},
	{"allow:git-read", `bash -c -l 'git status'`},
	{"allow:git-read", `sh -ec 'cd sub; git status'`},
	{"allow:git-read", `env -i FOO=1 git status`},
	{"ask:opaque", `env LD_PRELOAD=x.so git status`},
	{"ask:opaque", `env PATH=. git status`},
	{"allow:git-read", `env GIT_PAGER=cat git log`},
	{"ask:opaque", `env GIT_PAGER=evil git log`},
	{"deny:", `env -S 'git status'`},
	{"allow:git-read", `timeout -k 5 10 nice -n 5 nohup git status`},
	{"deny:", `timeout 5 curl x`},
	{"deny:", `env`},
	{"deny:no-recursive-delete", `env nice timeout 3 rm -rf /`},
	{"deny:no-recursive-delete", `busybox rm -rf /`},
	{"deny:no-recursive-delete", `/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /`},
	{"deny:no-recursive-delete", `xargs rm -rf`},
	{"deny", `xargs sh -c 'curl x'`},
	{"deny:no-recursive-delete", `sh -c 'sh -c "sh -c \"rm -rf /\""'`},
	{"deny:", `sudo git status`},
	{"deny:no-recursive-delete", `sudo -u root rm -rf /`},
	{"deny:no-recursive-delete", `docker exec -it c rm -rf /`},
	{"deny:no-recursive-delete", `docker run --rm -v /:/host alpine rm -rf /host`},
	{"deny:no-recursive-delete", `find . -name '*.o' -exec rm -rf {} +`},
	{"ask:secrets", `find . -name '*.go' -exec grep -l x {} \;`},
	{"allow", `find . -type f -name '*.go'`},
	{"deny:no-recursive-delete", `git submodule foreach 'rm -rf x'`},

	{"ask:opaque", `bash -c "$CMD"`},
	{"ask:opaque", `bash -c 'x=rm; $x -rf /'`},
	{"deny:no-recursive-delete", `bash -c 'rm {-rf,/}'`},
	{"deny:secrets", `bash -c 'd=/home/a; cat "$d/.ssh/id"'`},
	{"allow:look", `bash -c 'd=src; cat "$d/x.go" $d/y'`},
	{"allow:look", `bash -c 'cat a/{b,c}'`},
	{"deny:", `bash -c 'd=src; f() { d=.ssh; }; f; cat $d/x'`},
	{"ask:secrets", `bash -c 'if true; then d=src; fi; cat $d/x'`},
	{"ask:secrets", `bash -c 'd=src; while true; do cat $d/x; d=.ssh; done'`},
	{"ask:secrets", `bash -c 'd=src; d+=/../.env; cat $d'`},
	{"ask:secrets", `bash -c 'd=src & cat $d/x'`},
	{"ask:secrets", `bash -c 'd=; : ${d:=.env}; cat $d'`},
	{"ask:secrets", `bash -c 'd=a; ((d=1)); cat $d'`},
	{"ask:secrets", `bash -c 'd=a; printf -v d .env; cat $d'`},
	{"deny:", `bash -c 'd=a; printf "$x" d .env; cat $d'`},
	{"ask:secrets", `bash -c 'd=a; $p -v d .env; cat $d'`},
	{"ask:secrets", `bash -c 'for d in a; do cat $d; "printf" -v d .env; done'`},
	{"ask:opaque", `bash -c 'x=$(echo rm); $x -rf /'`},
	{"ask:opaque", `bash -c '$(echo rm) -rf /'`},
	{"ask", `bash -c 'eval "$X"'`},
	{"deny:no-recursive-delete", `bash -c 'eval "rm -rf /"'`},
	{"deny:no-recursive-delete", `bash -c 'trap "rm -rf /" EXIT'`},
	{"deny:no-recursive-delete", `bash -c 'echo hi; (cd /; rm -r x) | cat'`},
	{"deny:no-recursive-delete", `bash -c 'if true; then r""m -r\f /; fi'`},
	{"deny:no-recursive-delete", `bash -c 'f() { rm -rf /; }'`},
	{"deny:no-recursive-delete", `bash -c 'echo $(rm -rf /)'`},
	{"deny:no-recursive-delete", `bash -c 'cat <(rm -rf /)'`},
	{"deny:no-recursive-delete", `bash -c 'cat <<X
$(rm -rf /)
X'`},
	{"deny:no-recursive-delete", `bash -c 'for i in 1 2; do rm -rf /x; done'`},
	{"deny:no-recursive-delete", `bash -c 'command rm -rf /'`},
	{"deny:no-recursive-delete", `bash -c 'exec -a ls rm -rf /'`},
	{"deny:no-recursive-delete", `bash -c 'time rm -rf /'`},
	{"deny:no-recursive-delete", `bash -c '! rm -rf / &'`},
	{"deny:no-recursive-delete", `bash -c 'A=1 B=2 rm -rf /'`},
	{"deny:no-recursive-delete", `bash -c 'rm -rf "$X"'`},
	{"ask:no-recursive-delete", `bash -c 'rm $X'`},
	{"deny:", `bash -c 'git $X'`},
	{"ask", `bash -c '. ./x; git status'`},
	{"ask:opaque", `bash -c 'export PATH=/x; git status'`},
	{"ask:opaque", `bash -c 'PATH=/x; git status'`},
	{"ask:opaque", `bash -c 'alias git=rm; git status'`},
	{"ask:opaque", `bash -c 'git status; ((x[$(echo 1)]))'`},
	{"ask:opaque", `bash -c "printf -v 'a[\$(rm -rf /)]' x; git status"`},
	{"ask:opaque", `bash -c "[[ 'a[\$(rm -rf /)]' -eq 0 ]]; git status"`},
	{"ask:opaque", `bash -c "x='a[\$(rm -rf /)]'; git status"`},
	{"ask:opaque", `bash -c "unset 'a[\$(rm -rf /)]'; git status"`},
	{"ask:opaque", `bash`},
	{"ask:opaque", `bash script.sh`},
	{"ask:opaque", `bash --rcfile x -c 'git status'`},
	{"allow:scripts", `sh ci/build.sh -x`},
	{"ask:opaque", `bash -c "git status'"`},
	{"deny", `bash -c 'curl x | sh'`},
	{"ask:opaque", `bash -c 'echo x | sh'`},
	{"allow", `bash -c 'echo hi 2>&1 >/dev/null'`},
	{"allow", `bash -c 'for f in *.go; do wc -l *.go; done'`},
	{"allow:look", `bash -c 'for f in *; do cat "$f"; done'`},
	{"allow:look", `bash -c 'for f in a b/c *.go; do cat $f; done'`},
	{"deny:secrets", `bash -c 'for f in a .env; do cat $f; done'`},
	{"ask:secrets", `bash -c 'for f in .e*; do cat $f; done'`},
	{"ask:secrets", `bash -c 'for f in a b; do f=.env; cat $f; done'`},
	{"ask:secrets", `bash -c 'for f in a b; do read f; cat $f; done'`},
	{"ask:secrets", `bash -c 'for f in a "$x"; do cat $f; done'`},
	{"ask:secrets", `bash -c 'for f in a; do echo; done; cat $f'`},
	{"ask:no-recursive-delete", `bash -c 'for f in -rf /; do rm $f; done'`},
	{"deny:", `bash -c ':'`},
	{"deny:", `bash -c 'cd /'`},
	{"deny:", `bash -c ': > /etc/x; git status'`},

	{"deny:secrets", `cat .env`},
	{"deny:secrets", `cat ./a/../.env.local`},
	{"deny:secrets", `bash -c 'cat ~/.ssh/id_rsa'`},
	{"deny:secrets", `bash -c 'cat $HOME/.ssh/id_rsa'`},
	{"deny:secrets", `bash -c 'cat "$HOME"/.ssh/id_rsa'`},
	{"deny:secrets", `bash -c 'cat < .env'`},
	{"deny:secrets", `bash -c 'cat x > .env'`},
	{"deny:secrets", `bash -c 'echo x >& .env'`},
	{"deny:secrets", `bash -c 'cd /home/a && cat .ssh/id'`},
	{"deny:secrets", `bash -c 'cd /home/a || true; cat .ssh/id'`},
	{"deny:secrets", `bash -c 'cd && cat .ssh/id'`},
	{"deny:secrets", `env -C /home/a cat .ssh/id`},
	{"ask:secrets", `bash -c 'cat .e*'`},
	{"ask:secrets", `bash -c 'cat .??v'`},
	{"allow:look", `bash -c 'cat *.md src/*'`},
	{"allow:look", `echo .env`},

	{"deny:secrets", `grep -e x .env`},
	{"deny:secrets", `grep x .env`},
	{"allow:look", `grep .env x`},
	{"ask:opaque", `python -`},
	{"ask:opaque", `python /dev/stdin`},
	{"deny:no-recursive-delete", `env - rm -rf /`},
	{"deny:no-recursive-delete", `sudo --us bob rm -rf /`},
	{"deny:no-recursive-delete", `sudo --frob bob rm -rf /`},
	{"ask", `bash -c 'git -C $X status'`},
	{"ask:secrets", `bash -c 'git -C "$X" status'`},
	{"allow:python", `python app.py`},
	{"ask:opaque", `python -c 'import os'`},
	{"deny:", `python3 app.py`},
	{"allow:wrapped by hand", `mytool --x y`},
	{"ask:opaque", `mytool rm x`},
	{"ask:opaque", `mytool --flag /bin/rm x`},
}

func TestNested(t *testing.T) {
	p := mustParse(t, nestedPolicy)
	for _, tt := range nestedVerdicts {
		f := facts(t, p, "/srv/ws", tt.line)
		d := p.Decide(f)
		want, rule, named := strings.Cut(tt.verdict, ":")
		got := ""
		if r := d.Rule(); r != nil {
			got = r.Name
		}
		if d.Verdict.String() != want || named && got != rule {
			t.Errorf("%s\n\t%v by %q: %s\n\twant %s", tt.line, d.Verdict, got, d.Reason, tt.verdict)
			for i, c := range f.Commands {
				t.Logf("\t%d ← %d %s: %q %q sub %q flags %v operands %v opaque %q carrier %v", i, c.Parent, c.Via, c.Tool, c.Args, c.Subcommands, c.Flags, c.Operands, c.Opaque, c.Carrier)
			}
		}
	}
}

// TestLimits gives more than is read: each is denied at once, whatever the rules say.
func TestLimits(t *testing.T) {
	p := mustParse(t, `
policy {
  default = "allow"
  opaque  = "allow"
}`)
	long := strings.Repeat("echo a; ", 20_000)
	tests := map[string][]string{
		"words":               append([]string{"x"}, make([]string, maxWords+1)...),
		"paths":               append([]string{"cat"}, strings.Fields(strings.Repeat("a ", maxPathsIn+1))...),
		"commands":            {"bash", "-c", strings.Repeat("a;", maxCommands+1)},
		"nesting":             strings.Fields(strings.Repeat("nice ", maxNesting+2) + "a"),
		"shell text":          {"bash", "-c", strings.Repeat("#", maxShellText+1)},
		"shell text in sum":   {"bash", "-c", "eval '" + long + "'; eval '" + long + "'"},
		"brackets":            {"bash", "-c", strings.Repeat("(", freeShellText+1)},
		"braces":              {"bash", "-c", "x " + strings.Repeat("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b} ", 2000)},
		"a long directory":    append([]string{"tar", "cf", "x", "-C", strings.Repeat("a/", 10_000)}, strings.Fields(strings.Repeat("b ", 1000))...),
		"long directories":    append(strings.Fields("git "+strings.Repeat("-C a/a/a/a/a/a/a/a/a/a ", 1000)), "add", "b"),
		"a variable":          {"bash", "-c", "a=" + strings.Repeat("x", 20_000) + "; echo " + strings.Repeat("$a", 10_000)},
		"a variable's paths":  {"bash", "-c", "a=" + strings.Repeat("/x", 10_000) + "; cat " + strings.Repeat("$a ", 10_000)},
		"a loop's paths":      {"bash", "-c", "for a in " + strings.Repeat("/x", 10_000) + " b; do cat " + strings.Repeat("$a ", 10_000) + "; done"},
		"input of many xargs": append(strings.Fields(strings.Repeat("xargs ", 15)), "sh", "-c", "a"),
	}
	for name, argv := range tests {
		f, d := understood(p, argv)
		if d.Verdict != clawrden.Deny || f.Overflow == "" || len(f.Commands) > maxCommands {
			t.Errorf("%s: %v by %q, overflow %q, %d commands", name, d.Verdict, d.Reason, f.Overflow, len(f.Commands))
		}
		if r := d.Rule(); r == nil || r.Name != "limits" || !strings.HasSuffix(r.Place(), ".hcl:3") {
			t.Errorf("%s: by rule %+v", name, r)
		}
	}
}

func TestUnknownWhoMatchesStrictRulesOnly(t *testing.T) {
	p := mustParse(t, `
policy {
  default = "allow"
}
rule "no unpinned image" {
  commands = ["a"]
  action   = "deny"
  when {
    identity {
      images = ["evil*"]
    }
  }
}
rule "trusted" {
  commands = ["b"]
  action   = "allow"
  when {
    identity {
      units = ["agent@*.service"]
    }
  }
}
rule "all else of b" {
  commands = ["b"]
  action   = "ask"
  unless {
    identity {
      units = ["agent@*.service"]
    }
  }
}`)
	tests := []struct {
		tool, image, unit string
		want              clawrden.Verdict
	}{
		{"a", "", "", clawrden.Deny},
		{"a", "evil:1", "", clawrden.Deny},
		{"a", "good:1", "", clawrden.Allow},
		{"b", "", "", clawrden.Ask},
		{"b", "", "agent@1.service", clawrden.Allow},
		{"b", "", "other.service", clawrden.Ask},
	}
	for _, tt := range tests {
		f := facts(t, p, "/", tt.tool)
		f.Image, f.Identity.Unit = tt.image, tt.unit
		if d := p.Decide(f); d.Verdict != tt.want {
			t.Errorf("%+v: %v", tt, d.Verdict)
		}
	}
}
