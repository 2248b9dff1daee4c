package cli

import (
	"bytes"
	"fmt"
	"strings"
)

// lineDiff is a unified diff of two texts that differ line by line, as formatting leaves them: no line comes or goes. Of
// other texts the lines between the first and the last difference are shown as replaced.
func lineDiff(name string, old, formatted []byte) []byte {
	if bytes.Equal(old, formatted) {
		return nil
	}
	a, b := splitLines(old), splitLines(formatted)
	changes := changesOf(a, b)
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", name, name)
	const around = 3
	for i := 0; i < len(changes); {
		last := i
		for last+1 < len(changes) && changes[last+1].a-changes[last].a-len(changes[last].old) <= 2*around {
			last++
		}
		from, to := max(changes[i].a-around, 0), min(changes[last].a+len(changes[last].old)+around, len(a))
		shift := changes[i].b - changes[i].a
		var body strings.Builder
		oldLines, newLines, at := 0, 0, from
		for _, c := range changes[i : last+1] {
			for ; at < c.a; at++ {
				body.WriteString(" " + a[at] + "\n")
				oldLines, newLines = oldLines+1, newLines+1
			}
			for _, l := range c.old {
				body.WriteString("-" + l + "\n")
			}
			for _, l := range c.new {
				body.WriteString("+" + l + "\n")
			}
			at += len(c.old)
			oldLines, newLines = oldLines+len(c.old), newLines+len(c.new)
		}
		for ; at < to; at++ {
			body.WriteString(" " + a[at] + "\n")
			oldLines, newLines = oldLines+1, newLines+1
		}
		fmt.Fprintf(&out, "@@ -%d,%d +%d,%d @@\n%s", from+1, oldLines, from+1+shift, newLines, body.String())
		i = last + 1
	}
	return out.Bytes()
}

// change replaces lines from index a of the old text, b of the new one.
type change struct {
	a, b     int
	old, new []string
}

func changesOf(a, b []string) []change {
	if len(a) != len(b) {
		from := 0
		for from < min(len(a), len(b)) && a[from] == b[from] {
			from++
		}
		tail := 0
		for tail < min(len(a), len(b))-from && a[len(a)-1-tail] == b[len(b)-1-tail] {
			tail++
		}
		return []change{{from, from, a[from : len(a)-tail], b[from : len(b)-tail]}}
	}
	var out []change
	for i := 0; i < len(a); i++ {
		from := i
		for i < len(a) && a[i] != b[i] {
			i++
		}
		if i > from {
			out = append(out, change{from, from, a[from:i], b[from:i]})
		}
	}
	return out
}

func splitLines(b []byte) []string {
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}
