package job

import (
	"context"
	"fmt"
	"time"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
)

// CheckOptions say how a history file is judged.
type CheckOptions struct {
	// Relax are the relaxations; nil means those that the history's header names.
	Relax  location.Relaxations
	Budget checker.Budget
}

// Check judges a history file from its content alone. An error means that the file
// cannot be read or is no history.
func Check(ctx context.Context, path string, opts CheckOptions) (results.Result, *history.History, error) {
	begin := time.Now()
	h, err := history.ReadFile(path)
	if err != nil {
		return results.Result{}, nil, err
	}
	relax := opts.Relax
	if relax == nil {
		relax = h.Header.Relax
	}
	found, err := checker.Check(ctx, h, checker.Options{Relax: relax, Budget: opts.Budget})
	if err != nil {
		return results.Result{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	r := results.NewResult(h, *found, relax)
	r.History = path
	r.Dir = results.DirectoryOf(path)
	r.CheckSeconds = time.Since(begin).Seconds()
	return r, h, nil
}
