package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGarbageIsCollectedAsUsualOnceMuchIsInUse(t *testing.T) {
	const limit = 64 << 20
	percent, usual := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(usual)
	})
	end := collectLate(limit)
	used := make([][]byte, 0, 1000)
	for debug.SetMemoryLimit(-1) == limit {
		if used = append(used, make([]byte, 1<<20)); len(used) == 1000 {
			t.Fatal("the collector still rests when a gigabyte is in use")
		}
	}
	runtime.KeepAlive(used)
	if percent, next := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); percent != 100 || next != 8*limit {
		t.Errorf("with %d MB in use, the percentage is %d and the limit %d", len(used), percent, next)
	}
	end()
	if left := debug.SetMemoryLimit(-1); left != math.MaxInt64 {
		t.Errorf("a limit of %d is left behind", left)
	}
}
