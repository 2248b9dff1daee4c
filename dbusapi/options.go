package dbusapi

import (
	"fmt"

	"github.com/godbus/dbus/v5"

	"github.com/clawrden/clawrden"
)

// options are the a{sv} at the end of a method's arguments. One that isn't known is an error: a misspelt "digest" would
// approve something that wasn't shown.
type options map[string]dbus.Variant

// word takes a text option out; "" if it isn't given.
func (o options) word(name string, most int) (string, error) {
	v, ok := o[name]
	if !ok {
		return "", nil
	}
	delete(o, name)
	s, ok := v.Value().(string)
	switch {
	case !ok:
		return "", fmt.Errorf("%w: the option %s is a string", clawrden.ErrBadRequest, name)
	case len(s) > most:
		return "", fmt.Errorf("%w: the option %s has more than %d bytes", clawrden.ErrBadRequest, name, most)
	}
	return s, nil
}

// number takes a number out; 0 if it isn't given.
func (o options) number(name string) (uint64, error) {
	v, ok := o[name]
	if !ok {
		return 0, nil
	}
	delete(o, name)
	switch n := v.Value().(type) {
	case uint64:
		return n, nil
	case uint32:
		return uint64(n), nil
	}
	return 0, fmt.Errorf("%w: the option %s is an unsigned number (t)", clawrden.ErrBadRequest, name)
}

// words takes a list of words out, as text (as) or as bytes (aay); nil if it isn't given.
func (o options) words(name string) (shown, b64 []string, err error) {
	v, ok := o[name]
	if !ok {
		return nil, nil, nil
	}
	delete(o, name)
	switch words := v.Value().(type) {
	case []string:
		return append([]string{}, words...), nil, nil
	case [][]byte:
		raw := make([]string, len(words))
		for i, w := range words {
			raw[i] = string(w)
		}
		shown, b64 = clawrden.Words(raw)
		return shown, b64, nil
	}
	return nil, nil, fmt.Errorf("%w: the option %s is a list of words (as, or aay for bytes)", clawrden.ErrBadRequest, name)
}

// flag takes a yes or no out; no if it isn't given.
func (o options) flag(name string) (bool, error) {
	v, ok := o[name]
	if !ok {
		return false, nil
	}
	delete(o, name)
	b, ok := v.Value().(bool)
	if !ok {
		return false, fmt.Errorf("%w: the option %s is a boolean", clawrden.ErrBadRequest, name)
	}
	return b, nil
}

// end refuses what nobody took out.
func (o options) end() error {
	for name := range o {
		return fmt.Errorf("%w: unknown option %q", clawrden.ErrBadRequest, printable(name, 64))
	}
	return nil
}

// answer reads what a decision may carry. A reason given beside is the comment.
func (o options) answer(reason string) (a clawrden.Answer, err error) {
	if len(reason) > maxComment {
		return a, fmt.Errorf("%w: the reason has more than %d bytes", clawrden.ErrBadRequest, maxComment)
	}
	if a.Revision, err = o.number("revision"); err != nil {
		return a, err
	}
	if a.Digest, err = o.word("digest", maxDigest); err != nil {
		return a, err
	}
	if a.Comment, err = o.word("comment", maxComment); err != nil {
		return a, err
	}
	if a.Args, a.ArgsB64, err = o.words("args"); err != nil {
		return a, err
	}
	switch {
	case a.Comment == "":
		a.Comment = reason
	case reason != "" && reason != a.Comment:
		return a, fmt.Errorf("%w: reason and comment are the same thing; give one", clawrden.ErrBadRequest)
	}
	return a, o.end()
}

// text and options of a call's arguments. The signature was compared with the row's, so each is of its type.
func (c *call) text(i int) string {
	s, _ := c.msg.Body[i].(string)
	return s
}

func (c *call) options(i int) options {
	o, _ := c.msg.Body[i].(map[string]dbus.Variant)
	return o
}
