package export

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/clawrden/clawrden"
)

// object is a JSON object; its members are written in the order of their names.
type object map[string]any

// put adds a member, unless it is empty.
func (o object) put(name string, value any) object {
	if v := reflect.ValueOf(value); v.IsValid() && !v.IsZero() && (v.Kind() != reflect.Map && v.Kind() != reflect.Slice || v.Len() > 0) {
		o[name] = value
	}
	return o
}

// elsewhere are members of a record that each form has in a place of its own.
var elsewhere = []string{"schema", "event", "timestamp", "args", "cwd", "reason", "command", "duration_ms", "exit_code", "exe", "id", "env_names"}

// own is what of a record the other form has no place for, under the record's own names; "decision" and what else people search for
// are in it too.
func own(r *clawrden.Record) object {
	b, err := json.Marshal(r)
	if err != nil {
		return nil
	}
	var o object
	numbers := json.NewDecoder(bytes.NewReader(b))
	numbers.UseNumber() // as they stand
	if numbers.Decode(&o) != nil {
		return nil
	}
	for _, name := range elsewhere {
		delete(o, name)
	}
	return o
}

func approver(r *clawrden.Record) string {
	if r.Approver == nil {
		return ""
	}
	return r.Approver.Name()
}

// names leaves out what is empty or said twice.
func names(list ...string) []string {
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(s string) bool { return s == "" })
}
