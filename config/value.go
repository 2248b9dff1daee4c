package config

import (
	"fmt"
	"math/big"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// assign puts a value of the file into a field, whose type says what may be written. Nothing is converted in silence: a
// bare number for a duration or a size has no unit, and is refused. It returns what is wrong, or "".
func assign(field any, value cty.Value) (wrong string) {
	if value.IsNull() || !value.IsWhollyKnown() {
		return "Leave the setting out to have its default; null is not a value."
	}
	switch field := field.(type) {
	case *string:
		s, wrong := text(value, "a string")
		if wrong != "" {
			return wrong
		}
		*field = s
	case *[]string:
		list, wrong := texts(value)
		if wrong != "" {
			return wrong
		}
		*field = list
	case *map[string]string:
		names, wrong := namedTexts(value)
		if wrong != "" {
			return wrong
		}
		*field = names
	case *int:
		n, wrong := wholeNumber(value)
		if wrong != "" {
			return wrong
		}
		*field = n
	case *time.Duration:
		s, wrong := text(value, `a string with a unit, such as "90s"`)
		if wrong != "" {
			return wrong
		}
		d, err := time.ParseDuration(s)
		if err != nil {
			return fmt.Sprintf("%q is not a duration. Write a number with its unit, such as \"90s\", \"10m\" or \"1h30m\".", s)
		}
		*field = d
	case *Size:
		s, wrong := text(value, `a string with a unit, such as "256MiB"`)
		if wrong != "" {
			return wrong
		}
		size, wrong := parseSize(s)
		if wrong != "" {
			return wrong
		}
		*field = size
	default:
		return fmt.Sprintf("A setting can't have the type %T.", field)
	}
	return ""
}

func text(v cty.Value, want string) (_, wrong string) {
	if v.Type() != cty.String {
		return "", fmt.Sprintf("Write %s, not %s.", want, v.Type().FriendlyName())
	}
	return v.AsString(), ""
}

func texts(v cty.Value) (_ []string, wrong string) {
	if !v.Type().IsTupleType() {
		return nil, fmt.Sprintf("Write a list of strings, not %s.", v.Type().FriendlyName())
	}
	list := []string{}
	for _, e := range v.AsValueSlice() {
		if e.IsNull() || e.Type() != cty.String {
			return nil, fmt.Sprintf("Write a list of strings; element %d is none.", len(list)+1)
		}
		list = append(list, e.AsString())
	}
	return list, ""
}

func namedTexts(v cty.Value) (_ map[string]string, wrong string) {
	if !v.Type().IsObjectType() {
		return nil, fmt.Sprintf("Write names and strings, such as { U012AB = \"ann\" }, not %s.", v.Type().FriendlyName())
	}
	names := map[string]string{}
	for name, e := range v.AsValueMap() {
		if e.IsNull() || e.Type() != cty.String {
			return nil, fmt.Sprintf("Write a string for each name; %q has none.", name)
		}
		names[name] = e.AsString()
	}
	return names, ""
}

func wholeNumber(v cty.Value) (_ int, wrong string) {
	if v.Type() != cty.Number {
		return 0, fmt.Sprintf("Write a whole number, not %s.", v.Type().FriendlyName())
	}
	n, exact := v.AsBigFloat().Int64()
	if exact != big.Exact || int64(int(n)) != n {
		return 0, "Write a whole number."
	}
	return int(n), ""
}
