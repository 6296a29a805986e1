package defective_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

// Among the promises that a suite finds broken is the one that the store is listed
// for. Others are broken along with it; more than a few say that a check leans on
// promises that are none of its business.
func TestEachStoreBreaksItsClause(t *testing.T) {
	for _, d := range defective.All() {
		t.Run(string(d.Object)+"/"+d.Name, func(t *testing.T) {
			t.Parallel()
			broken := brokenClauses(t, d)
			if d.Sees != defective.InSequence {
				t.Logf("%s: the suite finds %v broken", d.Sees, broken)
				return // whether it does is a matter of luck
			}
			if !slices.Contains(broken, d.Clause) {
				t.Errorf("the suite finds %v broken, but not %s: %s", broken, d.Clause, d.Sentence)
			}
			if len(broken) > 4 {
				t.Logf("breaks %d clauses besides %s: %v", len(broken)-1, d.Clause, broken)
			}
		})
	}
}

func brokenClauses(t *testing.T, d defective.Defect) []string {
	broken := map[string]bool{}
	for _, f := range failures(t, d) {
		broken[f.Clause] = true
	}
	return slices.Sorted(maps.Keys(broken))
}

func failures(t *testing.T, d defective.Defect) []locationtest.Failure {
	if d.Object == defective.OfConsensus {
		return locationtest.ConsensusFailures(t, openConsensus(d.Name), capabilities(t, d))
	}
	return locationtest.BlobFailures(t, openBlob(d.Name), capabilities(t, d))
}

// capabilities are what a handle of the store declares.
func capabilities(t *testing.T, d defective.Defect) location.Capabilities {
	if d.Object == defective.OfConsensus {
		return openConsensus(d.Name)(t, "caps").(*defective.Consensus).Capabilities()
	}
	return openBlob(d.Name)(t, "caps").(*defective.Blob).Capabilities()
}

func openConsensus(name string) locationtest.OpenConsensus {
	return func(t testing.TB, place string) location.Consensus {
		store, err := defective.OpenConsensus(t.Context(), "defective:"+name+"?place="+place)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
}

func openBlob(name string) locationtest.OpenBlob {
	return func(t testing.TB, place string) location.Blob {
		store, err := defective.OpenBlob(t.Context(), "defective:"+name+"?place="+place)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
}

func TestNamesAreUniqueAndEveryClauseHasAStore(t *testing.T) {
	names, clauses := map[string]bool{}, map[string]bool{}
	for _, d := range defective.All() {
		id := string(d.Object) + " " + d.Name
		if names[id] {
			t.Errorf("two stores are called %s", id)
		}
		names[id], clauses[string(d.Object)+" "+d.Clause] = true, true
		if d.Sentence == "" || strings.HasSuffix(d.Sentence, ".") {
			t.Errorf("%s: sentence %q", id, d.Sentence)
		}
	}
	for _, clause := range strings.Fields("T6 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 E1 E2 E4 E6 I1") {
		if !clauses["consensus "+clause] {
			t.Errorf("no defective consensus breaks %s", clause)
		}
	}
	for _, clause := range strings.Fields("T6 B1 B2 B3 B4 B5 B6 B7 E1 E2 E4 E6 I1") {
		if !clauses["blob "+clause] {
			t.Errorf("no defective blob breaks %s", clause)
		}
	}
}

func TestAnUnknownNameIsRefusedWithTheKnownOnes(t *testing.T) {
	_, err := defective.OpenBlob(t.Context(), "defective:none")
	if err == nil || !strings.Contains(err.Error(), "set-in-halves") {
		t.Errorf("open: %v", err)
	}
	if _, err := defective.OpenConsensus(t.Context(), "defective:set-in-halves"); err == nil {
		t.Error("a defective Blob was opened as a Consensus")
	}
}
