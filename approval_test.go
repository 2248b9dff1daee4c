package clawrden_test

import (
	"errors"
	"testing"

	"github.com/clawrden/clawrden"
)

// All for whom one bridge speaks count once, unless the demand says otherwise.
func TestLackingBehindBridges(t *testing.T) {
	by := func(uid uint32, bridge string) clawrden.Approver {
		return clawrden.Approver{UID: uid, Bridge: bridge, For: []string{"d"}}
	}
	for _, row := range []struct {
		name    string
		each    bool
		votes   []clawrden.Approver
		lacking int
	}{
		{"nobody", false, nil, 3},
		{"two behind one bridge", false, []clawrden.Approver{by(1, "slack"), by(2, "slack")}, 2},
		{"each of them", true, []clawrden.Approver{by(1, "slack"), by(2, "slack")}, 1},
		{"two bridges", false, []clawrden.Approver{by(1, "slack"), by(2, "telegram")}, 1},
		{"and one without", false, []clawrden.Approver{by(1, "slack"), by(2, "slack"), by(3, "")}, 1},
		{"one person twice", true, []clawrden.Approver{by(1, "slack"), by(1, "")}, 2},
		{"enough", false, []clawrden.Approver{by(1, "slack"), by(2, "telegram"), by(3, "")}, 0},
	} {
		a := clawrden.Approval{Votes: row.votes}
		a.Decision.Demands = []clawrden.Demand{{Name: "d", Quorum: 3, EachBehindBridge: row.each}}
		if got := a.Lacking(); got != row.lacking {
			t.Errorf("%s: %d lack, want %d", row.name, got, row.lacking)
		}
	}
}

func TestMissing(t *testing.T) {
	err := clawrden.Missing("there is no grant %s", "k3f9")
	if err.Error() != "there is no grant k3f9" || !errors.Is(err, clawrden.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestPlace(t *testing.T) {
	for want, r := range map[string]clawrden.RuleRef{"a.hcl:3": {File: "a.hcl", Line: 3}, "built in": {Name: "limits"}} {
		if got := r.Place(); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
}
