package workload

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressIsOneLineOnATerminalAndAFewElsewhere(t *testing.T) {
	for _, test := range []struct {
		name     string
		progress Progress
		want     string
	}{
		{"a terminal", Progress{Terminal: true, Name: "blob"},
			"\r\x1b[Kblob: 200 operations, 1,000/s · 190 ok, 8 failed, 2 unknown (1 abandoned) · 10s left" +
				"\r\x1b[Kblob: 400 operations, 1,000/s · 390 ok, 8 failed, 2 unknown (1 abandoned) · 10s left" +
				"\r\x1b[Kblob: 500 operations, 1,000/s · 490 ok, 8 failed, 2 unknown (1 abandoned) · done\n"},
		{"no terminal", Progress{},
			"5,000 operations, 1,000/s · 4,990 ok, 8 failed, 2 unknown (1 abandoned) · 5s left\n" +
				"6,000 operations, 1,000/s · 5,990 ok, 8 failed, 2 unknown (1 abandoned) · done\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				test.progress.To = &out
				end := 6 * time.Second
				if test.progress.Terminal {
					end = 500 * time.Millisecond
				}
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), end)
				defer cancel()
				test.progress.Show(ctx, func() Counters {
					c := Counters{Phase: Requesting, Fail: 8, Info: 2, Abandoned: 1, Elapsed: time.Since(start), Remaining: 10*time.Second - time.Since(start)}
					c.Ok = c.Elapsed.Milliseconds() - 10
					if c.Elapsed >= end {
						c.Phase = Done
					}
					return c
				})
				if out.String() != test.want {
					t.Errorf("%q\nwant %q", out.String(), test.want)
				}
			})
		})
	}
}

func TestNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
