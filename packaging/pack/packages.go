package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// packages builds each format into the output directory.
func (o *options) packages() error {
	when, err := date(o.epoch)
	if err != nil {
		return err
	}
	if o.prefix != "/usr" || o.destdir != "" {
		return fmt.Errorf("packages are for /usr: -prefix and -destdir are for install")
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil { //nolint:gosec // packages are for everybody
		return err
	}
	for format := range strings.SplitSeq(o.formats, ",") {
		if err := o.build(format, when); err != nil {
			return fmt.Errorf("cannot build the %s package of %s: %w", format, o.name, err)
		}
	}
	return nil
}

// build stages the files of one package and has nfpm pack them.
func (o *options) build(format string, when time.Time) error {
	stage, err := os.MkdirTemp("", "clawrden-pack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	version := packageVersion(o.version, when)
	staged := *o
	staged.destdir, staged.made = stage, filepath.Join(stage, "made")
	if err := os.Mkdir(staged.made, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(staged.made, "changelog.Debian"), debianChangelog(o.name, version, when), 0o600); err != nil {
		return err
	}
	if err := staged.install(format); err != nil {
		return err
	}
	entries, err := staged.list(format)
	if err != nil {
		return err
	}
	changes := filepath.Join(stage, "changes.yaml")
	if err := os.WriteFile(changes, changelog(version, when), 0o600); err != nil {
		return err
	}
	config, err := o.config(format, changes, when, contents(entries, stage, format, when))
	if err != nil {
		return err
	}
	file := filepath.Join(stage, "nfpm.yaml")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return err
	}
	c := exec.CommandContext(context.Background(), "go", "tool", "-modfile=tools/nfpm/go.mod", "nfpm", "package", "-f", file, "-p", format, "-t", o.out) //nolint:gosec // our own tool
	c.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+o.epoch, "VERSION="+version, "ARCH="+o.arch, "GOOS=", "GOARCH=")
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("nfpm: %v\n%s", err, out)
	}
	fmt.Fprint(os.Stdout, string(out))
	return nil
}

// content is one file as nfpm takes it.
type content struct {
	Src      string   `json:"src,omitempty"`
	Dst      string   `json:"dst"`
	Type     string   `json:"type,omitempty"`
	FileInfo fileInfo `json:"file_info"`
}

type fileInfo struct {
	Mode  uint32 `json:"mode"`
	Owner string `json:"owner"`
	Group string `json:"group"`
	MTime string `json:"mtime"`
}

func contents(entries []entry, stage, format string, when time.Time) []content {
	var all []content
	for i := range entries {
		e := &entries[i]
		c := content{Dst: e.place, Src: filepath.Join(stage, e.place)}
		c.FileInfo = fileInfo{uint32(e.mode.Perm()), "root", "root", when.Format(time.RFC3339)}
		switch {
		case e.mode.IsDir():
			c.Type, c.Src = "dir", ""
		case e.config:
			c.Type = "config|noreplace"
		case format == "rpm" && (strings.HasPrefix(e.place, "/usr/share/doc/") || strings.HasPrefix(e.place, "/usr/share/man/")):
			c.Type = "doc"
		}
		all = append(all, c)
	}
	return all
}

// config is the package's description with its changes, files and scripts; version and architecture go by the environment. JSON is YAML.
func (o *options) config(format, changes string, when time.Time, files []content) ([]byte, error) {
	head, err := os.ReadFile(filepath.Join("packaging", o.name, "nfpm.yaml"))
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(files)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(head)
	if format == "rpm" { // the other one is a file of its own
		fmt.Fprintf(&b, "\nchangelog: %s", changes)
	}
	fmt.Fprintf(&b, "\nmtime: %s\ncontents: %s\nscripts:\n", when.Format(time.RFC3339), list)
	scripts := map[string]string{"preinstall": "preinst", "postinstall": "postinst", "preremove": "prerm", "postremove": "postrm"}
	for _, key := range []string{"preinstall", "postinstall", "preremove", "postremove"} {
		script := filepath.Join("packaging", o.name, format, scripts[key])
		if _, err := os.Stat(script); err == nil {
			fmt.Fprintf(&b, "  %s: %s\n", key, script)
		}
	}
	return b.Bytes(), nil
}

const maintainer = "The Clawrden authors <clawrden@users.noreply.github.com>"

// changelog is one entry that sends readers to CHANGELOG.md, as rpm has it.
func changelog(version string, when time.Time) []byte {
	return fmt.Appendf(nil, "- semver: %q\n  date: %s\n  packager: %q\n  changes:\n    - note: %q\n",
		version+"-1", when.Format(time.RFC3339), maintainer, "Version "+version+"; see CHANGELOG.md for what has changed.")
}

// debianChangelog is the same in Debian's form.
func debianChangelog(name, version string, when time.Time) []byte {
	return fmt.Appendf(nil, "%s (%s-1) unstable; urgency=medium\n\n  * Version %s\n    (see changelog.gz)\n\n -- %s  %s\n",
		name, version, version, maintainer, when.Format(time.RFC1123Z))
}
