package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
)

// letGarbageRest makes the check of a history file the faster, where it has the program to
// itself. It returns what ends this.
func letGarbageRest(path string) (end func()) { return collectLate(patience(path)) }

// patience returns how many bytes of memory a check of the history file may take before
// its garbage is collected: a third more than there are bytes of text. It needs about as
// many as these.
func patience(path string) int64 {
	const least, compressed = 450 << 20, 10
	info, err := os.Stat(path)
	if err != nil {
		return least
	}
	text := info.Size()
	if strings.HasSuffix(path, ".zst") {
		text *= compressed
	}
	return max(least, text/3*4)
}

// collectLate lets the garbage collector rest until the program takes limit bytes of
// memory: a check needs nearly all that it allocates to its end. From there on it rests
// each time until the program takes half as much again as the last collection found in use,
// but at most what the environment allows (GOMEMLIMIT). It returns what ends this.
func collectLate(limit int64) (end func()) {
	usual := debug.SetMemoryLimit(-1)
	percent, _ := debug.SetGCPercent(-1), debug.SetMemoryLimit(min(limit, usual))
	var mu sync.Mutex
	ended := false
	afterCollection(func() (again bool) {
		mu.Lock()
		defer mu.Unlock()
		if !ended {
			limit = max(limit, live()/2*3)
			debug.SetMemoryLimit(min(limit, usual))
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
func live() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}
