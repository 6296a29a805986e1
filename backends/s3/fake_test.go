package s3

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

const secret = "se/cr+et-7Zp4"

// A fake is a server that answers as a test wants it to, and keeps count.
type fake struct {
	*httptest.Server
	mu       sync.Mutex
	answer   http.HandlerFunc // nil: 200 without a body
	requests []string
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	f.mu.Lock()
	f.requests = append(f.requests, r.Method+" "+r.URL.RequestURI())
	answer := f.answer
	f.mu.Unlock()
	if answer != nil {
		answer(w, r)
	}
}

// answers sets what is answered from now on, and forgets what was requested so far.
func (f *fake) answers(answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer, f.requests = answer, nil
}

func (f *fake) requested() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.requests
}

// url is that of a bucket on the fake, of which nothing has to be found out.
func (f *fake) url() string {
	return "s3://KEY:" + strings.ReplaceAll(secret, "/", "%2F") + "@bucket/p?endpoint=" + f.URL + "&versioning=off&delete=lookup"
}

// failing answers with a status and S3's code for it.
func failing(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
	}
}

// calls are the operations, each with its first request.
func calls(ctx context.Context, b *Blob) map[string]func() error {
	return map[string]func() error{
		"get":     func() error { _, _, err := b.Get(ctx, "k"); return err },
		"set":     func() error { return b.Set(ctx, "k", []byte("abc")) },
		"set big": func() error { return b.Set(ctx, "k", make([]byte, partBytes+1)) },
		"delete":  func() error { _, _, err := b.Delete(ctx, "k"); return err },
		"restore": func() error { return b.Restore(ctx, "k") },
		"list": func() (err error) {
			for _, err = range b.ListKeysAndMetadata(ctx, "") {
			}
			return err
		},
	}
}
