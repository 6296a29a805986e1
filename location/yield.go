package location

import "context"

type yieldKey struct{}

// WithYield returns a context under which [Yield] calls yield.
func WithYield(ctx context.Context, yield func()) context.Context {
	return context.WithValue(ctx, yieldKey{}, yield)
}

// Yield marks a point within an operation at which other operations may come in
// between: between two steps that a store takes one after the other, where it holds no
// lock. A test that chooses the interleaving itself does so at these points, see
// [WithYield]. Otherwise it does nothing, at the cost of looking for a value in ctx.
func Yield(ctx context.Context) {
	if yield, ok := ctx.Value(yieldKey{}).(func()); ok {
		yield()
	}
}
