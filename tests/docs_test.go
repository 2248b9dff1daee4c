package tests

import (
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks follows every relative link of every document: to a file that exists and, behind a #, to a heading of it.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, file := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(prose(t, file), -1) {
			to, err := url.Parse(m[1])
			if err != nil || to.Scheme != "" {
				continue
			}
			target := file
			if to.Path != "" {
				target = filepath.Join(filepath.Dir(file), to.Path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which isn't there", file, m[1])
				continue
			}
			if to.Fragment != "" && !headings(t, target)[to.Fragment] {
				t.Errorf("%s links to %s, which is no heading", file, m[1])
			}
		}
	}
}

// documents are the paths of the module's own Markdown files.
func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != ".." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// prose is a document without what stands in fences and between backticks.
func prose(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(string(b), "")
	return regexp.MustCompile("`[^`\n]*`").ReplaceAllStringFunc(text, func(code string) string {
		return strings.NewReplacer("](", "", "`", "").Replace(code)
	})
}

// headings are the fragments by which a document's headings are named.
func headings(t *testing.T, file string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ +(.+)$`).FindAllStringSubmatch(prose(t, file), -1) {
		name := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		names[regexp.MustCompile(`[^\pL\pN_-]`).ReplaceAllString(name, "")] = true
	}
	return names
}

// block is one ```sh block of a document, with what the comment before it says:
//
//	<!-- runs, prints "this", "that" -->               run it to its end; its output holds these texts
//	<!-- runs until "this", prints "that" -->          go on when it has said this; it ends later
//	<!-- runs in terminal 2 -->                        beside the first one
//	<!-- runs with nc -U -->                           left out where that isn't to be had
//	<!-- not run: why -->
type block struct {
	line     int
	script   string
	terminal string
	nc       bool
	until    string
	prints   []string
}

var comment = regexp.MustCompile(`^<!-- runs( in terminal 2)?( with nc -U)?(?: until "([^"]*)")?(?:, prints (".*"))? -->$`)

func TestReadme(t *testing.T)   { follow(t, "../README.md") }
func TestTutorial(t *testing.T) { follow(t, "../docs/tutorial.md") }

// follow runs the shell blocks of a document as a reader would: from top to bottom, in two terminals, with an empty home
// directory and the programs on PATH.
func follow(t *testing.T, document string) {
	t.Helper()
	home := t.TempDir()
	terminals := map[string]*terminal{"": newTerminal(t, home), "2": newTerminal(t, home)}
	for _, b := range blocks(t, document) {
		if b.nc && !haveNC() {
			t.Logf("the block at line %d isn't run: there is no nc that can speak to Unix sockets", b.line)
			continue
		}
		tty := terminals[b.terminal]
		tty.finish()
		tty.start(&b)
		if b.until == "" {
			tty.finish()
		} else {
			tty.read(func(line string) bool { return strings.Contains(line, b.until) })
		}
	}
	for _, tty := range terminals {
		tty.finish()
	}
}

// haveNC reports whether there is a netcat for Unix sockets; not every one can.
func haveNC() bool {
	usage, _ := exec.Command("nc", "-h").CombinedOutput() // its exit status is 1 or 0 by version
	return strings.Contains(string(usage), "UNIX")
}

// blocks are the shell blocks that are to be run. One that says neither that it runs nor why not is an error.
func blocks(t *testing.T, file string) []block {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(b), "\n")
	var all []block
	for i := 1; i < len(lines); i++ {
		if lines[i] != "```sh" {
			continue
		}
		first := i + 1
		for i++; i < len(lines) && lines[i] != "```"; i++ {
		}
		if strings.HasPrefix(lines[first-2], "<!-- not run: ") {
			continue
		}
		m := comment.FindStringSubmatch(lines[first-2])
		if m == nil {
			t.Fatalf("%s:%d: a shell block without a comment before it that says whether it is run", file, first)
		}
		one := block{line: first, script: strings.Join(lines[first:i], "\n"), nc: m[2] != "", until: m[3]}
		if m[1] != "" {
			one.terminal = "2"
		}
		if m[4] != "" {
			one.prints = strings.Split(m[4][1:len(m[4])-1], `", "`)
		}
		all = append(all, one)
	}
	return all
}
