package audit

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
)

// kept is a sealed log of three files, two of them compressed, that is copied for each test.
type kept struct {
	names  []string // files of the log, oldest first, then the checkpoints
	files  map[string][]byte
	keys   []string
	newest []byte
}

func keepLog(t testing.TB) *kept {
	s := newSealedLog(t, Options{RotateSize: 3500, CheckpointRecords: 4})
	l := open(t, s.path, s.o)
	for i := range 20 {
		appendAll(t, l, decided(fmt.Sprintf("i%d", i), clawrden.OutcomeAllow))
		if i%4 == 3 {
			if err := l.Seal(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range s.files(t) {
		if !rotatedName.MatchString(path) {
			continue // in use, or compressed before the end came
		}
		writeText(t, path+packedSuffix, string(gzipped(t, []byte(readText(t, path)))))
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	o := s.all(t)
	k := &kept{files: map[string][]byte{}, keys: o.Keys, newest: o.Newest}
	for _, path := range append(o.Files, o.Checkpoints) {
		k.names = append(k.names, filepath.Base(path))
		k.files[filepath.Base(path)] = []byte(readText(t, path))
	}
	return k
}

// put writes changed files into a directory, and says how to verify them there.
func (k *kept) put(t testing.TB, dir string, files map[string][]byte) VerifyOptions {
	for name, content := range files {
		writeText(t, filepath.Join(dir, name), string(content))
	}
	path := filepath.Join(dir, "audit.jsonl")
	all, err := Files(path)
	if err != nil {
		t.Fatal(err)
	}
	return VerifyOptions{Files: all, Checkpoints: CheckpointFile(path), Keys: k.keys, Newest: k.newest, Whole: true}
}

func gunzip(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return b
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		return append(plain, "damaged"...)
	}
	return plain
}

func gzipped(t testing.TB, b []byte) []byte {
	var to bytes.Buffer
	if err := compress(&to, bytes.NewReader(b), func() bool { return false }); err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

// Each way to tamper with a log of several files is named, also where whoever does it can hash.
func TestTampering(t *testing.T) {
	k := keepLog(t)
	if len(k.names) < 4 {
		t.Fatalf("files %q", k.names)
	}
	old, middle, last, notes := k.names[0], k.names[1], k.names[len(k.names)-2], k.names[len(k.names)-1]
	lines := func(f map[string][]byte, name string) []string {
		return strings.SplitAfter(string(gunzip(f[name])), "\n")
	}
	set := func(f map[string][]byte, name string, lines []string) {
		f[name] = []byte(strings.Join(lines, ""))
		if strings.HasSuffix(name, ".gz") {
			f[name] = gzipped(t, f[name])
		}
	}
	edit := func(name string, how func([]string) []string) func(map[string][]byte) {
		return func(f map[string][]byte) { set(f, name, how(lines(f, name))) }
	}
	change := func(i int) func([]string) []string {
		return func(l []string) []string { l[i] = strings.Replace(l[i], "status", "statuz", 1); return l }
	}
	for name, row := range map[string]struct {
		do   func(map[string][]byte)
		want Kind
		file string // that is named
	}{
		"nothing":                         {func(map[string][]byte) {}, "", ""},
		"changed in a compressed file":    {edit(old, change(1)), Changed, old},
		"changed last line of a file":     {edit(old, func(l []string) []string { return change(len(l) - 2)(l) }), Changed, old},
		"removed from a compressed file":  {edit(middle, func(l []string) []string { return slices.Delete(l, 2, 3) }), Removed, middle},
		"removed first line of a file":    {edit(middle, func(l []string) []string { return l[1:] }), Removed, middle},
		"removed last line of a file":     {edit(old, func(l []string) []string { return slices.Delete(l, len(l)-2, len(l)-1) }), Removed, middle},
		"repeated":                        {edit(middle, func(l []string) []string { return slices.Insert(l, 3, l[2]) }), Repeated, middle},
		"inserted":                        {edit(middle, func(l []string) []string { return slices.Insert(l, 3, "hello\n") }), Inserted, middle},
		"reordered":                       {edit(middle, func(l []string) []string { l[1], l[2] = l[2], l[1]; return l }), Reordered, middle},
		"removed the oldest file":         {func(f map[string][]byte) { delete(f, old) }, Removed, middle},
		"removed a file between":          {func(f map[string][]byte) { delete(f, middle) }, Removed, ""},
		"removed the newest file":         {func(f map[string][]byte) { delete(f, last) }, Cut, ""},
		"cut the tail":                    {edit(last, func(l []string) []string { return l[:len(l)-2] }), Cut, last},
		"cut in mid-line":                 {func(f map[string][]byte) { f[last] = f[last][:len(f[last])-20] }, Cut, last},
		"cut a compressed file":           {func(f map[string][]byte) { f[old] = f[old][:len(f[old])-20] }, Unreadable, old},
		"a file under another one's name": {func(f map[string][]byte) { f[middle+".1.gz"] = f[middle] }, Repeated, ""},
		"a replaced file":                 {func(f map[string][]byte) { f[middle] = f[old] }, Repeated, ""},
		"hashed anew from a change on":    {edit(last, func(l []string) []string { return rehash(change(1)(l)) }), Replaced, last},
		"another chain": {func(f map[string][]byte) {
			for _, n := range k.names[:len(k.names)-1] {
				delete(f, n)
			}
			f[last] = []byte(strings.Join(sample(t), "")) // fewer records than are sealed
		}, Replaced, last},
		"the chain begun anew": {func(f map[string][]byte) {
			f[last] = append(slices.Clone(f[last]), strings.Join(sample(t), "")...)
		}, Restarted, last},
		"the chain begun anew in a file": {func(f map[string][]byte) {
			f[last+".zz"] = f[last] // in front of it by its numbers
			f[last] = []byte(strings.Join(sample(t), ""))
		}, Restarted, last},
		"a removed checkpoint": {edit(notes, func(l []string) []string { return slices.Delete(l, 9, 18) }), Forged, notes},
		"a changed checkpoint": {func(f map[string][]byte) {
			f[notes] = bytes.Replace(f[notes], []byte("\n4\n"), []byte("\n3\n"), 1)
		}, Forged, notes},
		"a changed signature": {func(f map[string][]byte) {
			f[notes] = bytes.Replace(f[notes], []byte("— "+originPrefix), []byte("— x"+originPrefix), 1)
		}, Forged, notes},
		"checkpoints cut":     {edit(notes, func(l []string) []string { return l[:9] }), Cut, notes},
		"no checkpoints left": {func(f map[string][]byte) { f[notes] = nil }, Cut, notes},
		"a line behind them":  {func(f map[string][]byte) { f[notes] = append(slices.Clone(f[notes]), "hello\n"...) }, Inserted, notes},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for n, b := range k.files {
				files[n] = slices.Clone(b)
			}
			row.do(files)
			r := verifyLog(t, k.put(t, t.TempDir(), files))
			if row.want == "" {
				if !r.OK() || r.Unsealed > 0 {
					t.Errorf("%+v", r)
				}
				return
			}
			if !slices.ContainsFunc(r.Problems, func(p Problem) bool {
				return p.Kind == row.want && (row.file == "" || filepath.Base(p.File) == row.file)
			}) {
				t.Errorf("want %q in %q; problems: %v", row.want, row.file, r.Problems)
			}
		})
	}
}

// rehash makes the chain of lines hold again, as whoever can write the log may.
func rehash(lines []string) []string {
	for i := 1; i < len(lines) && lines[i] != ""; i++ {
		h, err := readHead([]byte(lines[i]))
		if err != nil {
			break
		}
		lines[i] = strings.Replace(lines[i], h.prev, hashLine([]byte(strings.TrimSuffix(lines[i-1], "\n"))), 1)
	}
	return lines
}

// FuzzTamper edits a sealed log somewhere: each edit that changes what is in it is found.
func FuzzTamper(f *testing.F) {
	k := keepLog(f)
	for file := range uint8(4) {
		for op := range uint8(6) {
			f.Add(file, op, uint16(100), uint16(7), []byte("x"))
			f.Add(file, op, uint16(900), uint16(1000), []byte(`"seq":3`))
		}
	}
	f.Fuzz(func(t *testing.T, file, op uint8, at, length uint16, text []byte) {
		name := k.names[int(file)%len(k.names)]
		files := map[string][]byte{}
		maps.Copy(files, k.files)
		was := k.files[name]
		packed := strings.HasSuffix(name, ".gz") && op&8 != 0 // inside of it, and compressed again
		if packed {
			was = gunzip(was)
		}
		from := int(at) % (len(was) + 1)
		to := min(len(was), from+int(length))
		b := slices.Concat(was[:from], tampered(op&7, was[from:to], text), was[to:])
		if packed {
			b = gzipped(t, b)
		}
		files[name] = b
		if same(k.files[name], b, name) {
			return
		}
		r, err := VerifyLog(k.put(t, t.TempDir(), files))
		if err == nil && r.OK() {
			t.Errorf("%s: operation %d at %d to %d with %q is missed", name, op, from, to, text)
		}
	})
}

// tampered changes a part of a file.
func tampered(op uint8, part, text []byte) []byte {
	switch op {
	case 0:
		return text // replaced, or removed
	case 1:
		return slices.Concat(text, part)
	case 2:
		return slices.Concat(part, part)
	case 3:
		lines := bytes.SplitAfter(part, []byte("\n"))
		slices.Reverse(lines)
		return bytes.Join(lines, nil)
	case 4:
		b := slices.Clone(part)
		for i := range b {
			b[i] ^= byte(1 << (i % 7))
		}
		return b
	}
	return []byte(strings.Join(rehash(strings.SplitAfter(string(part), "\n")), string(text)))
}

// same tells whether a file says what it said: compression and signatures have more than one form.
func same(a, b []byte, name string) bool {
	if strings.HasSuffix(name, noteSuffix) {
		return slices.Equal(noteTexts(a), noteTexts(b))
	}
	return bytes.Equal(gunzip(a), gunzip(b))
}

func noteTexts(b []byte) (texts []string) {
	var lines []string
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "— ") && strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return append(texts, lines...)
}

// From a checkpoint on nothing before it is looked at; and it must be there.
func TestVerifyFrom(t *testing.T) {
	k := keepLog(t)
	dir := t.TempDir()
	o := k.put(t, dir, k.files)
	notes := bytes.SplitAfter(k.files[k.names[len(k.names)-1]], []byte("\n\n"))
	var all [][]byte // each is a text and its signature
	for i := 0; i+1 < len(notes); i += 2 {
		all = append(all, slices.Concat(notes[i], notes[i+1]))
	}
	for i, from := range all {
		c, err := readCheckpoint(bytes.TrimSuffix(from, []byte("\n")))
		if err != nil {
			t.Fatal(err)
		}
		at := o
		at.Keys, at.From, at.Whole = nil, bytes.TrimSuffix(from, []byte("\n")), false
		r := verifyLog(t, at)
		if !r.OK() || !r.Signed || r.From != c.Size || r.Records != r.Last-c.Size || r.Unsealed != 0 {
			t.Errorf("checkpoint %d: %+v", i, r)
		}
		// What isn't needed may be missing, or be damaged.
		less := at
		less.Files = o.Files[len(o.Files)-1:]
		if first, err := firstNumber(less.Files[0]); err != nil {
			t.Fatal(err)
		} else if r := verifyLog(t, less); r.OK() != (first <= c.Size+1) {
			t.Errorf("checkpoint %d with the newest file alone: %+v", i, r)
		}
	}
	// The files are gone behind what was kept.
	at := o
	at.Keys, at.From, at.Checkpoints, at.Newest = nil, all[len(all)-1], "", nil
	at.Files = o.Files[:1]
	if r := verifyLog(t, at); r.OK() || r.Problems[0].Kind != Cut {
		t.Errorf("%+v", r)
	}
	if err := os.WriteFile(o.Checkpoints, all[0], 0o600); err != nil {
		t.Fatal(err)
	}
	at = o
	at.Keys, at.From = nil, all[1]
	if r := verifyLog(t, at); r.OK() || r.Problems[0].Kind != Removed {
		t.Errorf("%+v", r)
	}
}

// On another machine, with the public key: checkpoints that were all taken away, or cut within the first, are no proof of anything.
func TestNoCheckpointLeft(t *testing.T) {
	k := keepLog(t)
	notes := k.names[len(k.names)-1]
	for name, left := range map[string][]byte{"emptied": nil, "cut": k.files[notes][:100], "blank": []byte("\n\n")} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(k.files)
			files[notes] = left
			o := k.put(t, t.TempDir(), files)
			o.Newest, o.Whole = nil, false
			r := verifyLog(t, o)
			if r.OK() || r.Problems[0].Kind != Removed || r.Problems[0].File != o.Checkpoints {
				t.Errorf("%+v", r.Problems)
			}
		})
	}
}
