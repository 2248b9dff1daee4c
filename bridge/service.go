package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clawrden/clawrden"
)

// Service is one outside service. Run is called once and may call the desk at any time; the others are called one at a time.
type Service interface {
	// Run takes what people answer to the desk until ctx ends. It connects again by itself, and returns only what no waiting mends.
	Run(ctx context.Context, desk Desk) error
	// Post sends a message and gives a reference by which it can be changed; "" where the service has none. The message's key is
	// the same each time that it is tried.
	Post(ctx context.Context, m *Message) (ref string, err error)
	// Edit brings a message that was posted up to date.
	Edit(ctx context.Context, ref string, m *Message) error
	// Remind says again that a message waits.
	Remind(ctx context.Context, ref string, m *Message) error
}

// Traits are what a service can do and not.
type Traits struct {
	Personal bool // each place is one person's: it gets tokens for that person alone
	Tokens   bool // a message has tokens for all people of the bridge
	Late     bool // what has ended before it could be told is told all the same
	Own      bool // it shows one person's own: nothing that this one may not decide
}

// Traitor is a service that isn't like a chat.
type Traitor interface{ Traits() Traits }

// Desk is where a service hands in what people do.
type Desk interface {
	// Click takes a button, and gives what the person is told.
	Click(ctx context.Context, c Click) Reply
	// Choose takes a press on Grant or Back, and gives what may be chosen from: for Back nothing but the message as it is.
	Choose(ctx context.Context, c Click) (Choice, Reply)
	// Token takes a decision by a token from a message.
	Token(ctx context.Context, token, comment string) Reply
	// Queue, History and Kill are for commands typed in a chat; to is where, so that nothing is told in strange places.
	Queue(ctx context.Context, person, to string) Reply
	History(ctx context.Context, person, to string) Reply
	Kill(ctx context.Context, person, to, reason string) Reply
	// Healthy takes whether the service's own connection is up: nil, or why not.
	Healthy(err error)
	// Anew takes that the service has lost what it showed: messages whose reference is kept are shown again under that, all others
	// are posted again.
	Anew(kept func(ref string) bool)
}

// Verb is what a button does.
type Verb string

// The verbs.
const (
	Approve Verb = "a"
	Grant   Verb = "g" // approve, and have it remembered: asks how far, or as one of the offers says
	Back    Verb = "b" // from the offers to the message
	Deny    Verb = "d"
	Details Verb = "i"
	Show    Verb = "s" // in a list: show that one with buttons
)

// Click is a button that somebody has pressed.
type Click struct {
	Person  string // the service's id of who it was, by the service's own word
	To      string // where the message is
	Ref     string // which message
	Value   string // the button's value, as in [Button]
	Comment string
}

// Reply is what whoever did something is told, and nobody else.
type Reply struct {
	Text string
	OK   bool // it was done
}

// Button is one button of a message.
type Button struct {
	Label string
	Verb  Verb
	Value string // opaque, at most MaxValue bytes of letters, digits, - and _
}

// Choice is how far an approval may be remembered.
type Choice struct {
	Message *Message // as it is now
	Offers  []Offer
}

// Offer is one way to have an approval remembered.
type Offer struct {
	Label string // in a few words
	Words string // what it would cover
	Value string // as of a [Button]
}

// VerbOf gives what a button's value does, and whether it names nothing beside its message.
func VerbOf(value string) (verb Verb, bare bool) {
	if value == "" {
		return "", false
	}
	return Verb(value[:1]), len(value) == 1+nonceLen
}

// MaxValue is how long a button's value is at most: Telegram takes 64 bytes.
const MaxValue = 64

// Message is one message: of one ask, or a list of several.
type Message struct {
	Key     string // the same for each attempt at the same sending
	To      string
	Silent  bool // quiet hours: without a sound, where the service can
	Asks    []Ask
	List    bool // several asks, even where one is left
	Buttons []Button
	Tokens  []PersonTokens
	Link    string
}

// Over reports whether nothing of it waits any more.
func (m *Message) Over() bool {
	for i := range m.Asks {
		if m.Asks[i].End == nil {
			return false
		}
	}
	return true
}

// PersonTokens are what one person may answer with, each once.
type PersonTokens struct {
	Person  string `json:"person"`
	Approve string `json:"approve"`
	Deny    string `json:"deny"`
	// Grants approve too, and have that remembered, each as far as it says.
	Grants []GrantToken `json:"grants,omitempty"`
}

// GrantToken is a token for one way to have an approval remembered.
type GrantToken struct {
	clawrden.GrantWish
	Says   string `json:"says"`
	Covers string `json:"covers"` // what it would let run, and how many of the last asks that would have been
	Token  string `json:"token"`
}

// Ask is what is shown of an ask. All text is safe to show in plain text; each service escapes for its own markup.
type Ask struct {
	ID       string
	Test     bool
	Command  string // "" where the settings show the minimum
	Cut      bool   // Command isn't all of it
	Risky    bool   // not to be approved by a glance
	Why      string // why it is
	Dir      string
	Agent    string
	Rule     string
	Place    string // of the rule: file:line
	Reason   string
	More     []string // what full shows beside
	Votes    []string
	Lacking  int
	Created  time.Time
	Expires  time.Time
	Revision uint64
	Digest   string
	End      *End
}

// End is how an ask ended.
type End struct {
	Outcome clawrden.Outcome // "" where it isn't known
	By      string           // who decided, and how; "" for nobody
	At      time.Time
	Comment string
}

// LaterError is a service that wants to be asked later.
type LaterError struct{ After time.Duration }

func (e *LaterError) Error() string { return fmt.Sprintf("it wants to be asked again in %v", e.After) }

// ErrGone is a message, or a place, that isn't there any more or never was: trying again doesn't help.
var ErrGone = errors.New("the service refuses this for good")
