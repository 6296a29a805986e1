package local

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/assay-dev/assay/backends/hosted"
	"github.com/assay-dev/assay/backends/servers/serverstest"
)

// The test program serves as the run that is killed, see
// TestWhatAKilledRunLeftBehindIsRemoved.
func TestMain(m *testing.M) {
	if hosted.IsChild() {
		os.Exit(serverstest.Main(m))
	}
	if rawURL := os.Getenv("LOCAL_TEST_URL"); rawURL != "" {
		s, err := Start(context.Background(), rawURL)
		if err == nil {
			err = s.Node("").Pause(context.Background())
		}
		fmt.Println("started", err)
		select {}
	}
	os.Exit(serverstest.Main(m))
}
