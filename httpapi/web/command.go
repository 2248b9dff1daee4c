package web

import (
	"strings"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/display"
)

// How much of a command a place has room for, in bytes of its words. A page of its own shows all that a person could read;
// what is longer than that can't be approved here.
const (
	roomInRow  = 160
	roomOnCard = 700
	roomOnPage = 64 << 10
)

// command is a command line as it is shown: each word by itself, so that nobody has to guess where one ends.
type command struct {
	Words []word
	Odd   bool // something in it can't be seen and is shown escaped
	Left  int  // bytes that aren't shown
}

// word is one word of a command.
type word struct {
	Text string // as a shell would have to read it
	Odd  bool
}

// Whole reports whether all of it is shown.
func (c command) Whole() bool { return c.Left == 0 }

// shown gives as many words of a command as there is room for; left are bytes that the API has left out already.
func shown(tool string, args, b64 []string, left, room int) command {
	c := command{Left: left}
	for i, w := range append([]string{tool}, clawrden.RawWords(args, b64)...) {
		if room < len(w) && i > 0 || room <= 0 {
			c.Left += len(w) + 1
			room = 0
			continue
		}
		room -= len(w) + 1
		text, odd := display.Brief([]string{w}, 0)
		odd = odd || strings.HasPrefix(text, "$'") && strings.Contains(text, `\x`)
		c.Words, c.Odd = append(c.Words, word{text, odd}), c.Odd || odd
	}
	return c
}

// part is a command inside another, as the policy understands it.
type part struct {
	clawrden.CommandVerdict
	Command command
	Depth   int
}

const maxDepth = 6 // shown as such; what lies deeper stands there too

// parts gives the commands inside a request, an outer one before its inner ones.
func parts(all []clawrden.CommandVerdict) []part {
	var out []part
	depth := make([]int, len(all))
	for i := 1; i < len(all); i++ {
		c := all[i]
		if c.Outer > 0 && c.Outer < i {
			depth[i] = min(depth[c.Outer]+1, maxDepth)
		}
		p := part{c, shown(c.Command, c.Args, nil, 0, roomOnCard), depth[i]}
		if c.Command == "" { // it can't be known
			p.Command.Words = append([]word{{Text: "…"}}, p.Command.Words[1:]...)
		}
		out = append(out, p)
	}
	return out
}
