package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/results/job"
)

// ErrNothingToShrink: the recorded run shows no violation, or none that came again.
var ErrNothingToShrink = errors.New("nothing to shrink")

// What a run is not made smaller than.
const (
	leastTime = 200 * time.Millisecond
	leastOps  = 20
)

// Shrink looks for a smaller run that shows the violation at least as often as spec
// does: with fewer faults, less work, fewer clients and fewer keys. It tries each run
// up to n times. When ctx ends, it returns the smallest run found by then.
func (r *Replay) Shrink(ctx context.Context, spec job.Spec, n int) (job.Spec, Tally, error) {
	if r.Verdict != checker.Invalid {
		return spec, Tally{}, fmt.Errorf("the recorded verdict is %s: %w", r.Verdict, ErrNothingToShrink)
	}
	best, err := r.Run(ctx, spec, n)
	if err != nil {
		return spec, best, err
	}
	if best.Same == 0 {
		return spec, best, fmt.Errorf("the violation did not come again in %d tries: %w", best.Tries, ErrNothingToShrink)
	}
	rate := best.Same
	for {
		smaller, tally, err := r.firstThatKeeps(ctx, smallerThan(spec), n, rate)
		if err != nil || smaller == nil {
			return spec, best, err
		}
		spec, best = smaller.spec, tally
	}
}

// firstThatKeeps returns the first candidate that shows the violation rate times in n
// tries, nil when none does.
func (r *Replay) firstThatKeeps(ctx context.Context, candidates []candidate, n, rate int) (*candidate, Tally, error) {
	for _, c := range candidates {
		tally, err := r.tryUntil(ctx, c.spec, n, rate)
		if err != nil || ctx.Err() != nil {
			return nil, tally, err
		}
		kept := tally.Same >= rate
		r.Progress(fmt.Sprintf("%s: %d of %d tries show the violation%s", c.what, tally.Same, tally.Tries, verdictOn(kept)))
		if kept {
			return &c, tally, nil
		}
	}
	return nil, Tally{}, nil
}

func verdictOn(kept bool) string {
	if kept {
		return ", kept"
	}
	return ", taken back"
}

// tryUntil tries spec until it is clear whether it shows the violation rate times in
// n tries.
func (r *Replay) tryUntil(ctx context.Context, spec job.Spec, n, rate int) (Tally, error) {
	tally := Tally{Verdicts: map[checker.Verdict]int{}}
	for tally.Same < rate && tally.Tries-tally.Same <= n-rate && ctx.Err() == nil {
		result, err := r.try(ctx, spec)
		if err != nil || ctx.Err() != nil {
			return tally, err
		}
		r.count(&tally, result)
	}
	return tally, nil
}

// A candidate is a run that is smaller in one way, in words.
type candidate struct {
	what string
	spec job.Spec
}

// smallerThan returns the next smaller runs, those that are most worth a try first.
func smallerThan(spec job.Spec) (all []candidate) {
	add := func(what string, change func(*job.Spec)) {
		smaller := spec
		change(&smaller)
		all = append(all, candidate{what, smaller})
	}
	for i, fault := range spec.Faults {
		add(fmt.Sprintf("without the fault %q", fault), func(s *job.Spec) {
			s.Faults = slices.Delete(slices.Clone(s.Faults), i, i+1)
		})
	}
	if ops := spec.Ops / 2; ops >= leastOps {
		add(fmt.Sprintf("%d operations", ops), func(s *job.Spec) { s.Ops = ops })
	}
	if time := spec.Duration / 2; time >= leastTime {
		add(fmt.Sprintf("%v", time), func(s *job.Spec) { s.Duration = time })
	}
	if clients := spec.Clients / 2; clients >= 1 {
		add(fmt.Sprintf("%d clients", clients), func(s *job.Spec) { s.Clients = clients })
	}
	if keys := spec.Keys / 2; keys >= 1 {
		add(fmt.Sprintf("%d keys", keys), func(s *job.Spec) { s.Keys = keys })
	}
	return all
}
