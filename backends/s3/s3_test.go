package s3

import (
	"context"
	"net/url"
	"testing"

	"github.com/assay-dev/assay/backends/servers"
	"github.com/assay-dev/assay/backends/servers/serverstest"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/location/locationtest"
)

func open(t testing.TB, rawURL string) *Blob {
	t.Helper()
	b, err := OpenBlob(context.Background(), rawURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// with adds parameters to a URL: name, value, name, value.
func with(t testing.TB, rawURL string, parameters ...string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	must(t, err)
	query := u.Query()
	for i := 0; i < len(parameters); i += 2 {
		query.Set(parameters[i], parameters[i+1])
	}
	u.RawQuery = query.Encode()
	return u.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func bucket(t testing.TB, server *servers.S3, name string, versioned bool) string {
	t.Helper()
	must(t, server.CreateBucket(context.Background(), name, versioned))
	return server.URL(name, "")
}

func TestS3KeepsTheContract(t *testing.T) {
	server := serverstest.S3(t)
	for _, c := range []struct {
		name       string
		versioned  bool
		parameters []string
		caps       location.Capabilities
	}{
		{"without versions", false, nil, location.Capabilities{MaxKeyBytes: MaxKeyBytes, NoRestore: true, InexactDelete: true}},
		// The server loses one of two delete markers that are set at once.
		{"with versions", true, []string{"delete", "condition"}, location.Capabilities{MaxKeyBytes: MaxKeyBytes, InexactDelete: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := "plain"
			if c.versioned {
				name = "versioned"
			}
			bucket(t, server, name, c.versioned)
			locationtest.TestBlob(t, func(t testing.TB, place string) location.Blob {
				b := open(t, with(t, server.URL(name, "run/"+place), c.parameters...))
				if caps := b.Capabilities(); caps != c.caps {
					t.Fatalf("it declares %+v, not %+v", caps, c.caps)
				}
				return b
			}, c.caps)
		})
	}
}
