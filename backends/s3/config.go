package s3

import (
	"net/url"
	"slices"
	"strings"

	"github.com/assay-dev/assay/backends/internal/params"
)

// The ways to find out the size of what a Delete removes.
const (
	byMarker    = "marker"
	byCondition = "condition"
	byLookup    = "lookup"
)

// A config is what a URL says.
type config struct {
	bucket     string
	place      string // what the names of all objects begin with: empty, or ends with a slash
	accessKey  string // "": the usual chain of credentials
	secretKey  string
	endpoint   string // "": Amazon's
	region     string
	versioning string
	flat       bool
	deletion   string // "": as exactly as the bucket can tell
}

func parse(rawURL string) (*config, error) {
	u, query, err := params.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	choose := func(name string, values ...string) string {
		value := query.String(name, values[0])
		if err == nil && !slices.Contains(values, value) {
			err = params.Invalid("s3: parameter %s is %q: known are %s", name, value, strings.Trim(strings.Join(values, ", "), ", "))
		}
		return value
	}
	secret, _ := u.User.Password()
	c := &config{
		bucket:     u.Host,
		place:      strings.Trim(u.Path, "/"),
		accessKey:  u.User.Username(),
		secretKey:  secret,
		endpoint:   query.String("endpoint", ""),
		region:     query.String("region", ""),
		versioning: choose("versioning", "detect", "on", "off"),
		flat:       choose("keys", "path", "flat") == "flat",
		deletion:   choose("delete", "", byMarker, byCondition, byLookup),
	}
	if queryErr := query.Err(); queryErr != nil {
		return nil, queryErr
	}
	if err != nil {
		return nil, err
	}
	return c, c.check(rawURL)
}

// check refuses what can never be right, and completes what is left out.
func (c *config) check(rawURL string) error {
	if c.bucket == "" || strings.Contains(c.bucket, ":") {
		return params.Invalid("store URL %s: write s3://bucket/prefix; the server is the parameter endpoint", params.Redact(rawURL))
	}
	if (c.accessKey == "") != (c.secretKey == "") {
		return params.Invalid("store URL %s: write s3://KEY:SECRET@bucket/…, both or none", params.Redact(rawURL))
	}
	if len(c.place) > maxPlaceBytes || escape(c.place, false) != c.place {
		return params.Invalid("s3: prefix %.100q: write at most %d plain ASCII characters, without %%, empty segments and "+
			"segments that begin with a dot", c.place, maxPlaceBytes)
	}
	if c.place != "" {
		c.place += "/"
	}
	if c.versioning == "off" && c.deletion == byMarker {
		return params.Invalid("s3: delete=marker needs a bucket that keeps versions, and versioning=off says that this one does not")
	}
	if c.endpoint == "" {
		return nil
	}
	if c.region == "" {
		c.region = "us-east-1"
	}
	u, err := url.Parse(c.endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		// It is not quoted: it may hold a secret.
		return params.Invalid("s3: parameter endpoint is not http://host:port or https://host:port; key and secret stand before the bucket")
	}
	return nil
}
