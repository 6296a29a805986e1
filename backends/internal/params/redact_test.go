package params

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/assay-dev/assay/location"
)

func TestRedactHidesSecretsAndNothingElse(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"mem:", "mem:"},
		{"mem:name?restore=false", "mem:name?restore=false"},
		{"file:///dir/a@b=c?sync=false", "file:///dir/a@b=c?sync=false"},
		{"postgres://me@host:5432/db", "postgres://me@host:5432/db"},
		{"postgres://me:@host/db", "postgres://me:@host/db"},
		{"postgres://me:hunter2@host:5432/db?sslmode=disable", "postgres://me:REDACTED@host:5432/db?sslmode=disable"},
		{"postgres://me:hunter%40@h1:1,h2:2/db", "postgres://me:REDACTED@h1:1,h2:2/db"},
		{"postgres://me:hunter:2@host", "postgres://me:REDACTED@host"},
		{"postgres://me:hunter@2@host", "postgres://me:REDACTED@host"},
		{"postgres://host/db?user=me&password=hunter2", "postgres://host/db?user=me&password=REDACTED"},
		{"s3://b/p?access_key_id=me&secret_access_key=hunter2&session_token=hunter3&region=x",
			"s3://b/p?access_key_id=me&secret_access_key=REDACTED&session_token=REDACTED&region=x"},
		{"s3://b?X-Amz-Security-Token=hunter2", "s3://b?X-Amz-Security-Token=REDACTED"},
		{"s3://b?PASS%57ORD=hunter2&apikey=hunter3", "s3://b?PASS%57ORD=REDACTED&apikey=REDACTED"},
		{"s3://b?password=a&hunter2", "s3://b?password=REDACTED&REDACTED"},
		{"s3://b?password=a#hunter2", "s3://b?password=REDACTED#REDACTED"},
	} {
		if got := Redact(test.url); got != test.want {
			t.Errorf("Redact(%q)\n got %q\nwant %q", test.url, got, test.want)
		}
	}
}

// ambiguousURLs are those of which a parser makes something else than their author.
// Their secret begins with hunter.
func ambiguousURLs() []string {
	return []string{
		"postgres://me:hunter/2@host/db",     // no port
		"postgres://me:12/hunter@host/db",    // host me:12
		"postgres://me:12?hunter@host/db",    // the same
		"postgres://me:12#hunter@host/db",    // the same
		"postgres://me:a@1:2/hunter@host/db", // host 1:2
		"postgres://me:hunter2",              // the host was forgotten
		"postgres://me:hunter%2@host/db",     // a bad escape
		"postgres://me:hunter\x7f@host/db",
		"postgres://host/db?password=hunter;2",
		"postgres://host/db?password=hunter%",
		"postgres:me:hunter2@host",
		"me:hunter2@host",
		"host=there password=hunter2",
		":hunter2",
	}
}

func TestNothingRemainsOfAURLThatIsUnclear(t *testing.T) {
	for _, rawURL := range ambiguousURLs() {
		if got := Redact(rawURL); strings.Contains(got, "hunter") {
			t.Errorf("Redact(%q) = %q", rawURL, got)
		}
	}
}

func TestScrubTakesSecretsOutOfAnError(t *testing.T) {
	const rawURL = `postgres://me:hunt%20er%22@host/db?secret=a%2Bb`
	cause := errors.New("the cause")
	for _, text := range []string{rawURL, `hunt%20er%22`, `hunt er"`, `hunt er\"`, "a+b", "a%2Bb"} {
		err := Scrub(location.NewDeterminate(fmt.Errorf("connect with <%s>: %w", text, cause)), rawURL)
		if strings.Contains(err.Error(), "hunt") || strings.Contains(err.Error(), "a+b") || strings.Contains(err.Error(), "2Bb") {
			t.Errorf("%s is given away: %v", text, err)
		}
		if !strings.HasPrefix(err.Error(), "determinate: connect with <") {
			t.Errorf("more than the secret is gone: %v", err)
		}
		if !errors.Is(err, cause) || location.Classify(err) != location.Determinate {
			t.Errorf("the cause or the class is gone: %v", err)
		}
	}
	if err := Scrub(cause, rawURL); err != cause {
		t.Errorf("an error without secrets became %v", err)
	}
	if err := Scrub(nil, rawURL); err != nil {
		t.Errorf("nil became %v", err)
	}
}
