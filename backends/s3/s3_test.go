package s3

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
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

// again asks once more where the server answered a delete with an internal error: with
// versions, this one now and then does when several come at once.
type again struct{ *Blob }

func (a again) Delete(ctx context.Context, key string) (int64, bool, error) {
	size, found, err := a.Blob.Delete(ctx, key)
	if statusOf(err) == http.StatusInternalServerError {
		return a.Blob.Delete(ctx, key)
	}
	return size, found, err
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
				if c.versioned {
					return again{b}
				}
				return b
			}, c.caps)
		})
	}
}

// The answers of a delete that marks, one after the other.
func TestAMarkerTellsWhatItCoversAndARestoreTakesItAway(t *testing.T) {
	server := serverstest.S3(t)
	b := open(t, bucket(t, server, "markers", true))
	if caps := b.Capabilities(); caps.InexactDelete || caps.NoRestore {
		t.Errorf("it declares %+v", caps)
	}
	want := func(call string, wantSize int64, wantFound bool) {
		t.Helper()
		size, found, err := b.Delete(t.Context(), "k")
		if err != nil || size != wantSize || found != wantFound {
			t.Errorf("%s: delete = %d, %t, %v; want %d, %t", call, size, found, err, wantSize, wantFound)
		}
	}
	want("what never was", 0, false)
	if err := b.Restore(t.Context(), "k"); !errors.Is(err, location.ErrRestoreRefused) {
		t.Errorf("restore of what never was: %v", err)
	}
	must(t, b.Set(t.Context(), "k/beside", []byte("beside")))
	for _, value := range []string{"1", "22", ""} {
		must(t, b.Set(t.Context(), "k", []byte(value)))
		want("a value", int64(len(value)), true)
		want("nothing", 0, false)
		want("nothing, again", 0, false)
		must(t, b.Restore(t.Context(), "k"))
		must(t, b.Restore(t.Context(), "k"))
		if got, found, err := b.Get(t.Context(), "k"); string(got) != value || !found || err != nil {
			t.Errorf("restored %q, %t, %v; want %q", got, found, err, value)
		}
		want("what was restored", int64(len(value)), true)
	}
}

func TestAValueOfManyPartsIsReadWholeWhileItIsOverwritten(t *testing.T) {
	server := serverstest.S3(t)
	for name, versioned := range map[string]bool{"plain": false, "versioned": true} {
		t.Run(name, func(t *testing.T) {
			b := open(t, bucket(t, server, name, versioned))
			const size, overwrites, readers = partBytes + 1, 4, 2
			must(t, b.Set(t.Context(), "k", bytes.Repeat([]byte{'a'}, size)))
			done := make(chan struct{})
			var all sync.WaitGroup
			all.Go(func() {
				defer close(done)
				for i := range overwrites {
					if err := b.Set(t.Context(), "k", bytes.Repeat([]byte{byte('b' + i)}, size)); err != nil {
						t.Error(err)
					}
				}
			})
			for range readers {
				all.Go(func() {
					for {
						value, found, err := b.Get(t.Context(), "k")
						if err != nil || !found || len(value) != size || bytes.Count(value, value[:1]) != size {
							t.Errorf("get = %d bytes, %t, %v, or a mixture", len(value), found, err)
							return
						}
						select {
						case <-done:
							return
						default:
						}
					}
				})
			}
			all.Wait()
		})
	}
}

func TestABucketThatIsNotThereIsNotOpened(t *testing.T) {
	server := serverstest.S3(t)
	for _, parameters := range [][]string{nil, {"versioning", "on"}, {"versioning", "off"}, {"versioning", "off", "delete", "lookup"}} {
		if b, err := OpenBlob(t.Context(), with(t, server.URL("missing", ""), parameters...)); err == nil {
			b.Close()
			t.Errorf("it opened with %q", parameters)
		}
	}
}
