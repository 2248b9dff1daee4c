package audit

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clawrden/clawrden"
)

// files returns all files of the log.
func (s *sealedLog) files(t testing.TB) []string {
	t.Helper()
	files, err := Files(s.path)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Under load no record is lost or doubled by rotations, and the whole log verifies; so does each file with those beside it,
// on another machine, with the public key alone.
func TestRotateUnderLoad(t *testing.T) {
	s := newSealedLog(t, Options{RotateSize: 20_000, CheckpointRecords: 50})
	l := open(t, s.path, s.o)
	const writers, each = 8, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprintf("w%dn%d", w, i)
				for _, r := range []*clawrden.Record{decided(id, clawrden.OutcomeAllow), finished(id, i)} {
					if err := l.Append(r); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	last, _ := l.Head()
	seen := map[string]int{}
	var before uint64
	for more := true; more; {
		var page []clawrden.Entry
		var err error
		if page, more, err = l.History(clawrden.HistoryFilter{Limit: 37, Before: before}); err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			if seen[e.ID]++; e.ExitCode == nil || !strings.HasSuffix(e.ID, fmt.Sprintf("n%d", *e.ExitCode)) {
				t.Errorf("%s ended with %v", e.ID, e.ExitCode)
			}
			before = e.Seq
		}
	}
	if len(seen) != writers*each {
		t.Errorf("%d commands in the history, want %d", len(seen), writers*each)
	}
	for _, id := range []string{"w0n0", "w7n99"} {
		if e, err := l.Lookup(id); err != nil || e.ExitCode == nil {
			t.Errorf("%s: %+v, %v", id, e, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files := s.files(t)
	if len(files) < 10 {
		t.Errorf("only %d files", len(files))
	}
	r := s.sound(t, last)
	if r.Unsealed != 0 || r.First != 1 {
		t.Errorf("%+v", r)
	}
	again := open(t, s.path, s.o)
	for id := range seen {
		if !again.Known(id) {
			t.Fatalf("%s could be given anew", id)
		}
	}
}

// A file that is rotated away is compressed so that other programs read it, and so that any place of it can be read.
func TestCompressed(t *testing.T) {
	var plain bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&plain, "line %d of many\n", i*i)
	}
	var packed bytes.Buffer
	if err := compress(&packed, bytes.NewReader(plain.Bytes()), func() bool { return false }); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, plain.Bytes()) {
		t.Errorf("other programs read %d bytes, %v", len(got), err)
	}
	if gunzip, err := exec.LookPath("gzip"); err == nil {
		cmd := exec.CommandContext(t.Context(), gunzip, "-dc")
		cmd.Stdin = bytes.NewReader(packed.Bytes())
		if got, err := cmd.Output(); err != nil || !bytes.Equal(got, plain.Bytes()) {
			t.Errorf("gzip reads %d bytes, %v", len(got), err)
		}
	}
	b, err := openBlocks(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, 1, blockSize - 5, blockSize, int64(plain.Len()) - 3, 7} {
		got := make([]byte, min(100_000, int64(plain.Len())-at))
		if _, err := b.ReadAt(got, at); err != nil || !bytes.Equal(got, plain.Bytes()[at:at+int64(len(got))]) {
			t.Errorf("at %d: %v", at, err)
		}
	}
	if _, err := b.ReadAt(make([]byte, 2), int64(plain.Len())-1); !errors.Is(err, io.EOF) {
		t.Errorf("behind the end: %v", err)
	}
}

func FuzzBlocks(f *testing.F) {
	var packed bytes.Buffer
	if err := compress(&packed, strings.NewReader(strings.Repeat("abc\n", 1000)), func() bool { return false }); err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes())
	f.Add(packed.Bytes()[:30])
	f.Fuzz(func(_ *testing.T, data []byte) {
		b, err := openBlocks(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		buf := make([]byte, 10)
		for at := int64(0); at < b.plain; at += max(1, b.plain/5) {
			if _, err := b.ReadAt(buf, at); err != nil {
				return
			}
		}
	})
}

func TestRotateByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSealedLog(t, Options{RotateAge: time.Hour})
		l := open(t, s.path, s.o)
		for range 3 {
			appendAll(t, l, decided("a", clawrden.OutcomeAllow), decided("b", clawrden.OutcomeAllow))
			<-time.After(time.Hour + 1)
			synctest.Wait()
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if files := s.files(t); len(files) != 3 || !strings.HasSuffix(files[0], "-2.gz") {
			t.Errorf("files %q", files)
		}
		s.sound(t, 8)
	})
}

