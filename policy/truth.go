package policy

// truth is how well a condition is known to hold. The order matters: of conditions that must all hold the least counts,
// of those where one is enough the greatest.
type truth uint8

const (
	no     truth = iota // doesn't hold
	maybe               // hinges on words that are known only when the command runs
	likely              // hinges on a fact that isn't known: who, where, when
	yes                 // holds
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (t truth) String() string {
	switch t {
	case no:
		return "no"
	case maybe:
		return "unknown words"
	case likely:
		return "unknown fact"
	case yes:
	}
	return "yes"
}
