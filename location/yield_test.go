package location_test

import (
	"context"
	"testing"
	"time"

	"github.com/assay-dev/assay/location"
)

func TestYieldReachesThroughDerivedContextsAndIsNothingWithoutOne(t *testing.T) {
	location.Yield(t.Context())
	yields := 0
	ctx, cancel := context.WithTimeout(location.WithYield(t.Context(), func() { yields++ }), time.Hour)
	defer cancel()
	location.Yield(context.WithoutCancel(ctx))
	if yields != 1 {
		t.Errorf("%d yields, want 1", yields)
	}
}

func BenchmarkYieldUnused(b *testing.B) {
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		location.Yield(ctx)
	}
}
