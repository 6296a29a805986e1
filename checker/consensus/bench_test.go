package consensus

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// busy is what n operations by some clients saw of one key, of which so many percent
// have no answer. Broken, it has a stale read in the middle.
func busy(n, clients, unknown int, broken bool) *history.History {
	g := rand.New(rand.NewPCG(1, uint64(n)))
	h := &history.History{Header: history.Header{Object: history.Consensus}, Operations: make([]history.Operation, n)}
	var versions []history.Version
	mark := 0
	free, known, process := make([]int64, clients), make([]int, clients), make([]int, clients)
	for c := range process {
		process[c] = c
	}
	next := clients
	for i := range n {
		at, c := int64(i+clients)*100, g.IntN(clients)
		for free[c] >= at {
			c = (c + 1) % clients
			if free[c] >= at && g.IntN(clients) == 0 {
				at++
			}
		}
		op := &h.Operations[i]
		*op = history.Operation{Process: process[c], Key: "k", Call: max(free[c]+1, at-g.Int64N(int64(clients)*100)), Return: at + g.Int64N(int64(clients)*60), Line: i + 2}
		if g.IntN(100) < unknown {
			op.Outcome, process[c], next = history.Info, next, next+1
		}
		happens := op.Outcome == history.Ok || g.IntN(2) == 0
		switch kind := g.IntN(100); {
		case kind < 45:
			a := &history.CompareAndSet{New: history.Version{Value: fmt.Sprint("a", i)}}
			expected := len(versions)
			if g.IntN(3) == 0 {
				expected = known[c]
			}
			if expected > 0 {
				a.HasExpected, a.Expected = true, versions[expected-1].SeqNo
			}
			a.New.SeqNo = a.Expected + 1 + location.SeqNo(g.IntN(8)/7)
			if a.Committed = expected == len(versions); a.Committed && happens {
				versions = append(versions, a.New)
			}
			op.Action = a
		case kind < 85:
			a := &history.Head{Found: len(versions) > 0}
			if a.Found {
				a.Version = versions[len(versions)-1]
			}
			op.Action = a
		case kind < 95:
			from := max(0, len(versions)-1-g.IntN(5))
			a := &history.Scan{Limit: 3}
			if len(versions) > 0 {
				a.From = versions[from].SeqNo
				from = max(from, mark)
				a.Versions = versions[from:min(len(versions), from+3)]
			}
			op.Action = a
		default:
			a := &history.Truncate{}
			bound := max(0, len(versions)-20)
			if len(versions) > 0 {
				a.UpTo = versions[bound].SeqNo
			}
			switch {
			case len(versions) == 0 && op.Outcome == history.Ok:
				a.Refused, op.Outcome = true, history.Fail
			case happens && bound > mark:
				a.Deleted, mark = int64(bound-mark), bound
			}
			op.Action = a
		}
		free[c], known[c] = op.Return, len(versions)
	}
	if broken {
		for i := n / 2; ; i++ {
			if a, ok := h.Operations[i].Action.(*history.Head); ok && h.Operations[i].Outcome == history.Ok {
				op := *a
				for k := range versions {
					if versions[k] == a.Version {
						op.Version = versions[max(0, k-clients-20)]
					}
				}
				h.Operations[i].Action = &op
				break
			}
		}
	}
	return h
}

func pointers(h *history.History) []*history.Operation {
	ops := make([]*history.Operation, len(h.Operations))
	for i := range ops {
		ops[i] = &h.Operations[i]
	}
	return ops
}

// BenchmarkCheck decides one key and makes the certificate.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		for _, clients := range []int{10, 30} {
			for _, unknown := range []int{1, 10} {
				for _, verdict := range []string{"valid", "invalid"} {
					b.Run(fmt.Sprintf("%d/clients=%d/unknown=%d/%s", n, clients, unknown, verdict), func(b *testing.B) {
						benchmark(b, busy(n, clients, unknown, verdict == "invalid"), verdict == "valid")
					})
				}
			}
		}
	}
}

func benchmark(b *testing.B, h *history.History, valid bool) {
	ops := pointers(h)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if r := Check(ops, nil); (r.Contradiction == nil) != valid || r.Undecided != "" {
			b.Fatalf("valid = %v, %s %v", !valid, r.Undecided, r.Contradiction)
		}
	}
	runtime.ReadMemStats(&after)
	count := float64(b.N) * float64(len(ops))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/count, "ns/operation")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/count, "B/operation")
}

// BenchmarkVerify verifies the certificate of one key.
func BenchmarkVerify(b *testing.B) {
	for _, verdict := range []string{"valid", "invalid"} {
		b.Run(verdict, func(b *testing.B) {
			h := busy(1_000_000, 10, 1, verdict == "invalid")
			c := certify(h, nil)
			for b.Loop() {
				if err := proof.Verify(h, nil, c); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/operation")
		})
	}
}