// What is past its retention goes, oldest first, and the log says so.
func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSealedLog(t, Options{RotateAge: time.Hour, RetainSize: 1})
		l := open(t, s.path, s.o)
		for range 3 {
			appendAll(t, l, decided("a", clawrden.OutcomeAllow))
			<-time.After(time.Hour + 1)
			synctest.Wait()
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if files := s.files(t); len(files) != 1 {
			t.Errorf("files %q", files)
		}
		r := verifyLog(t, s.all(t))
		if !r.OK() || r.First < 2 || r.Pruned != r.First-1 {
			t.Errorf("%+v", r)
		}
		o := s.all(t)
		var lines []string
		for _, line := range readLines(t, s.path) {
			if !strings.Contains(line, `"pruned"`) {
				lines = append(lines, line)
			}
		}
		if len(lines) == len(readLines(t, s.path)) {
			t.Fatal("nothing says what was removed")
		}
		o.Checkpoints = ""
		writeText(t, s.path, strings.Join(lines, ""))
		if r := verifyLog(t, o); r.OK() {
			t.Error("without a word of retention the missing beginning isn't named")
		}
	})
}

// A crash between the steps of a rotation loses nothing.
func TestCrashWhileRotating(t *testing.T) {
	for name, do := range map[string]func(t *testing.T, path string){
		"no new file": func(t *testing.T, path string) {
			if err := os.Rename(path, path+".20261122T150000Z-4"); err != nil {
				t.Fatal(err)
			}
		},
		"an empty new file": func(t *testing.T, path string) {
			if err := os.Rename(path, path+".20261122T150000Z-4"); err != nil {
				t.Fatal(err)
			}
			writeText(t, path, "")
		},
		"half compressed": func(t *testing.T, path string) {
			if err := os.Rename(path, path+".20261122T150000Z-4"); err != nil {
				t.Fatal(err)
			}
			writeText(t, path+".20261122T150000Z-4.gz.new", "\x1f\x8b half")
		},
		"compressed twice": func(t *testing.T, path string) {
			plain := path + ".20261122T150000Z-4"
			if err := os.Rename(path, plain); err != nil {
				t.Fatal(err)
			}
			var packed bytes.Buffer
			if err := compress(&packed, strings.NewReader(readText(t, plain)), func() bool { return false }); err != nil {
				t.Fatal(err)
			}
			writeText(t, plain+".gz", packed.String())
		},
		"by others": func(t *testing.T, path string) {
			if err := exec.CommandContext(t.Context(), "gzip", path).Run(); err != nil {
				t.Skipf("no gzip: %v", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSealedLog(t, Options{RotateSize: 1 << 20})
			s.write(t, 4)
			do(t, s.path)
			l := open(t, s.path, s.o)
			appendAll(t, l, decided("after", clawrden.OutcomeAllow))
			if entries, _, err := l.History(clawrden.HistoryFilter{}); err != nil || len(entries) != 5 {
				t.Errorf("%d entries, %v", len(entries), err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			s.sound(t, 6) // and one that says that it goes on
		})
	}
}

// A file that can't be rotated is written on.
func TestCannotRotate(t *testing.T) {
	s := newSealedLog(t, Options{RotateSize: 1000})
	said := make(chan error, 10)
	s.o.Complain = func(err error) { said <- err }
	s.path = filepath.Join(s.dir, "log", strings.Repeat("x", 240)) // it has no room for the time and a number
	l := open(t, s.path, s.o)
	for range 6 {
		appendAll(t, l, decided("a", clawrden.OutcomeAllow))
	}
	if err := <-said; !strings.HasPrefix(err.Error(), "cannot rotate the audit log: ") {
		t.Error(err)
	}
	verifyOK(t, s.path, 6)
}
