package serverstest

import (
	"errors"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
)

// A verdict records how a test was ended instead of ending it.
type verdict struct {
	testing.TB
	said string
}

func (v *verdict) Helper()               {}
func (v *verdict) Skipf(string, ...any)  { v.said = "skipped" }
func (v *verdict) Fatalf(string, ...any) { v.said = "failed" }

func TestAnUnavailableServerSkipsUnlessItIsRequired(t *testing.T) {
	missing := servers.Unavailable("no binaries")
	for _, c := range []struct {
		name, require string
		err           error
		want          string
	}{
		{"available", "postgres", nil, ""},
		{"unavailable", "", missing, "skipped"},
		{"unavailable and another one required", "s3,docker", missing, "skipped"},
		{"unavailable and required", "s3,postgres", missing, "failed"},
		{"available but broken", "", errors.New("exit status 1"), "failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(RequireVariable, c.require)
			v := &verdict{TB: t}
			Check(v, "postgres", c.err)
			if v.said != c.want {
				t.Errorf("test %q, want %q", v.said, c.want)
			}
		})
	}
}
