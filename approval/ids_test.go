package approval

import "testing"

func TestIDs(t *testing.T) {
	seen := make(map[string]bool)
	ids := NewIDs(func(id string) bool { return seen[id] })
	for range 2000 {
		id, err := ids.New()
		if err != nil || !ValidID(id) || len(id) != idLength || seen[id] {
			t.Fatalf("id %q, %v", id, err)
		}
		seen[id] = true
	}
	drawn := 0
	id, err := NewIDs(func(string) bool { drawn++; return drawn < 5 }).New()
	if err != nil || drawn != 5 {
		t.Errorf("id %q, %v after %d draws", id, err, drawn)
	}
	if _, err := NewIDs(func(string) bool { return true }).New(); err == nil {
		t.Error("an id where all are taken")
	}
	if _, err := NewIDs(nil).New(); err != nil {
		t.Error(err)
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "0": true, "abcdefg8": true, "abcdefg89": false, "": false, "A": false, "a_b": false, "é": false, "a ": false, "a\n": false,
	} {
		if ValidID(id) != want {
			t.Errorf("ValidID(%q) = %v", id, !want)
		}
	}
}
