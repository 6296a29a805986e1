package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestTheCollectorRestsUntilHalfAsMuchAgainIsInUse(t *testing.T) {
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
			t.Fatal("the limit stays where it is when a gigabyte is in use")
		}
	}
	if now := debug.SetMemoryLimit(-1); now < limit || now > int64(len(used)+10)<<20/2*3 {
		t.Errorf("with %d MB in use, the limit is %d", len(used), now)
	}
	runtime.KeepAlive(used)
	end()
	if percent, left := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); percent != 100 || left != math.MaxInt64 {
		t.Errorf("a percentage of %d and a limit of %d are left behind", percent, left)
	}
}

func TestTheCollectorRestsNoLongerThanTheEnvironmentAllows(t *testing.T) {
	const allowed = 1 << 30
	usual := debug.SetMemoryLimit(allowed)
	t.Cleanup(func() { debug.SetMemoryLimit(usual) })
	defer collectLate(2 * allowed)()
	if now := debug.SetMemoryLimit(-1); now != allowed {
		t.Errorf("the limit is %d", now)
	}
}

func TestTheCheckAtTheEndOfARunLetsGarbageRest(t *testing.T) {
	usual := debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() { debug.SetMemoryLimit(usual) })
	spec, err := runFlags{clients: 1, keys: 1, timeout: 1, store: "store"}.spec(func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	defer spec.BeforeCheck(filepath.Join(t.TempDir(), "history.jsonl"))()
	if now := debug.SetMemoryLimit(-1); now == math.MaxInt64 {
		t.Error("the limit is where it was")
	}
}

func TestAFileMayTakeMoreMemoryThanItHasText(t *testing.T) {
	const gigabyte = 1 << 30
	for name, test := range map[string]struct {
		file  string
		size  int64
		least int64
	}{
		"a small one":      {"small.jsonl", 1000, 450 << 20},
		"a large one":      {"large.jsonl", gigabyte, gigabyte},
		"a compressed one": {"large.jsonl.zst", gigabyte / 8, gigabyte},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), test.file)
			if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, test.size)); err != nil {
				t.Fatal(err)
			}
			if got := patience(path); got < test.least || got > 2*test.least {
				t.Errorf("its check may take %d bytes", got)
			}
		})
	}
}
