// Command attack tries the ways round a command guard from the source tree, without an installation: Clawrden's own guard, for which it
// starts a daemon and a guard in a scratch directory (that takes root), or another one, by the words that start a command under it. The
// ways are those of `clawrden doctor --battery`; package internal/battery has them, one a row.
//
//	go run ./tests/attack [-bin bin] [-prefix "WORDS…"] [-json]
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/clawrden/clawrden/internal/battery"
)

func main() {
	bin := flag.String("bin", "bin", "`directory` of the programs, as make build leaves them")
	prefix := flag.String("prefix", "", "`words` that start a command under another guard (default: Clawrden's)")
	asJSON := flag.Bool("json", false, "a list of way and result, in place of a table")
	flag.Parse()
	ran, err := attack(*bin, strings.Fields(*prefix), *asJSON)
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(2)
	}
	if ran > 0 {
		os.Exit(1)
	}
}

// attack tells how many ways led to the forbidden command.
func attack(bin string, prefix []string, asJSON bool) (ran int, err error) {
	if bin, err = filepath.Abs(bin); err != nil {
		return 0, err
	}
	if len(prefix) == 0 {
		s, err := newStand(bin)
		if err != nil {
			return 0, err
		}
		defer s.close()
		prefix = s.prefix
	}
	results, err := battery.Run(context.Background(), battery.Options{Self: filepath.Join(bin, "clawrden"), Stderr: os.Stderr, Prefix: prefix})
	if err != nil && len(results) == 0 {
		return 0, err
	}
	ran = battery.Count(results, battery.Ran)
	if asJSON {
		return ran, errors.Join(err, json.NewEncoder(os.Stdout).Encode(results))
	}
	fmt.Printf("%s\n%d ways: %d ran, %d denied, %d not applicable here\n", battery.Table(results), len(results), ran,
		battery.Count(results, battery.Denied), battery.Count(results, battery.NotApplicable))
	return ran, err
}
