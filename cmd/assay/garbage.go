package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// patience is how many bytes of memory a check may take before its garbage is collected.
const patience = 450 << 20

// collectLate lets the garbage collector rest until the program takes limit bytes of
// memory: a check needs nearly all that it allocates to its end. When nearly all of that is
// in use, garbage is collected at the usual pace, and so that the program takes no more
// than eight times the limit; and so on. It returns what ends this.
func collectLate(limit int64) (end func()) {
	percent, usual := debug.SetGCPercent(-1), debug.SetMemoryLimit(limit)
	var mu sync.Mutex
	ended := false
	afterCollection(func() (again bool) {
		mu.Lock()
		defer mu.Unlock()
		if !ended && live() > uint64(limit/8*7) {
			limit *= 8
			debug.SetGCPercent(percent)
			debug.SetMemoryLimit(limit)
		}
		return !ended
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(usual)
	}
}

// afterCollection calls do after each collection of garbage for as long as it returns true.
func afterCollection(do func() (again bool)) {
	garbage := new([64]byte)
	runtime.AddCleanup(garbage, func(do func() bool) {
		if do() {
			afterCollection(do)
		}
	}, do)
}

// live returns how many bytes the last collection found in use.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
