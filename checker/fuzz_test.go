package checker_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// small bounds the searches of a fuzzer's many tries.
var small = checker.Budget{Time: 200 * time.Millisecond, Memory: 16 << 20}

// FuzzCheck: whatever a file holds, it is no history or it has a verdict that is
// proven, in a time that its size bounds.
func FuzzCheck(f *testing.F) {
	paths, err := filepath.Glob("internal/traps/testdata/*.jsonl")
	if err != nil || len(paths) == 0 {
		f.Fatal(paths, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		h, err := history.Read(bytes.NewReader(text))
		if err == nil {
			judge(t, h)
		}
	})
}

// FuzzRandomHistories lets the fuzzer choose the seed of a random history and which
// bytes of it to change as if they were choices: most of what it makes is a history.
func FuzzRandomHistories(f *testing.F) {
	for i := range 20 {
		f.Add(uint64(i), []byte{byte(i), 1, 2, 3})
	}
	f.Fuzz(func(t *testing.T, seed uint64, changes []byte) {
		src := rand.New(rand.NewPCG(seed, 0))
		h := kinds[src.IntN(len(kinds))].draw(src)
		for i := 0; i+2 < len(changes); i += 3 {
			op := &h.Operations[int(changes[i])%len(h.Operations)]
			switch at := int64(int8(changes[i+2])); changes[i+1] % 5 {
			case 0:
				op.Call = at
			case 1:
				op.Return = at
			case 2:
				op.Outcome = history.Outcome(changes[i+2] % 4)
			case 3:
				op.Process = int(at)
			case 4:
				op.Action = h.Operations[int(changes[i+2])%len(h.Operations)].Action
			}
		}
		judge(t, h)
	})
}

// judge checks h and verifies the proof.
func judge(t *testing.T, h *history.History) {
	begin := time.Now()
	got, err := checker.Check(context.Background(), h, checker.Options{Relax: h.Header.Relax, Workers: 1, Budget: small})
	if err != nil {
		return // no history
	}
	if err := proof.Verify(h, h.Header.Relax, got.Certificate); err != nil {
		t.Errorf("the proof of %v does not hold: %v", got.Verdict, err)
	}
	if took, may := time.Since(begin), 20*time.Second; took > may {
		t.Errorf("%d operations took %v", len(h.Operations), took)
	}
}
