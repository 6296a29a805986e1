package job

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/workload/history"
)

// softwareTimeout is how long a store may take to say what it runs on.
const softwareTimeout = 5 * time.Second

// software returns the name and the version of what the store runs on; empty when it
// does not tell, which is no reason for a run to fail.
func (s *store) software(ctx context.Context) string {
	if s.err != nil {
		return ""
	}
	if isOwn(s.URL) {
		return "part of assay"
	}
	if s.server != nil && s.server.Software() != "" {
		return s.server.Software()
	}
	ctx, cancel := context.WithTimeout(ctx, softwareTimeout)
	defer cancel()
	var opened any
	var err error
	if s.Object == history.Blob {
		opened, err = s.handles.blob(ctx, probe)
	} else {
		opened, err = s.handles.consensus(ctx, probe)
	}
	known, ok := opened.(backends.Software)
	if err != nil || !ok {
		return ""
	}
	software, err := known.Software(ctx)
	if err != nil {
		return ""
	}
	return software
}

// isOwn reports whether nothing is below a store but this program, so that their versions
// are the same.
func isOwn(storeURL string) bool {
	scheme, _, _ := strings.Cut(strings.TrimPrefix(storeURL, "local:"), ":")
	scheme, _, _ = strings.Cut(scheme, "?")
	return slices.Contains([]string{"mem", "file", "defective"}, scheme)
}
