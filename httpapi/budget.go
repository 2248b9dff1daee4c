package httpapi

// A list is bounded by its bytes and not only by its rows: a single command may have 2 MiB of words, and an agent that asks
// with many of those mustn't keep people from seeing the queue. Rows are whole as long as there is room, which is always
// so in honest use; after that long ones are cut, and say so in args_cut.
const (
	listBytes = 8 << 20 // bytes of words in one list
	rowBytes  = 4 << 10 // bytes of words that a row has in any case
)

// budget counts what a list may still hold.
type budget struct{ left int }

func newBudget() *budget { return &budget{listBytes} }

// fit gives the words of a row, as many as there is room for, and the number of bytes left out. b64 is nil or as long as
// args.
func (b *budget) fit(args, b64 []string) (fitArgs, fitB64 []string, cut int) {
	size := 0
	for i := range args {
		size += wordBytes(args, b64, i)
	}
	if size <= max(rowBytes, b.left) {
		b.left -= size
		return args, b64, 0
	}
	used := 0
	for i := range args {
		n := wordBytes(args, b64, i)
		if used+n > rowBytes {
			for _, w := range args[i:] {
				cut += len(w)
			}
			b.left -= used
			return args[:i:i], b64[:min(i, len(b64))], cut
		}
		used += n
	}
	return args, b64, 0
}

func wordBytes(args, b64 []string, i int) int {
	n := len(args[i]) + 1
	if i < len(b64) {
		n += len(b64[i])
	}
	return n
}
