package agentroot

// Word is a word of the command that runs a tool: text, or a descriptor by which the kernel's interpreter is to open a
// script.
type Word struct {
	Text string
	FD   int // index into the descriptors of Chain, if IsFD is set
	IsFD bool
}

// Chain says how the tool is run by descriptor: the binary's comes first; for a script the words stand in place of argv[0],
// as fs/binfmt_script.c has it, from the last script to the first: interpreter, its one argument, script. The descriptors
// stay the tool's.
func (t *Tool) Chain() (fds []int, words []Word) {
	last := len(t.Stage) - 1
	fds = []int{t.Stage[last].descriptor()}
	if last == 0 {
		return fds, nil
	}
	words = append(words, Word{Text: t.Stage[last].Path})
	for i := last - 1; i >= 0; i-- {
		s := &t.Stage[i]
		if s.HasArg {
			words = append(words, Word{Text: s.Arg})
		}
		if s.Stable && s.Sealed < 0 {
			words = append(words, Word{Text: s.Path})
			continue
		}
		words = append(words, Word{IsFD: true, FD: len(fds)})
		fds = append(fds, s.descriptor())
	}
	return fds, words
}

// descriptor is the sealed copy if there is one, else the file that was hashed.
func (s *Stage) descriptor() int {
	if s.Sealed >= 0 {
		return s.Sealed
	}
	return s.FD
}
