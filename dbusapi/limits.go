package dbusapi

import "time"

// Limits. Whoever may send to the bus may send to this door, so each is about what a stranger can make it hold or do; who
// goes over one gets an error of the bus's own kind and harms nobody else.
const (
	maxMessage       = 64 << 10 // bytes of a message that comes in: decoded it can take 25 times as much
	maxFields        = 8 << 10  // bytes of header fields of one that is refused for its length
	maxCalls         = 256      // calls in work at once
	maxCallsOfSender = 16       // of them from one connection
	maxCallsOfUser   = 32       // of them, past identification, by one uid; root has no such limit

	maxObjects = 100      // pending requests with an announced object, the oldest first; all can be had by their id
	maxShown   = 4 << 10  // bytes of raw words, and of shown ones, in an object
	maxText    = 1 << 10  // characters of any other text
	maxRules   = 32       // rules in an object
	maxVotes   = 32       // approvals in an object
	maxRow     = 256      // characters of a command in a list
	maxList    = 8 << 20  // bytes of a list, well below what a bus lets pass
	maxPrompt  = 200      // characters of a command in a password prompt
	maxChange  = 600      // characters of what a grant covers in a password prompt: who, what and how long
	maxGrant   = 16 << 10 // characters of what a grant covers
	maxComment = 4 << 10  // bytes of a person's words: they reach the agent's stderr and the record
	maxDigest  = 64       // hex digits of SHA-256
	maxAgent   = 300      // bytes that name an agent
	maxError   = 4 << 10  // bytes of an error's text
	maxExplain = 4096     // words of a command that is explained

	callTime   = 30 * time.Second // for a method
	busTime    = 10 * time.Second // for a question to the bus, or to polkit without a person
	personTime = 2 * time.Minute  // for a person at a password prompt
	writeTime  = 30 * time.Second // for one message to the bus; then the connection is given up
	dialTime   = 5 * time.Second
	endTime    = 5 * time.Second // for calls in work when the connection ends

	firstRetry = time.Second // then doubled
	lastRetry  = 30 * time.Second
)
