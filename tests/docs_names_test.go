package tests

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocsNameTests makes sure that the tests that documents name as what shows something are there.
func TestDocsNameTests(t *testing.T) {
	functions := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(b), -1) {
			functions[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	documents, _ := filepath.Glob("../docs/*.md")
	decisions, _ := filepath.Glob("../docs/*/*.md")
	for _, path := range append(documents, decisions...) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`(Test[A-Z]\\w*)`").FindAllStringSubmatch(string(b), -1) {
			if named++; !functions[m[1]] {
				t.Errorf("%s: there is no %s", filepath.Base(path), m[1])
			}
		}
	}
	if named < 15 {
		t.Errorf("only %d tests are named, so they aren't found any more", named)
	}
}

// TestDocsNameTargets makes sure that the table of targets has those that `make` lists, and the Makefile those of the table.
func TestDocsNameTargets(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("../docs/nix.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{"help": true} // `make` alone
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*## `).FindAllStringSubmatch(string(makefile), -1) {
		if there[m[1]] = true; m[1] != "help" && !regexp.MustCompile("`(make )?"+m[1]+"`").Match(document) {
			t.Errorf("docs/nix.md doesn't name the target %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile("`make ([a-z-]+)`").FindAllStringSubmatch(string(document), -1) {
		if !there[m[1]] {
			t.Errorf("docs/nix.md names the target %s, which isn't there", m[1])
		}
	}
}
