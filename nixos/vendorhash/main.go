// Command vendorhash prints what nixos/vendor-hash has to hold: the hash that Nix gives the folder that `go mod vendor` writes.
//
// It changes with go.sum, and also with each package that is first, or no longer, imported from another module. It needs no Nix.
// `make nix-hash` runs it, and so does the test beside it; nothing else may.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

func main() {
	hash, err := vendored(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "vendorhash:", err)
		os.Exit(1)
	}
	_, _ = fmt.Fprintln(os.Stdout, hash)
}

// vendored hashes what `go mod vendor` writes for the module in dir.
func vendored(dir string) (string, error) {
	scratch, err := os.MkdirTemp("", "vendorhash-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	vendor := filepath.Join(scratch, "vendor")
	c := exec.CommandContext(context.Background(), "go", "mod", "vendor", "-o", vendor)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot vendor: %v\n%s", err, out)
	}
	return hashTree(vendor)
}
