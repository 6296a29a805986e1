package locationtest_test

import (
	"os/exec"
	"strings"
	"testing"
)

// Whoever tests a store with this package builds nothing that only others need.
func TestThePackageIsLight(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	packages := strings.Fields(string(list))
	if len(packages) < 50 {
		t.Fatalf("go list names %d packages only", len(packages))
	}
	for _, p := range packages {
		for _, heavy := range []string{
			"github.com/aws/", "github.com/testcontainers/", "github.com/docker/", "github.com/moby/",
			"github.com/Shopify/toxiproxy", "gonum.org/", "github.com/jackc/", "go.etcd.io/", "github.com/spf13/",
		} {
			if strings.HasPrefix(p, heavy) {
				t.Errorf("it pulls in %s", p)
			}
		}
	}
}
