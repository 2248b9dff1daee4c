package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/clawrden/clawrden"
	"github.com/clawrden/clawrden/audit/recordings"
	"github.com/clawrden/clawrden/client"
	"github.com/clawrden/clawrden/internal/display"
)

// replayOptions say how a recording is shown.
type replayOptions struct {
	as         string
	speed      float64
	pause      time.Duration
	raw        bool
	unverified bool
}

func (a *app) replayCommand() *cobra.Command {
	r := &replayOptions{}
	c := &cobra.Command{
		Use:   "replay ID",
		Short: "Show again what a command has put out",
		Long: "Show what a command has put out, with the pauses that it had. Its rule must have `recording` in the policy.\n\n" +
			"The recording is compared with its digest in the log first. On a terminal, control characters that could do more than move on, colour and " +
			"ring are shown escaped; --raw sends all as it was, as a full-screen program needs. Elsewhere than on a terminal nothing is escaped.",
		Example: "  clawrden replay 3f9k\n  clawrden replay --speed 4 --max-pause 1s 3f9k\n  clawrden replay --as asciicast-v2 3f9k >session.cast",
		Args:    args(1, 1, "the id of a command"),
		RunE: func(c *cobra.Command, ids []string) error {
			if !(r.speed >= 0) || r.pause < 0 {
				return usageError{errors.New("--speed and --max-pause are 0 or more"), "--speed 0 shows all at once"}
			}
			d, err := a.connect()
			if err != nil {
				return err
			}
			return a.replay(c.Context(), d, ids[0], r)
		},
	}
	f := c.Flags()
	f.StringVar(&r.as, "as", "", "write the recording in another form: asciicast-v2, asciicast-v3, or jsonl (as it is kept)")
	f.Float64Var(&r.speed, "speed", 1, "how many times faster; 0: no pauses")
	f.DurationVar(&r.pause, "max-pause", 2*time.Second, "the longest pause; 0: as long as they were")
	f.BoolVar(&r.raw, "raw", false, "send control sequences to the terminal as they are")
	f.BoolVar(&r.unverified, "unverified", false, "show it although its digest isn't in the log, or is another")
	return c
}

func (a *app) replay(ctx context.Context, d *client.Client, id string, r *replayOptions) error {
	e, err := d.Entry(ctx, id)
	if err != nil {
		return err
	}
	body, err := d.Recording(ctx, e.ID)
	if err != nil {
		return hintedError{fmt.Errorf("cannot replay %s: %w", display.Word(id), err), "recorded is what a rule with recording = \"output\" lets run, and it is kept as long as recordings { keep } says"}
	}
	defer func() { _ = body.Close() }()
	whole, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("cannot read the recording: %v", err)
	}
	if err := sealed(e.Recording, whole); err != nil {
		if !r.unverified {
			return hintedError{fmt.Errorf("cannot vouch for the recording of %s: %w", display.Word(e.ID), err), "--unverified shows it all the same"}
		}
		fmt.Fprintf(a.stderr, "clawrden: %v\n", err)
	}
	if r.as == "jsonl" {
		_, err := a.stdout.Write(whole)
		return err
	}
	rec, err := recordings.NewReader(bytes.NewReader(whole))
	if err != nil {
		return err
	}
	switch r.as {
	case "":
		return a.play(ctx, rec, r)
	case "asciicast-v2":
		return recordings.Asciicast(a.stdout, rec, 2)
	case "asciicast-v3":
		return recordings.Asciicast(a.stdout, rec, 3)
	}
	return usageError{fmt.Errorf("%s is no form of a recording", display.Word(r.as)), "use --as asciicast-v2, asciicast-v3 or jsonl"}
}

// sealed compares a recording with what the log says of it.
func sealed(is *clawrden.Recording, whole []byte) error {
	if is == nil {
		return errors.New("the log doesn't have its digest: the command runs still, or its end wasn't seen")
	}
	sum := sha256.Sum256(whole)
	if got := hex.EncodeToString(sum[:]); got != is.SHA256 {
		return fmt.Errorf("it isn't what was recorded: the log has the digest %.16s…, and it has %.16s…", is.SHA256, got)
	}
	return nil
}

// play shows it with its pauses.
func (a *app) play(ctx context.Context, rec *recordings.Reader, r *replayOptions) error {
	_, terminal := a.terminal()
	safe := &safeText{}
	var last time.Duration
	for {
		e, err := rec.Next()
		if errors.Is(err, io.EOF) {
			_, err = io.WriteString(a.stdout, safe.end())
			return err
		}
		if err != nil {
			return err
		}
		pause := e.At - last
		last = e.At
		if r.pause > 0 {
			pause = min(pause, r.pause)
		}
		if r.speed > 0 && pause > 0 && terminal {
			select {
			case <-time.After(time.Duration(float64(pause) / r.speed)):
			case <-ctx.Done():
				return unlessInterrupted(ctx, ctx.Err())
			}
		}
		switch {
		case e.Kind == recordings.Cut:
			fmt.Fprintln(a.stderr, "clawrden: what follows was not recorded; it was more than recordings { max_size }")
		case e.Kind != recordings.Output && e.Kind != recordings.Error:
		case terminal && !r.raw:
			_, err = io.WriteString(a.stdout, safe.add(e.Data))
		default:
			_, err = a.stdout.Write(e.Data)
		}
		if err != nil {
			return err
		}
	}
}
