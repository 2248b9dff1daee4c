package policy

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The grammars against the real tools: what a tool says of its options in its own help must be what the grammar says. A
// value option that the grammar forgets would make the next word a subcommand or an operand, and so be a hole.

// realTool is a tool that is asked about its options.
type realTool struct {
	tool string
	help []string // the words that print the help, %s standing for the subcommands; the tool's name is put in front
	subs bool     // ask about each subcommand of the grammar too, but not with -short
	form helpForm
	// known are options and subcommands for which the help doesn't tell what the tool does, or where it tells something else than what
	// the tool does; each has been tried by hand.
	known string
}

// helpForm is how a help text is written.
type helpForm uint8

const (
	helpGNU     helpForm = iota // -o, --output=FILE, and what looks like it: cobra, argparse, clap, git
	helpKubectl                 // -f, --filename=[]:
	helpGoFlags                 // -chdir=DIR, one dash
	helpUsage                   // [-46AaC] [-B address]
)

// realTakes is what an option takes by the help.
type realTakes struct {
	name  string
	takes takes
}

func TestGrammarsAgreeWithRealTools(t *testing.T) {
	set, err := builtinTools()
	if err != nil {
		t.Fatal(err)
	}
	for _, rt := range realTools {
		t.Run(rt.tool, func(t *testing.T) {
			t.Parallel()
			if rt.subs && testing.Short() {
				t.Skip("asking each of its subcommands takes long")
			}
			path, err := exec.LookPath(rt.tool)
			if err != nil {
				t.Skipf("%s isn't installed", rt.tool)
			}
			g := set.find(rt.tool)
			if g == nil {
				t.Fatalf("%s has no grammar", rt.tool)
			}
			seen := 0
			rt.check(t, path, g, nil, &seen)
			if seen == 0 {
				t.Errorf("%s tells of no option", rt.tool)
			}
		})
	}
}

// check compares the help of one tool or subcommand, and of those below it.
func (rt *realTool) check(t *testing.T, path string, g *grammar, subs []string, seen *int) {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(rt.known) {
		known[name] = true
	}
	for _, o := range rt.options(t, path, subs) {
		*seen++
		if !known[o.name] {
			compareOption(t, g, strings.Join(append([]string{rt.tool}, subs...), " "), o)
		}
	}
	if !rt.subs {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(g.subs)) {
		sub, stands := g.subcommand(name)
		if !known[name] && (stands != nil || sub.name == name) {
			rt.check(t, path, sub, append(slices.Clip(subs), name), seen)
		}
	}
}

func compareOption(t *testing.T, g *grammar, title string, o realTakes) {
	t.Helper()
	got := g.find(o.name)
	want := [...]string{takesNothing: "no value", takesValue: "a value", takesAttached: "a value only when attached"}[o.takes]
	switch {
	case got == nil:
		t.Errorf("%s: %s, which takes %s, isn't in the grammar", title, o.name, want)
	case got.takes == takesCommand && o.takes == takesValue:
	case got.takes != o.takes:
		t.Errorf("%s: %s takes %s; the grammar says otherwise", title, o.name, want)
	}
}

// options asks the tool. Tools write their help to either output and end with any status.
func (rt *realTool) options(t *testing.T, path string, subs []string) []realTakes {
	t.Helper()
	var args []string
	for _, w := range rt.help {
		if w == "%s" {
			args = append(args, subs...)
		} else {
			args = append(args, w)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(cmd.Environ(), "LC_ALL=C", "COLUMNS=400", "PAGER=cat", "TERM=dumb", "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("cannot run %s: %v", rt.tool, err)
	}
	return parseHelp(string(out), rt.form)
}

var (
	helpLine    = regexp.MustCompile(`^\s{0,12}(-\S.*)$`)
	helpGap     = regexp.MustCompile(`\s{2,}|\t`)
	helpSplit   = regexp.MustCompile(`, *| \| | (-)`)
	helpOption  = regexp.MustCompile(`^(--?[A-Za-z0-9][A-Za-z0-9_.-]*)(.*)$`)
	helpBracket = regexp.MustCompile(`\[-([A-Za-z0-9]+)( [^\]]+)?\]`)
	helpProse   = regexp.MustCompile(`^ [A-Z][a-z]+ `)
	helpMaybe   = regexp.MustCompile(`^ ?\S+\[=`)
	helpBool    = regexp.MustCompile(`^=(true|false)\b`)
)

// parseHelp finds the options in a help text.
func parseHelp(text string, form helpForm) []realTakes {
	var out []realTakes
	if form == helpUsage {
		for _, m := range helpBracket.FindAllStringSubmatch(text, -1) {
			for _, c := range m[1] {
				o := realTakes{name: "-" + string(c)}
				if m[2] != "" {
					o.takes = takesValue
				}
				out = append(out, o)
			}
		}
		return out
	}
	for line := range strings.Lines(text) {
		m := helpLine.FindStringSubmatch(strings.TrimRight(line, " \r\n"))
		if m == nil {
			continue
		}
		spec := regexp.MustCompile(`,\s+`).ReplaceAllString(m[1], ", ")
		spec = strings.ReplaceAll(spec, "--[no-]", "--")
		if gap := helpGap.FindStringIndex(spec); gap != nil {
			spec = spec[:gap[0]]
		}
		if form == helpKubectl && !strings.HasSuffix(spec, ":") {
			continue
		}
		out = append(out, parseSpec(strings.TrimSuffix(spec, ":"), form)...)
	}
	return out
}

// parseSpec reads "-o, --output=FILE": all spellings take what the one that shows it takes.
func parseSpec(spec string, form helpForm) []realTakes {
	var out []realTakes
	kind := takesNothing
	for _, part := range helpSplit.Split(strings.ReplaceAll(spec, " -", ", -"), -1) {
		m := helpOption.FindStringSubmatch(part)
		if m == nil {
			continue
		}
		out = append(out, realTakes{name: m[1]})
		switch rest := m[2]; {
		case rest == "" || rest == "..." || helpProse.MatchString(rest) || helpBool.MatchString(rest) && form != helpGNU:
		case strings.HasPrefix(rest, "[") || helpMaybe.MatchString(rest):
			kind = takesAttached
		case strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "<"):
			kind = takesValue
		}
	}
	for i := range out {
		out[i].takes = kind
	}
	return out
}

// npm tells its settings with their defaults: each is an option, and one that is true or false takes no value of its own.
func TestNpmKnowsItsSettings(t *testing.T) {
	path, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm isn't installed")
	}
	cmd := exec.CommandContext(t.Context(), path, "config", "ls", "--long", "--json")
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Skip("npm doesn't tell its settings: ", err)
	}
	var settings map[string]any
	if err := json.Unmarshal(out, &settings); err != nil {
		t.Fatal("npm's settings: ", err)
	}
	set, err := builtinTools()
	if err != nil {
		t.Fatal(err)
	}
	g := set.find("npm")
	for name, value := range settings {
		o := g.find("--" + name)
		if o == nil { // some belong to one subcommand
			o = g.subs["exec"].find("--" + name)
		}
		_, isBool := value.(bool)
		switch {
		case strings.ContainsAny(name, ":/") || name == "user-agent" || strings.HasPrefix(name, "init.") || name == "npm-version":
		case o == nil:
			t.Errorf("npm: --%s isn't in the grammar", name)
		case isBool && o.takes == takesValue:
			t.Errorf("npm: --%s takes no value; the grammar says otherwise", name)
		}
	}
}

