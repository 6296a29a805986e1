package s3

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

// uploads answers the requests of an upload. The one with a text in its URI goes to
// another handler.
func uploads(text string, other http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch request := r.Method + " " + r.URL.RequestURI(); {
		case strings.Contains(request, text):
			other(w, r)
		case strings.Contains(request, "uploads"):
			w.Write([]byte("<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>"))
		case r.Method == http.MethodPut:
			w.Header().Set("ETag", `"tag"`)
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		}
	}
}

func TestAnUploadThatFailsIsAborted(t *testing.T) {
	f := newFake(t)
	b := open(t, f.url())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, c := range []struct {
		name, request string
		answer        http.HandlerFunc
		class         location.Class
	}{
		{"a part fails", "partNumber=2", failing(503, "SlowDown"), location.Indeterminate},
		{"a part is refused", "partNumber=1", failing(403, "AccessDenied"), location.Determinate},
		{"a part has no tag", "partNumber=3", func(http.ResponseWriter, *http.Request) {}, location.Indeterminate},
		{"the completion fails", "POST /bucket/p/k?uploadId", failing(500, "InternalError"), location.Indeterminate},
		{"the completion fails behind a success", "POST /bucket/p/k?uploadId", failing(200, "InternalError"), location.Indeterminate},
		{"the caller gives up", "partNumber=2", func(w http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		}, location.Indeterminate},
	} {
		t.Run(c.name, func(t *testing.T) {
			f.answers(uploads(c.request, c.answer))
			err := b.Set(ctx, "k", make([]byte, 3*partBytes))
			if err == nil || location.Classify(err) != c.class {
				t.Errorf("set: %v; want it %v", err, c.class)
			}
			completed := func(request string) bool { return strings.HasPrefix(request, "POST /bucket/p/k?uploadId") }
			if tried := slices.ContainsFunc(f.requested(), completed); tried != strings.HasPrefix(c.request, "POST") {
				t.Errorf("completed: %t; requests %q", tried, f.requested())
			}
			aborted := func(request string) bool { return strings.HasPrefix(request, "DELETE /bucket/p/k?uploadId=U") }
			if !slices.ContainsFunc(f.requested(), aborted) {
				t.Errorf("not aborted; requests %q", f.requested())
			}
		})
	}
}

func TestALargeValueIsSentInPartsThatAreCompletedInOrder(t *testing.T) {
	f := newFake(t)
	b := open(t, f.url())
	f.answers(uploads("POST /bucket/p/k?uploadId", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("<CompleteMultipartUploadResult/>"))
	}))
	if err := b.Set(t.Context(), "k", make([]byte, 5*partBytes+1)); err != nil {
		t.Fatal(err)
	}
	if n := len(f.requested()); n != 1+6+1 {
		t.Errorf("%d requests: %q", n, f.requested())
	}
	f.answers(nil)
	if err := b.Set(t.Context(), "k", make([]byte, partBytes)); err != nil || len(f.requested()) != 1 {
		t.Errorf("the largest value in one piece: %v, requests %q", err, f.requested())
	}
}
