package disk_test

import (
	"os"
	"testing"

	"github.com/assay-dev/assay/backends/servers/serverstest"
)

func TestMain(m *testing.M) { os.Exit(serverstest.Main(m)) }
