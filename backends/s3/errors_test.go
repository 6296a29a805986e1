package s3

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/location"
)

func TestOnlyListedAnswersAreDefiniteFailuresAndNoneIsAskedForTwice(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "5")
	t.Setenv("AWS_RETRY_MODE", "adaptive")
	f := newFake(t)
	b := open(t, f.url())
	for _, c := range []struct {
		status int
		code   string
		class  location.Class
	}{
		{403, "AccessDenied", location.Determinate},
		{404, "NoSuchBucket", location.Determinate},
		{409, "ConditionalRequestConflict", location.Determinate},
		{412, "PreconditionFailed", location.Determinate},
		{429, "TooManyRequests", location.Determinate},
		{400, "RequestTimeout", location.Indeterminate},
		{404, "NoSuchUpload", location.Indeterminate},
		{408, "RequestTimeout", location.Indeterminate},
		{500, "InternalError", location.Indeterminate},
		{501, "NotImplemented", location.Indeterminate},
		{502, "BadGateway", location.Indeterminate},
		{503, "SlowDown", location.Indeterminate},
		{504, "GatewayTimeout", location.Indeterminate},
	} {
		f.answers(failing(c.status, c.code))
		for name, call := range calls(t.Context(), b) {
			if c.status == 404 && looksUp(name) {
				continue // a HEAD knows only one 404
			}
			want := c.class
			if looksUp(name) {
				want = location.Determinate
			}
			err := call()
			if err == nil || location.Classify(err) != want {
				t.Errorf("%s answered with %d %s: %v; want it %v", name, c.status, c.code, err, want)
			}
			if requests := f.requested(); len(requests) != 1 {
				t.Errorf("%s answered with %d %s: requests %q", name, c.status, c.code, requests)
			}
			f.answers(failing(c.status, c.code))
		}
	}
}

// looksUp reports whether the first request of a call is a HEAD, which changes nothing.
func looksUp(call string) bool { return call == "delete" || call == "restore" }

