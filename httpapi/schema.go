package httpapi

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/clawrden/clawrden"
)

// describer makes JSON schemas of the types that are written, so that the document can't say anything else than the code.
type describer struct{ schemas object }

// schema describes a type; a struct with a name stands in schemas, and is referred to.
func (d *describer) schema(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return object{}
	case t == reflect.TypeFor[clawrden.Timestamp](), t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}
	}
	switch t.Kind() { //nolint:exhaustive // what no answer has is described as anything
	case reflect.Pointer:
		return object{"anyOf": []object{d.schema(t.Elem()), {"type": "null"}}}
	case reflect.Slice, reflect.Array:
		return object{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Struct:
		return d.named(t)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return object{"type": "integer"}
	}
	return object{}
}

func (d *describer) named(t reflect.Type) object {
	if t.Name() == "" {
		return d.structure(t)
	}
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if d.schemas[name] == nil {
		d.schemas[name] = object{} // a type may hold itself
		d.schemas[name] = d.structure(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (d *describer) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	d.fields(t, properties, &required)
	return object{"type": "object", "properties": properties, "required": required}
}

// fields describes a struct's fields as encoding/json names them; those of an embedded one are its own.
func (d *describer) fields(t reflect.Type, properties object, required *[]string) {
	for f := range t.Fields() {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			d.fields(f.Type, properties, required)
			continue
		case name == "":
			name = f.Name
		}
		schema := d.schema(f.Type)
		if f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map {
			if !strings.Contains(rest, "omit") { // a list that may be missing in a list's place
				schema = object{"anyOf": []object{schema, {"type": "null"}}}
			}
		}
		properties[name] = schema
		if !strings.Contains(rest, "omit") {
			*required = append(*required, name)
		}
	}
}
