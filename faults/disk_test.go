package faults

import (
	"context"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/location"
)

func TestLinesOfDiskFaultsSayOneThingThatCanBe(t *testing.T) {
	for line, says := range map[string]string{
		"disk every 1s":                             "",
		"disk torn every 1s":                        "",
		"disk full=7 at compare_and_set 5":          "",
		"disk sync-errors after 1s for 10ms":        "",
		"disk":                                      "say when",
		"disk torn full every 1s":                   "one thing at a time",
		"disk torn=3 every 1s":                      "torn has none",
		"disk full=0 every 1s":                      "a number from 1 on",
		"disk full=many every 1s":                   "a number from 1 on",
		"disk postgres every 1s":                    "does not strike anybody in particular",
		"disk wet=1 every 1s":                       "known are torn, write-errors, full, sync-errors",
		"disk write-errors=3 sync-errors every 1ms": "one thing at a time",
	} {
		_, err := parseLine(line)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, which does not say %q", line, err, says)
		}
	}
	for spec, want := range map[string]string{"disk": "disk every 1s\n", "disk=torn": "disk torn every 1s\n", "disk=wet": ""} {
		plan, err := Parse([]string{spec})
		if (err == nil) != (want != "") || err == nil && plan.String() != want {
			t.Errorf("%s is %q, %v", spec, plan, err)
		}
	}
}

// changing sets a value again and again until the test calls stop.
func changing(t *testing.T, store location.Blob) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			store.Set(ctx, "k", []byte("value")) // may fail at any time
		}
	})
	return func() { cancel(); done.Wait() }
}

func TestFaultsOfDisksAreMeasuredAndTheServerComesBack(t *testing.T) {
	const url = "local:file?disk=fuse"
	target := started(t, url, "fuse")
	for line, want := range map[string]string{
		"disk every 1s":                `^file lost power in the middle of a change: \d+ bytes? in .* lost$`,
		"disk torn every 1s":           `^file lost power in the middle of a change: \d+ bytes? in .* lost$`,
		"disk write-errors=2 every 1s": `^2 writes of file failed: input/output error$`,
		"disk full=2 every 1s":         `^2 writes of file failed: no space left on device$`,
		"disk sync-errors=2 every 1s":  `^2 syncs of file failed: input/output error; then it lost power: `,
	} {
		t.Run(line, func(t *testing.T) {
			store, err := backends.OpenBlob(t.Context(), target.Server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			i := injector(t, target, line)
			if effect, err := i.Heal(t.Context()); effect != "" || err != nil {
				t.Errorf("nothing is broken, and heals: %q, %v", effect, err)
			}
			stop := changing(t, store)
			defer stop()
			begun, err := i.Inject(t.Context(), rand.New(rand.NewPCG(1, 2)))
			if err != nil {
				t.Fatal(err)
			}
			if begun == "" { // errors are counted at the end
				sleep(t.Context(), errorTime)
			}
			ended, err := i.Heal(t.Context())
			if got := begun + ended; err != nil || !regexp.MustCompile(want).MatchString(got) {
				t.Errorf("effect %q, %v", got, err)
			}
			stop()
			if err := target.Server.Node("").Running(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	if !(Plan{{Kind: "disk"}}.CheckStore(url) == nil && Plan{{Kind: "disk"}}.CheckStore("local:file") != nil) {
		t.Error("the stores that have a disk are others")
	}
}
