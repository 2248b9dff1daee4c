// Command pack puts Clawrden's files in their places: into a directory for `make install`, away again for `make uninstall`, and
// into deb and rpm packages for `make packages`. What is installed stands in one list, packaging/clawrden/files.
//
// The same sources and SOURCE_DATE_EPOCH give the same packages, byte for byte: nothing in them may come from this machine.
// It is run by the Makefile, from the repository's root.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

// options are the command line.
type options struct {
	name            string // of the package: a directory of packaging/
	bin             string // where it was built, with man pages and completion scripts in generated/
	made            string // where the packager writes what a package has besides
	prefix, destdir string
	version, epoch  string // what was built, and when it was committed (seconds since 1970)
	arch, out       string
	formats         string
}

func main() {
	o, command, err := parse(os.Args[1:])
	if err == nil {
		switch command {
		case "install":
			err = o.install("install")
		case "uninstall":
			err = o.uninstall()
		case "package":
			err = o.packages()
		default:
			err = fmt.Errorf("there is no command %q: install, uninstall or package", command)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, string, error) {
	o := &options{}
	f := flag.NewFlagSet("pack", flag.ContinueOnError)
	f.StringVar(&o.name, "name", "clawrden", "`package`: a directory of packaging/ with a list of files")
	f.StringVar(&o.bin, "bin", "bin", "`directory` with what was built")
	f.StringVar(&o.prefix, "prefix", "/usr", "`directory` below which files are installed")
	f.StringVar(&o.destdir, "destdir", "", "`directory` that stands for / while installing")
	f.StringVar(&o.version, "version", "devel", "`version` as git describes it")
	f.StringVar(&o.epoch, "epoch", "0", "`seconds` since 1970: the date of all that is packaged")
	f.StringVar(&o.arch, "arch", "amd64", "`architecture` as Go names it")
	f.StringVar(&o.out, "out", "dist", "`directory` for packages")
	f.StringVar(&o.formats, "formats", "deb,rpm", "`formats` to package")
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return nil, "", fmt.Errorf("usage: pack install|uninstall|package [options]")
	}
	return o, args[0], f.Parse(args[1:])
}
