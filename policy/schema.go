package policy

import (
	"sync"

	"github.com/hashicorp/hcl/v2"
)

// The schema of the language is data: the decoder, the suggestions for misspelled names, the JSON Schema and the
// reference are all made from these tables, so that they can't disagree.

// kind is the form of an attribute's value.
type kind uint8

const (
	kindText      kind = iota // "text"
	kindTexts                 // ["text", …]
	kindBool                  // true
	kindNumber                // 3
	kindDuration              // "90s"
	kindVerdict               // "allow", "deny" or "ask"
	kindEnum                  // one of attr.enum
	kindRef                   // approval.NAME: the name of a block of type attr.enum[0]
	kindAny                   // any value
	kindTextMap               // { "key" = ["text", …] }
	kindTextLists             // [["text", …], …]
	kindNumbers               // [3, …]
)

func (k kind) String() string {
	switch k {
	case kindText:
		return `a text, like "git"`
	case kindTexts:
		return `a list of texts, like ["git"]`
	case kindBool:
		return "true or false"
	case kindNumber:
		return "a whole number"
	case kindDuration:
		return `a duration, like "90s"`
	case kindVerdict:
		return `"allow", "deny" or "ask"`
	case kindEnum:
		return "one of a few words"
	case kindRef:
		return "a name, like approval.NAME"
	case kindTextMap:
		return `a map of lists of texts, like { "-c" = ["user.*"] }`
	case kindTextLists:
		return `a list of lists of texts, like [["-r", "--recursive"]]`
	case kindNumbers:
		return "a list of whole numbers, like [1000]"
	case kindAny:
	}
	return "a value"
}

// attr describes one attribute.
type attr struct {
	name     string
	kind     kind
	required bool
	enum     []string // kindEnum: the words; kindRef: the block type that the name must come from
	doc      string
}

// block describes one type of block.
type block struct {
	name   string
	label  string // what its one label names; "" for a block without labels
	many   bool   // may stand more than once where it stands
	attrs  []attr
	blocks []*block
	doc    string

	once   sync.Once
	schema *hcl.BodySchema
}

// body gives the schema in the form that HCL checks, so that HCL's own messages name unknown attributes and blocks.
func (b *block) body() *hcl.BodySchema {
	b.once.Do(func() { b.schema = b.makeBody() })
	return b.schema
}

func (b *block) makeBody() *hcl.BodySchema {
	s := &hcl.BodySchema{}
	for _, a := range b.attrs {
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: a.name, Required: a.required})
	}
	for _, c := range b.blocks {
		h := hcl.BlockHeaderSchema{Type: c.name}
		if c.label != "" {
			h.LabelNames = []string{c.label}
		}
		s.Blocks = append(s.Blocks, h)
	}
	return s
}

func (b *block) attr(name string) *attr {
	for i := range b.attrs {
		if b.attrs[i].name == name {
			return &b.attrs[i]
		}
	}
	return nil
}

func (b *block) block(name string) *block {
	for _, c := range b.blocks {
		if c.name == name {
			return c
		}
	}
	return nil
}
