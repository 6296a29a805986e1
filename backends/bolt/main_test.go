package bolt_test

import (
	"os"
	"testing"

	"github.com/assay-dev/assay/backends/bolt"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// The test program serves as another process as well.
func TestMain(m *testing.M) {
	if bolt.IsChild() {
		os.Exit(bolt.Child())
	}
	os.Exit(serverstest.Main(m))
}
