package consensus

import (
	"github.com/assay-dev/assay/checker/perkey"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/checker/shrink"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// certify checks all keys of a history and returns the certificate.
func certify(h *history.History, relax location.Relaxations) *proof.Certificate {
	c := &proof.Certificate{Object: history.Consensus, Relax: relax}
	for _, k := range perkey.Split(h, 1) {
		r := Check(k.Operations, relax)
		claim := proof.Key{Key: k.Key, Order: r.Order, Undecided: r.Undecided}
		if r.Contradiction != nil {
			about := proof.About{Object: history.Consensus, Relax: relax, Key: k.Key, Operations: k.Operations}
			claim.Contradiction, claim.Apart, _ = shrink.Contradiction(about, proof.Lines(r.Contradiction), r.Apart)
		}
		c.Keys = append(c.Keys, claim)
	}
	return c
}
