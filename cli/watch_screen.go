package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/client"
)

const (
	// Another screen, no cursor, no line wrap by the terminal, pasted text marked as such.
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h"
	leaveScreen = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// watchScreen runs the screen of `watch` on the terminal out until a key or ctx ends it.
func (a *app) watchScreen(ctx context.Context, d *client.Client, out int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The first connection is made before the terminal is changed, so that its error is written in peace.
	if _, err := d.Status(ctx); err != nil {
		return err
	}
	state, err := term.MakeRaw(int(a.stdin.Fd()))
	if err != nil {
		return fmt.Errorf("cannot use the terminal: %w", err)
	}
	fmt.Fprint(a.stdout, enterScreen)
	defer func() {
		fmt.Fprint(a.stdout, leaveScreen)
		_ = term.Restore(int(a.stdin.Fd()), state)
	}()

	events, keys := make(chan watched), make(chan key)
	go watch(ctx, d, events)
	go func() { // ends with ctx or, blocked in a read, with the program
		defer cancel()
		readKeys(a.stdin, func(k key) bool {
			select {
			case keys <- k:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	defer signal.Stop(resized)
	l := loop{app: a, client: d, out: out, events: events, keys: keys, resized: resized, answers: make(chan answered), previews: make(chan previewed)}
	return l.run(ctx)
}

// loop is where all that can happen to the screen comes together.
type loop struct {
	*app
	screen   screen
	client   *client.Client
	out      int
	events   <-chan watched
	keys     <-chan key
	resized  <-chan os.Signal
	answers  chan answered
	previews chan previewed
}

// previewed is what could be granted for an ask.
type previewed struct {
	id     string
	offers []offer
}

// answered is the daemon's answer to a decision.
type answered struct {
	decision *decision
	err      error
}

func (l *loop) run(ctx context.Context) error {
	second := time.NewTicker(time.Second) // ages and time left
	defer second.Stop()
	l.draw()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-second.C:
		case <-l.resized:
		case w := <-l.events:
			switch {
			case w.err != nil:
				return w.err
			case w.lost != nil:
				l.screen.lost = true
			case w.queue != nil:
				l.screen.replace(w.queue, w.locked, l.now())
			default:
				l.screen.happened(&w.event, l.eventText(&w.event, false), l.now())
			}
		case k := <-l.keys:
			d, quit := l.screen.press(k, l.now())
			if quit {
				return nil
			}
			switch {
			case d != nil && d.preview:
				go l.preview(ctx, d)
			case d != nil:
				go l.decide(ctx, d)
			}
		case r := <-l.previews:
			l.screen.offered(r.id, r.offers)
		case r := <-l.answers:
			l.screen.decided(r.decision, r.err, l.now())
		}
		l.draw()
	}
}

// decide asks the daemon; the screen goes on meanwhile.
func (l *loop) decide(ctx context.Context, d *decision) {
	do := l.client.Deny
	if d.approve {
		do = l.client.Approve
	}
	err := do(ctx, d.ask.ID, clawrden.Answer{Comment: d.comment, Revision: d.ask.Revision, Digest: d.ask.Digest, Grant: d.grant})
	select {
	case l.answers <- answered{d, err}:
	case <-ctx.Done():
	}
}

// preview asks the daemon what could be granted.
func (l *loop) preview(ctx context.Context, d *decision) {
	offers := offersFor(ctx, l.client, &d.ask)
	select {
	case l.previews <- previewed{d.ask.ID, offers}:
	case <-ctx.Done():
	}
}

// draw writes the whole screen in one go, line by line over the old one, which doesn't flicker.
func (l *loop) draw() {
	width, height, err := term.GetSize(l.out)
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	var b strings.Builder
	b.WriteString("\x1b[H")
	for i, line := range l.screen.view(width, height, l.now(), l.color()) {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(line + "\x1b[K")
	}
	b.WriteString("\x1b[J")
	fmt.Fprint(l.stdout, b.String())
}
