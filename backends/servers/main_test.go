package servers_test

import (
	"context"
	"os"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// The test program serves as the parent that dies, see
// TestAProcessDiesWithTheProgramThatStartedIt.
func TestMain(m *testing.M) {
	if fifo := os.Getenv("SERVERS_TEST_PARENT"); fifo != "" {
		script := "exec 3>" + fifo + "; echo held >&3; exec sleep 1000"
		if _, err := servers.StartProcess(context.Background(), servers.Command{Path: "/bin/sh", Args: []string{"-c", script}}); err != nil {
			panic(err)
		}
		select {}
	}
	os.Exit(serverstest.Main(m))
}
