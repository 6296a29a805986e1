package params

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/assay-dev/assay/location"
)

// Scrub returns err such that its text does not repeat the secrets of rawURL, as they
// are written there or as they are meant. It still unwraps to its cause and keeps its
// class. A nil err stays nil.
func Scrub(err error, rawURL string) error {
	if err == nil {
		return nil
	}
	text := scrubText(err.Error(), rawURL)
	if text == err.Error() {
		return err
	}
	// The class stays on the outside, where it is printed (E3).
	if classed, ok := err.(*location.Error); ok {
		return &location.Error{Class: classed.Class, Cause: Scrub(classed.Cause, rawURL)}
	}
	return &scrubbed{text, err}
}

type scrubbed struct {
	text  string
	cause error
}

func (s *scrubbed) Error() string { return s.text }
func (s *scrubbed) Unwrap() error { return s.cause }

func scrubText(text, rawURL string) string {
	redacted, secrets := redact(rawURL)
	text = strings.ReplaceAll(text, rawURL, redacted)
	for _, secret := range spellings(secrets) {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}

// spellings returns the secrets in each form in which an error may repeat them, the
// longest first, since one may be a part of another.
func spellings(secrets []string) []string {
	var all []string
	add := func(s string) {
		quoted := strconv.Quote(s)
		all = append(all, s, quoted[1:len(quoted)-1])
	}
	for _, secret := range secrets {
		add(secret)
		if meant, err := url.PathUnescape(secret); err == nil {
			add(meant)
		}
		if meant, err := url.QueryUnescape(secret); err == nil {
			add(meant)
		}
	}
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}
