package daemon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/internal/guardlink"
)

func origin(name string) (o guardlink.Origin) {
	copy(o[:], name)
	return o
}

func TestLineage(t *testing.T) {
	say := func(l clawrden.Lineage) string {
		words := []string{fmt.Sprint(l.Depth)}
		for _, a := range l.Ancestors {
			words = append(words, map[bool]string{false: "?"}[a.Own]+a.Tool)
		}
		if l.Lost {
			words[0] = "lost"
		}
		return strings.Join(words, " ")
	}
	l := newLineage(true)
	for _, step := range []struct {
		what, caller, image string
		process             int
		want                string
	}{
		{"the agent", "launcher", "agent", 1, "0"},
		{"what the launcher starts beside", "launcher", "beside", 9, "0"},
		{"a shell", "agent", "sh", 2, "1 ?agent"},
		{"what it becomes", "sh", "git", 2, "1 ?sh ?agent"},
		{"what that starts", "git", "ssh", 3, "2 git ?sh ?agent"},
		{"what the shell had forked before", "sh", "ssh2", 4, "2 ?sh ?agent"},
		{"from nobody that is known", "stranger", "x", 5, "lost"},
		{"and what that starts", "x", "y", 6, "lost ?x"},
		{"one whose caller can't be told", "", "z", 7, "lost"},
		{"a second git of the same origin", "agent", "git", 8, "1 ?agent"},
		{"neither speaks for what it starts", "git", "ssh3", 10, "lost ?"},
	} {
		got := l.of(origin(step.caller), pidStart{step.process, 1})
		if say(got) != step.want {
			t.Errorf("%s: %s, want %s", step.what, say(got), step.want)
		}
		own := step.image == "git"
		l.add(origin(step.image), &program{Ancestor: clawrden.Ancestor{Tool: step.image, Own: own}, process: pidStart{step.process, 1}, by: got})
	}
}

// A chain of programs is told of up to a limit, and no more programs are remembered than that of those that start others.
func TestLineageLimits(t *testing.T) {
	l := newLineage(true)
	last := l.of(origin("launcher"), pidStart{1, 1})
	l.add(origin("agent"), &program{Ancestor: clawrden.Ancestor{Tool: "agent"}, process: pidStart{1, 1}, by: last})
	for i := range 4 * maxPrograms {
		name := fmt.Sprint("child", i)
		last = l.of(origin("agent"), pidStart{i + 2, 1})
		if last.Lost || last.Depth != 1 {
			t.Fatalf("%s: %+v", name, last)
		}
		l.add(origin(name), &program{Ancestor: clawrden.Ancestor{Tool: name}, process: pidStart{i + 2, 1}, by: last})
	}
	if n := len(l.young) + len(l.old); n > 2*maxPrograms {
		t.Errorf("%d programs are remembered", n)
	}
	if got := l.of(origin("child0"), pidStart{7, 7}); !got.Lost {
		t.Errorf("%+v", got)
	}
	for i := range 3 * maxLineage {
		caller, image := fmt.Sprint("deep", i-1), fmt.Sprint("deep", i)
		if i == 0 {
			caller = "agent"
		}
		last = l.of(origin(caller), pidStart{100000 + i, 1})
		l.add(origin(image), &program{Ancestor: clawrden.Ancestor{Tool: image}, process: pidStart{100000 + i, 1}, by: last})
	}
	if len(last.Ancestors) != maxLineage || !last.Lost {
		t.Errorf("%d ancestors, lost %v", len(last.Ancestors), last.Lost)
	}
}
