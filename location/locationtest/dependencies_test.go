package locationtest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// modules are all that whoever tests a store with this package builds, besides Assay: what
// draws, what searches, and what reads and writes histories.
var modules = []string{"github.com/anishathalye/porcupine", "github.com/klauspost/compress", "pgregory.net/rapid"}

func TestThePackageIsLight(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	found := slices.Compact(slices.Sorted(slices.Values(strings.Fields(string(list)))))
	found = slices.DeleteFunc(found, func(m string) bool { return m == "github.com/assay-dev/assay" })
	if !slices.Equal(found, modules) {
		t.Errorf("it pulls in %q, not %q", found, modules)
	}
}

// Of Assay itself it pulls in no store, no network, no command and no report.
func TestThePackagePullsInNoStore(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	for _, p := range strings.Fields(string(list)) {
		for _, heavy := range []string{"backends", "faults/network", "results", "cmd"} {
			if strings.HasPrefix(p, "github.com/assay-dev/assay/"+heavy) {
				t.Errorf("it pulls in %s", p)
			}
		}
	}
}