var realTools = []realTool{
	{tool: "rm", help: []string{"--help"}},
	{tool: "cp", help: []string{"--help"}},
	{tool: "mv", help: []string{"--help"}},
	{tool: "ln", help: []string{"--help"}},
	{tool: "chmod", help: []string{"--help"}},
	{tool: "chown", help: []string{"--help"}},
	{tool: "timeout", help: []string{"--help"}},
	{tool: "nice", help: []string{"--help"}, known: "-20"},
	{tool: "nohup", help: []string{"--help"}},
	{tool: "env", help: []string{"--help"}},
	{tool: "stdbuf", help: []string{"--help"}},
	{tool: "chroot", help: []string{"--help"}},
	{tool: "xargs", help: []string{"--help"}, known: "--max-lines"},
	{tool: "sudo", help: []string{"--help"}, known: "-h --preserve-env"},
	{tool: "setsid", help: []string{"--help"}},
	{tool: "flock", help: []string{"--help"}},
	{tool: "watch", help: []string{"--help"}},
	{tool: "ionice", help: []string{"--help"}},
	{tool: "taskset", help: []string{"--help"}},
	{tool: "script", help: []string{"--help"}},
	{tool: "su", help: []string{"--help"}},
	{tool: "unshare", help: []string{"--help"}},
	{tool: "nsenter", help: []string{"--help"}},
	{tool: "tar", help: []string{"--help"}, known: "-f- -b20"},
	{tool: "sed", help: []string{"--help"}},
	{tool: "gawk", help: []string{"--help"}},
	{tool: "perl", help: []string{"--help"}, known: "-F -Idirectory -l -V"},
	{tool: "node", help: []string{"--help"}},
	{tool: "make", help: []string{"--help"}},
	{tool: "curl", help: []string{"--help", "all"}, known: "-h --help"},
	{tool: "wget", help: []string{"--help"}, known: "-nv -nc -nd -nH -np --hsts-file"},
	{tool: "ssh", help: []string{"-?"}, form: helpUsage},
	{tool: "scp", help: []string{"-?"}, form: helpUsage},
	{tool: "sftp", help: []string{"-?"}, form: helpUsage},
	{tool: "pnpm", help: []string{"install", "--help"}, known: "--global-dir --package-import-method --reporter --silent -s"},
	{tool: "go", help: []string{"help", "%s"}, subs: true, known: "-buildvcs -coverprofile -cpu -list -outputdir -parallel -short -v. -replace -dropreplace -retract -dropretract -tool -droptool -ignore"},
	{tool: "rsync", help: []string{"--help"}, known: "-h --help"},
	{tool: "systemctl", help: []string{"--help"}, known: "--preset-mode"},
	{tool: "pip", help: []string{"%s", "--help"}, subs: true, known: "help cache config index"},
	{tool: "yarn", help: []string{"--help"}, known: "--emoji --prod --production --scripts-prepend-node-path"},
	{tool: "cargo", help: []string{"%s", "--help"}, subs: true, known: "help miri nextest"},
	{tool: "terraform", help: []string{"%s", "-help"}, subs: true, form: helpGoFlags, known: "cloud stacks query rpcapi -plugin-dir -lockfile -fs-mirror -generate-config-out -test-directory -filter"},
	{tool: "git", help: []string{"%s", "-h"}, subs: true, known: "diff-files diff-index diff-tree rev-list --dirstat-by-file"},
	{tool: "docker", help: []string{"%s", "--help"}, subs: true, known: "buildx compose -h"},
	{tool: "podman", help: []string{"%s", "--help"}, subs: true, known: "compose farm play auto-update quadlet healthcheck"},
	{tool: "helm", help: []string{"%s", "--help"}, subs: true, known: "--hide-secret"},
	{tool: "gh", help: []string{"%s", "--help"}, subs: true, known: "attestation cache org project ruleset variable copilot agent-task preview"},
	{tool: "kubectl", help: []string{"%s", "--help"}, subs: true, form: helpKubectl, known: "alpha --dry-run --cascade --validate"},
}
