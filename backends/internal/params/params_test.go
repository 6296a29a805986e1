package params

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/assay-dev/assay/location"
)

func TestAQueryGivesValuesAndDefaults(t *testing.T) {
	_, q, err := Parse("s3://bucket/prefix?endpoint=http%3A%2F%2Fhere&sync=false&n=3&wait=1.5s")
	if err != nil {
		t.Fatal(err)
	}
	if got := q.String("endpoint", ""); got != "http://here" {
		t.Errorf("endpoint = %q", got)
	}
	if q.Bool("sync", true) || !q.Bool("other", true) {
		t.Error("sync is false and other is true by default")
	}
	if q.Int("n", 1) != 3 || q.Int("m", 1) != 1 {
		t.Error("n is 3 and m is 1 by default")
	}
	if q.Duration("wait", 0) != 1500*time.Millisecond || q.Duration("rest", time.Minute) != time.Minute {
		t.Error("wait is 1.5s and rest is 1m by default")
	}
	if err := q.Err(); err != nil {
		t.Errorf("everything was asked for, but: %v", err)
	}
}

func TestABadQueryIsExplained(t *testing.T) {
	for _, test := range []struct{ url, says string }{
		{"file:///d?snyc=false", `file: unknown parameter "snyc": known are sync, n, wait`},
		{"file:///d?sync=0", `file: parameter sync is "0", neither true nor false`},
		{"file:///d?sync=true&sync=false", "file: parameter sync is given 2 times"},
		{"file:///d?n=many", `file: parameter n is "many", not a number`},
		{"file:///d?wait=5", `file: parameter wait is "5", not a length of time like 1.5s`},
	} {
		_, q, err := Parse(test.url)
		if err != nil {
			t.Fatal(err)
		}
		q.Bool("sync", true)
		q.Int("n", 0)
		q.Duration("wait", 0)
		if err := q.Err(); !errors.Is(err, location.ErrInvalidArgument) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; it should say %q", test.url, err, test.says)
		}
	}
}

func TestAURLThatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	for _, rawURL := range append(ambiguousURLs(), "file:///dir/a#b") {
		_, _, err := Parse(rawURL)
		if !errors.Is(err, location.ErrInvalidArgument) {
			t.Errorf("%s: %v", rawURL, err)
			continue
		}
		if strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: the error gives the secret away: %v", rawURL, err)
		}
	}
}
