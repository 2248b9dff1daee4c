package policy

import (
	"encoding/json"
)

// object is a JSON object under construction.
type object = map[string]any

// JSONSchema is the schema of HCL's JSON form, for editors. It is made from the tables that the decoder reads by.
func JSONSchema() []byte {
	defs := object{}
	root := schemaOf(fileSchema, defs)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Clawrden policy"
	root["$defs"] = defs
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil { // maps of texts and maps can't fail
		return nil
	}
	return append(out, '\n')
}

// schemaOf describes a block's body; inner blocks become definitions, so that recursion ends.
func schemaOf(b *block, defs object) object {
	props := object{"//": object{"type": "string"}}
	var required []string
	for i := range b.attrs {
		a := &b.attrs[i]
		s := a.schema()
		s["description"] = a.doc
		props[a.name] = s
		if a.required {
			required = append(required, a.name)
		}
	}
	for _, c := range b.blocks {
		key := b.name + "." + c.name
		if c == b || defs[c.name] != nil && c == subcommandSchema {
			key = c.name
		}
		if defs[key] == nil {
			defs[key] = object{} // ends a recursion
			defs[key] = schemaOf(c, defs)
		}
		props[c.name] = blockSchema(c, object{"$ref": "#/$defs/" + key})
	}
	out := object{"type": "object", "properties": props, "additionalProperties": b == localsSchema}
	if b.doc != "" {
		out["description"] = b.doc
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// blockSchema gives the forms that a block may take: a body, or several; with a label, an object by labels.
func blockSchema(c *block, body object) object {
	one := object{"anyOf": []object{body, {"type": "array", "items": body}}}
	if c.label == "" {
		return one
	}
	byLabel := object{"type": "object", "additionalProperties": one}
	return object{"anyOf": []object{byLabel, {"type": "array", "items": byLabel}}}
}

func (a *attr) schema() object {
	text := object{"type": "string"}
	texts := object{"type": "array", "items": text}
	switch a.kind {
	case kindText, kindDuration:
		return text
	case kindTexts:
		return object{"anyOf": []object{texts, {"type": "string", "pattern": `^\$\{.*\}$`}}}
	case kindBool:
		return object{"type": "boolean"}
	case kindNumber:
		return object{"type": "integer"}
	case kindNumbers:
		return object{"type": "array", "items": object{"type": "integer", "minimum": 0}}
	case kindVerdict:
		return object{"enum": []string{"allow", "deny", "ask"}}
	case kindEnum:
		return object{"enum": a.enum}
	case kindRef:
		return object{"type": "string", "pattern": "^" + a.enum[0] + `\.[A-Za-z_][A-Za-z0-9_-]*$`}
	case kindTextMap:
		return object{"type": "object", "additionalProperties": texts}
	case kindTextLists:
		return object{"type": "array", "items": texts}
	case kindAny:
	}
	return object{}
}