func TestAConnectionThatIsRefusedIsADefiniteFailure(t *testing.T) {
	f := newFake(t)
	f.Config.SetKeepAlivesEnabled(false) // a write to a connection that is dead may have been sent
	b := open(t, f.url())
	f.Close()
	for name, call := range calls(t.Context(), b) {
		if err := call(); err == nil || location.Classify(err) != location.Determinate {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAConnectionThatIsCutLeavesTheOutcomeOpen(t *testing.T) {
	f := newFake(t)
	b := open(t, f.url())
	for what, answer := range map[string]http.HandlerFunc{
		"before the answer": func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		"in its midst": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write(make([]byte, 500))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
	} {
		f.answers(answer)
		for name, call := range calls(t.Context(), b) {
			err := call()
			if what == "in its midst" && (looksUp(name) || name == "set") {
				continue // no body of theirs is looked at
			}
			want := location.Indeterminate
			if looksUp(name) {
				want = location.Determinate
			}
			if err == nil || location.Classify(err) != want {
				t.Errorf("%s cut %s: %v; want it %v", name, what, err, want)
			}
		}
	}
	f.answers(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	if b.Set(t.Context(), "k", nil) == nil || len(f.requested()) != 1 {
		t.Errorf("a set that was cut off: requests %q", f.requested())
	}
}

func TestATimeoutLeavesTheOutcomeOpen(t *testing.T) {
	f := newFake(t)
	b := open(t, f.url())
	done := make(chan struct{})
	defer close(done)
	f.answers(func(w http.ResponseWriter, r *http.Request) { <-done })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for _, call := range []string{"set", "get", "delete"} {
		err := calls(ctx, b)[call]()
		if err == nil {
			t.Fatalf("%s succeeded", call)
		}
		if call == "set" && (!location.IsTimeout(err) || location.Classify(err) != location.Indeterminate) {
			t.Errorf("%s: %v", call, err)
		}
	}
}

func TestADeleteWhoseLaterRequestFailsIsNotADefiniteFailure(t *testing.T) {
	f := newFake(t)
	b := open(t, strings.Replace(f.url(), "versioning=off&delete=lookup", "versioning=on", 1))
	f.answers(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodDelete {
			failing(403, "AccessDenied")(w, r)
			return
		}
		w.Header().Set("x-amz-delete-marker", "true")
		w.Header().Set("x-amz-version-id", "M")
		w.WriteHeader(http.StatusNoContent)
	})
	_, _, err := b.Delete(t.Context(), "k")
	if err == nil || location.Classify(err) != location.Indeterminate {
		t.Errorf("the marker is set, and the delete fails with: %v", err)
	}
}

// The fake has one object and answers conditional deletes with a status.
func TestADeleteOnConditionTellsConflictsFromAbsence(t *testing.T) {
	for _, c := range []struct {
		name         string
		condition    int
		thenGone     bool
		exact, found bool
		conflict     bool
	}{
		{"removed", 204, false, false, true, false},
		{"replaced meanwhile", 412, false, true, false, true},
		{"removed by another meanwhile", 412, true, true, false, false},
		{"removed by another, as other servers say it", 404, true, true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(t)
			gone := false
			f.answers(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodDelete && r.Header.Get("If-Match") == "":
					t.Error("a delete without a condition")
				case r.Method == http.MethodDelete && c.condition == 204:
					w.WriteHeader(204)
				case r.Method == http.MethodDelete:
					gone = c.thenGone
					failing(c.condition, map[int]string{412: "PreconditionFailed", 404: "NoSuchKey"}[c.condition])(w, r)
				case gone:
					w.WriteHeader(404)
				default:
					w.Header().Set("ETag", `"tag"`)
					w.Header().Set("Content-Length", "3")
				}
			})
			b := open(t, strings.Replace(f.url(), "delete=lookup", "delete=condition", 1))
			if inexact := b.Capabilities().InexactDelete; inexact == c.exact {
				t.Errorf("inexact deletes: %t", inexact)
			}
			gone = false
			size, found, err := b.Delete(t.Context(), "k")
			if found != c.found || found && size != 3 || (err != nil) != c.conflict {
				t.Errorf("delete = %d, %t, %v", size, found, err)
			}
			if c.conflict && location.Classify(err) != location.Determinate {
				t.Errorf("a conflict is not a definite failure: %v", err)
			}
		})
	}
}

func TestAListingThatDoesNotSayWhereItGoesOnFails(t *testing.T) {
	f := newFake(t)
	b := open(t, f.url())
	f.answers(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"))
	})
	if calls(t.Context(), b)["list"]() == nil {
		t.Error("the rest of the keys is left out without a word")
	}
}

func TestNoErrorRepeatsTheSecret(t *testing.T) {
	f := newFake(t)
	right := f.url()
	for name, c := range map[string]struct {
		url    string
		answer http.HandlerFunc
	}{
		"refused":             {right, failing(403, "SignatureDoesNotMatch")},
		"no bucket":           {right, failing(404, "NoSuchBucket")},
		"cut off":             {right, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		"unknown parameter":   {right + "&sekret=no", nil},
		"bad prefix":          {strings.Replace(right, "/p?", "/../p?", 1), nil},
		"secret in endpoint":  {strings.Replace(right, "http://", "http://me:"+strings.ReplaceAll(secret, "/", "%252F")+"@", 1), nil},
		"no key":              {strings.Replace(right, "KEY", "", 1), nil},
		"marker, no versions": {strings.Replace(right, "lookup", "marker", 1), nil},
		"unescaped":           {strings.Replace(right, "%2F", "/", 1), nil},
	} {
		f.answers(c.answer)
		b, err := OpenBlob(t.Context(), c.url)
		if err == nil {
			b.Close()
			t.Errorf("%s: it opened", name)
			continue
		}
		if strings.Contains(err.Error(), "7Zp4") {
			t.Errorf("%s: it repeats the secret: %v", name, err)
		}
		if c.answer == nil && !errors.Is(err, location.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.answers(nil)
	b := open(t, right)
	f.answers(failing(403, "SignatureDoesNotMatch"))
	for name, call := range calls(t.Context(), b) {
		if err := call(); err == nil || strings.Contains(err.Error(), "7Zp4") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
