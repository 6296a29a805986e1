package file

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

func TestFilesAreLinearizable(t *testing.T) {
	dir := t.TempDir()
	open := func(t testing.TB, place string) location.Blob {
		return newBlob(t, filepath.Join(dir, place), "sync=false")
	}
	for name, options := range map[string][]locationtest.Option{
		"client by client": {locationtest.Cases(5)},
		"in real time":     {locationtest.RealTime()},
	} {
		t.Run(name, func(t *testing.T) {
			locationtest.LinearizableBlob(t, open, append(options, locationtest.Time(2*time.Second))...)
		})
	}
}
