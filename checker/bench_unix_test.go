//go:build unix

package checker_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker/internal/randhist"
	"github.com/assay-dev/assay/workload/history"
)

// BenchmarkCheck is a check from the history in memory to the verdict and its proof, with -cpu 1 on
// one processor. It is meant for profiles; for the figures of the documentation see
// TestSpeed.
func BenchmarkCheck(b *testing.B) {
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		for _, n := range []int{10_000, 1_000_000} {
			for _, unknown := range []int{1, 10} {
				for _, broken := range []bool{false, true} {
					busy := randhist.Busy{Object: object, Operations: n, Clients: 30, Unknown: unknown, Broken: broken}
					b.Run(fmt.Sprintf("%d/%s", n, name(busy)), func(b *testing.B) { benchmarkCheck(b, busy) })
				}
			}
		}
	}
}

func benchmarkCheck(b *testing.B, busy randhist.Busy) {
	h := busy.Generate(1)
	b.ReportAllocs()
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		begin := used()
		check(b, h, 1)
		least = min(least, used()-begin)
	}
	b.ReportMetric(float64(least)/float64(busy.Operations), "least-cpu-ns/operation")
}
