package guard

import "testing"

// One user's connections that say nothing leave room for others'.
func TestArriving(t *testing.T) {
	s := NewServer(ServerOptions{})
	for range maxArriving {
		if !s.arrive(1000) {
			t.Fatal("refused too early")
		}
	}
	if s.arrive(1000) || !s.arrive(1001) {
		t.Error("one user's crowd isn't held back, or keeps another user out")
	}
	s.arrived(1000)
	if !s.arrive(1000) {
		t.Error("room that was given back isn't there")
	}
	s.arrived(1001)
	if len(s.arriving) != 1 {
		t.Errorf("users that are gone are kept: %v", s.arriving)
	}
}
