package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/assay-dev/assay/results/job"
	"github.com/assay-dev/assay/workload"
	"github.com/assay-dev/assay/workload/history"
)

// usualWeights are those of both objects, as --weights takes them.
func usualWeights() string {
	var all []string
	for _, object := range []history.Object{history.Consensus, history.Blob} {
		weights := workload.DefaultWeights(object)
		for _, name := range slices.Sorted(maps.Keys(weights)) {
			all = append(all, fmt.Sprintf("%s=%d", name, weights[name]))
		}
	}
	return strings.Join(all, ",")
}

// checkWorkload refuses a workload that no store of the run can have.
func checkWorkload(s job.Spec) error {
	objects := []history.Object{history.Consensus, history.Blob}
	if len(s.Targets) > 0 {
		objects = nil
		for _, target := range s.Targets {
			objects = append(objects, target.Object)
		}
	}
	known := map[string]int{}
	for _, object := range objects {
		maps.Copy(known, workload.DefaultWeights(object))
		if err := (workload.Options{Weights: s.WeightsOf(object), ValueBytes: s.ValueBytes, LargeBytes: s.LargeBytes}).Validate(object); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Weights)) {
		if _, ok := known[name]; !ok {
			return fmt.Errorf("--weights: unknown operation %q: known are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	return nil
}
