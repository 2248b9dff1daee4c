package approval

import (
	"fmt"
	"testing"
	"time"

	"github.com/clawrden/clawrden"
)

// What one more ask costs while 10,000 wait.
func BenchmarkTenThousandPending(b *testing.B) {
	q := New(Limits{Total: 10_001, PerAgent: 10_001, PerUID: 10_001})
	defer q.Close("")
	later := time.Now().Add(time.Hour)
	for i := range 10_000 {
		if _, err := q.Add(request(fmt.Sprintf("p%d", i), 1, "/"), clawrden.Facts{}, clawrden.Decision{}, "", later); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("AddApprove", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			id := fmt.Sprintf("q%d", i%10_000_000)
			if _, err := q.Add(request(id, 1, "/"), clawrden.Facts{}, clawrden.Decision{}, "", later); err != nil {
				b.Fatal(err)
			}
			if _, err := q.Approve(id, alice, clawrden.Answer{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("List", func(b *testing.B) {
		for b.Loop() {
			q.List()
		}
	})
	b.Run("GetPrefix", func(b *testing.B) {
		for b.Loop() {
			q.Get("none")
		}
	})
}

// BenchmarkGrantUse looks an ask up among as many grants as there can be, none of which covers it.
func BenchmarkGrantUse(b *testing.B) {
	g := &Grants{}
	p := pushed("a")
	a := p.asked()
	one, err := grantOf(&a, clawrden.GrantWish{For: "1h"}, alice, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	one.Cwd = "/elsewhere"
	for range maxGrants {
		g.list = append(g.list, one)
	}
	for b.Loop() {
		if g.use(p) {
			b.Fatal("covered")
		}
	}
}
