package locationtest_test

import (
	"testing"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

func TestACorrectConsensusIsLinearizable(t *testing.T) {
	t.Parallel()
	locationtest.LinearizableConsensus(t, openConsensus, locationtest.Cases(5))
}

func TestACorrectBlobIsLinearizable(t *testing.T) {
	t.Parallel()
	locationtest.LinearizableBlob(t, openBlob(""), locationtest.Cases(5))
}

func TestACorrectBlobIsLinearizableInEveryInterleaving(t *testing.T) {
	t.Parallel()
	locationtest.LinearizableBlob(t, openBlob(""), locationtest.Exhaustive(1000))
}

func TestACorrectConsensusIsLinearizableInRealTime(t *testing.T) {
	t.Parallel()
	locationtest.LinearizableConsensus(t, openConsensus, locationtest.RealTime(), locationtest.WithoutFaults())
}

func TestARelaxationIsGranted(t *testing.T) {
	t.Parallel()
	locationtest.LinearizableBlob(t, openBlob("?restore=false"), locationtest.Cases(5), locationtest.Relax(location.RelaxNoRestore))
}
