package unit

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/clawrden/clawrden"
)

func TestUsageOf(t *testing.T) {
	number := func(n uint64) *uint64 { return &n }
	for name, tt := range map[string]struct {
		files map[string]string
		want  clawrden.Usage
	}{
		"all": {map[string]string{
			"cpu.stat":    "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n",
			"memory.peak": "4096\n",
			"io.stat":     "8:0 rbytes=100 wbytes=7 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=20 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n",
		}, clawrden.Usage{CPU: number(1_500_000), Memory: number(4096), Read: number(120), Written: number(7)}},
		"what every cgroup has": {map[string]string{"cpu.stat": "usage_usec 0\n"}, clawrden.Usage{CPU: number(0)}},
		"no disk was used":      {map[string]string{"io.stat": ""}, clawrden.Usage{Read: number(0), Written: number(0)}},
		"none":                  {nil, clawrden.Usage{}},
		"no numbers":            {map[string]string{"cpu.stat": "usage_usec x\n", "memory.peak": "max\n", "io.stat": "8:0 rbytes=x wbytes=-1\n"}, clawrden.Usage{}},
	} {
		dir := t.TempDir()
		for file, content := range tt.files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, usageOf(fd)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		_ = unix.Close(fd)
	}
}
