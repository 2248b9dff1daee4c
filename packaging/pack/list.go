package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// entry is one file, or directory, of an installation.
type entry struct {
	mode   fs.FileMode
	place  string // absolute, with the prefix, without destdir
	source string // "" for a directory
	config bool
	gzip   bool
	paths  bool
}

// list reads the package's list and gives what is for one purpose (install, deb, rpm), patterns resolved.
func (o *options) list(purpose string) ([]entry, error) {
	file := filepath.Join("packaging", o.name, "files")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the list of files: %v", err)
	}
	var all []entry
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		entries, err := o.line(words, purpose)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %v", file, i+1, err)
		}
		all = append(all, entries...)
	}
	return all, nil
}

// purposes are the words that limit a line.
var purposes = []string{"install", "deb", "rpm"}

func (o *options) line(words []string, purpose string) ([]entry, error) {
	if len(words) < 3 {
		return nil, fmt.Errorf("a line has a mode, a place and a source")
	}
	mode, err := strconv.ParseUint(words[0], 8, 9)
	if err != nil {
		return nil, fmt.Errorf("%q isn't a mode", words[0])
	}
	e := entry{mode: fs.FileMode(mode)}
	wanted, limited := false, false
	for _, word := range words[3:] {
		switch {
		case word == "config":
			e.config = true
		case word == "gzip":
			e.gzip = true
		case word == "paths":
			e.paths = true
		case slices.Contains(purposes, word):
			limited, wanted = true, wanted || word == purpose
		default:
			return nil, fmt.Errorf("%q means nothing here", word)
		}
	}
	if limited && !wanted {
		return nil, nil
	}
	return o.resolve(&e, words[1], words[2])
}

// resolve makes an entry of each file that the source names.
func (o *options) resolve(e *entry, place, source string) ([]entry, error) {
	if !filepath.IsAbs(place) {
		place = o.prefix + "/" + place
	}
	if source == "-" {
		e.place, e.mode = filepath.Clean(place), e.mode|fs.ModeDir
		return []entry{*e}, nil
	}
	pattern := source
	if rest, ok := strings.CutPrefix(source, "BIN/"); ok {
		pattern = filepath.Join(o.bin, rest)
	} else if rest, ok := strings.CutPrefix(source, "MADE/"); ok {
		pattern = filepath.Join(o.made, rest)
	}
	found := []string{pattern}
	if strings.ContainsAny(source, "*?[") {
		var err error
		if found, err = filepath.Glob(pattern); err != nil {
			return nil, err
		}
	}
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf("nothing is named %s", pattern)
	case len(found) > 1 && !strings.HasSuffix(place, "/"):
		return nil, fmt.Errorf("%s names %d files for one place", source, len(found))
	}
	var all []entry
	for _, file := range found {
		one := *e
		one.source, one.place = file, place
		if strings.HasSuffix(place, "/") {
			one.place += filepath.Base(file)
		}
		if one.gzip {
			one.place += ".gz"
		}
		all = append(all, one)
	}
	return all, nil
}
