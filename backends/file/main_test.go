package file_test

import (
	"os"
	"testing"

	"github.com/assay-dev/assay/backends/file"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// The test program serves as another process as well.
func TestMain(m *testing.M) {
	if file.IsChild() {
		os.Exit(file.Child())
	}
	os.Exit(serverstest.Main(m))
}
