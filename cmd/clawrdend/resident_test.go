package main

import (
	"bytes"
	"fmt"
	"os"
	"testing"
)

// What the start has touched of the program is let go, and the program goes on.
func TestReleaseStart(t *testing.T) {
	before := residentFile(t)
	releaseStart()
	if after := residentFile(t); after >= before {
		t.Errorf("%d kB of files were resident, now %d kB", before, after)
	}
}

// residentFile is how much of its files a process has in memory, in kB.
func residentFile(t *testing.T) (kb int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, line, ok := bytes.Cut(status, []byte("RssFile:"))
	if _, err := fmt.Sscan(string(line), &kb); !ok || err != nil {
		t.Fatalf("no RssFile: %v", err)
	}
	return kb
}
