package daemon

import (
	"path"

	"github.com/clawrden/clawrden"
)

// maxRecordPaths is how many bytes of paths a record holds: a thousand words of usual length. A command may name far more,
// each several times, and a record has a limit.
const maxRecordPaths = 64 << 10

// recordPaths writes down where the words that name paths led, each once. Where a path leads to what it says, the path
// alone is written. What is known only when the command runs was never resolved, and is left out.
func recordPaths(f *clawrden.Facts) (paths []clawrden.RecordPath, cut bool) {
	seen := map[string]bool{}
	size := 0
	for i := range f.Paths {
		p := &f.Paths[i]
		word := p.Word
		if !path.IsAbs(word) && p.Base != "" {
			word = p.Base + "/" + word
		}
		if p.Unknown || word == "" || seen[word] || p.Arg == clawrden.ArgCwd && word == f.Cwd && p.Err == "" {
			continue
		}
		seen[word] = true
		r := clawrden.RecordPath{Path: clawrden.Text(word), Err: p.Err}
		if p.Resolved != absolute(f.Cwd, word) {
			r.Resolved = clawrden.Text(p.Resolved)
		}
		if size += len(r.Path) + len(r.Resolved) + len(r.Err); size > maxRecordPaths {
			return paths, true
		}
		paths = append(paths, r)
	}
	return paths, false
}

// absolute makes a written path absolute without a look at any file.
func absolute(cwd, word string) string {
	if path.IsAbs(word) {
		return path.Clean(word)
	}
	return path.Clean(cwd + "/" + word)
}
