// Package params reads the URLs that name stores, strictly and without giving their
// secrets away.
package params

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/assay-dev/assay/location"
)

// Parse parses rawURL. It refuses a URL that cannot be read in one way only, and its
// error does not repeat the secrets.
func Parse(rawURL string) (*url.URL, *Query, error) {
	// The cause is left out: it quotes pieces of the URL, a password with a slash for one.
	u, err := url.Parse(rawURL)
	if err != nil || ambiguous(rawURL) {
		return nil, nil, Invalid("store URL %s cannot be parsed: in names, passwords and parameters, "+
			"write special characters as %%40 for @ or %%2F for /", Redact(rawURL))
	}
	if strings.Contains(rawURL, "#") {
		return nil, nil, Invalid("store URL %s has a fragment: write # as %%23", Redact(rawURL))
	}
	return u, &Query{scheme: u.Scheme, values: u.Query()}, nil
}

// Invalid is the error of a URL that can never be right.
func Invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, location.ErrInvalidArgument)...)
}

// A Query is the query of a store's URL. A store asks for each parameter that it
// knows, with its default, and then for Err:
//
//	sync := q.Bool("sync", true)
//	limit := q.Int("limit", 10)
//	if err := q.Err(); err != nil { … }
type Query struct {
	scheme string
	values url.Values
	known  []string
	err    error // the first bad value
}

// String returns the parameter's value, or the default when it is not given.
func (q *Query) String(name, byDefault string) string {
	q.known = append(q.known, name)
	values, given := q.values[name]
	if !given {
		return byDefault
	}
	if len(values) > 1 {
		q.fail(Invalid("%s: parameter %s is given %d times", q.scheme, name, len(values)))
	}
	return values[0]
}

// Bool returns the parameter's value: true or false.
func (q *Query) Bool(name string, byDefault bool) bool {
	text := q.String(name, strconv.FormatBool(byDefault))
	if text != "true" && text != "false" {
		q.fail(Invalid("%s: parameter %s is %q, neither true nor false", q.scheme, name, text))
	}
	return text == "true"
}

// Int returns the parameter's value: a decimal number.
func (q *Query) Int(name string, byDefault int) int {
	text := q.String(name, strconv.Itoa(byDefault))
	n, err := strconv.Atoi(text)
	if err != nil {
		q.fail(Invalid("%s: parameter %s is %q, not a number", q.scheme, name, text))
	}
	return n
}

// Duration returns the parameter's value: a length of time like 1.5s.
func (q *Query) Duration(name string, byDefault time.Duration) time.Duration {
	text := q.String(name, byDefault.String())
	d, err := time.ParseDuration(text)
	if err != nil {
		q.fail(Invalid("%s: parameter %s is %q, not a length of time like 1.5s", q.scheme, name, text))
	}
	return d
}

// Err returns what is wrong with the query: a bad value, or a parameter that the
// store did not ask for; then it names those that it asked for.
func (q *Query) Err() error {
	for _, name := range slices.Sorted(maps.Keys(q.values)) {
		if !slices.Contains(q.known, name) {
			q.fail(Invalid("%s: unknown parameter %q: known are %s", q.scheme, name, q.listKnown()))
		}
	}
	return q.err
}

func (q *Query) listKnown() string {
	if len(q.known) == 0 {
		return "none"
	}
	return strings.Join(q.known, ", ")
}

func (q *Query) fail(err error) {
	if q.err == nil {
		q.err = err
	}
}
