// Package parallel spreads work over processors.
package parallel

import "sync"

// Ranges cuts the numbers below n into one range for each worker, and calls do for all
// ranges at the same time. It returns when all are done.
func Ranges(workers, n int, do func(worker, from, to int)) {
	if workers == 1 {
		do(0, 0, n)
		return
	}
	var running sync.WaitGroup
	for w := range workers {
		running.Go(func() { do(w, n*w/workers, n*(w+1)/workers) })
	}
	running.Wait()
}
