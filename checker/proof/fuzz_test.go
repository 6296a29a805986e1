package proof_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/internal/traps"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/workload/history"
)

// FuzzVerify: whatever a certificate claims of whatever history, it is refused or not, in
// a time that their sizes bound; and no history has both an order and a contradiction.
func FuzzVerify(f *testing.F) {
	all, err := traps.All()
	if err != nil {
		f.Fatal(err)
	}
	for _, trap := range all {
		var file, certificate bytes.Buffer
		w, err := history.NewWriter(&file, trap.History.Header)
		if err != nil {
			f.Fatal(err)
		}
		for i := range trap.History.Operations {
			if err := w.Write(&trap.History.Operations[i]); err != nil {
				f.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		r, err := checker.Check(context.Background(), trap.History, checker.Options{Relax: trap.History.Header.Relax})
		if err != nil {
			f.Fatal(err)
		}
		if err := r.Certificate.Write(&certificate); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes(), certificate.Bytes())
	}
	f.Fuzz(func(t *testing.T, file, certificate []byte) {
		h, err := history.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		c, err := proof.Read(bytes.NewReader(certificate))
		if err != nil {
			return
		}
		begin := time.Now()
		accepted := proof.Verify(h, h.Header.Relax, c) == nil
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("%d operations took %v", len(h.Operations), took)
		}
		if !accepted || len(h.Operations) > 50 {
			return
		}
		budget := checker.Budget{Time: 200 * time.Millisecond, Memory: 16 << 20}
		r, err := checker.Check(context.Background(), h, checker.Options{Relax: h.Header.Relax, Workers: 1, Budget: budget})
		if err != nil {
			return // no history
		}
		found := map[string]proof.Key{}
		for _, k := range r.Certificate.Keys {
			found[k.Key] = k
		}
		for _, k := range c.Keys {
			other, known := found[k.Key]
			if known && k.Undecided == "" && other.Undecided == "" && (k.Contradiction == nil) != (other.Contradiction == nil) {
				t.Errorf("key %q: %+v and %+v are both accepted", k.Key, k, other)
			}
		}
	})
}
