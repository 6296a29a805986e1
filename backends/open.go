// Package backends opens a store from a URL. It is the one place that knows all
// stores; each store is a package below it that does not know this one.
package backends

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/location"
)

// A Store is an open handle on a store. Close gives up the handle and leaves what is
// stored; operations after it fail.
type Store interface {
	io.Closer
	// Capabilities are what the store declares where the contract leaves a choice.
	Capabilities() location.Capabilities
}

// A Consensus is a handle on a store of versions.
type Consensus interface {
	location.Consensus
	Store
}

// A Blob is a handle on a store of values.
type Blob interface {
	location.Blob
	Store
}

// An opener opens the objects that the stores of one scheme offer; nil for an object
// that they do not.
type opener struct {
	consensus func(ctx context.Context, rawURL string) (Consensus, error)
	blob      func(ctx context.Context, rawURL string) (Blob, error)
}

// openers returns the opener of every scheme: a new store is one more line.
func openers() map[string]opener {
	return map[string]opener{}
}

// OpenConsensus opens the Consensus that rawURL names. A URL that no store can mean is
// refused with [location.ErrInvalidArgument] and an explanation that names what is
// known. No error repeats a secret of the URL.
func OpenConsensus(ctx context.Context, rawURL string) (Consensus, error) {
	scheme, o, err := lookUp(rawURL, "Consensus", func(o opener) bool { return o.consensus != nil })
	if err != nil {
		return nil, err
	}
	if o.consensus == nil {
		return nil, wrongObject(scheme, "Blob", "Consensus")
	}
	store, err := o.consensus(ctx, rawURL)
	return store, params.Scrub(err, rawURL)
}

// OpenBlob opens the Blob that rawURL names; see [OpenConsensus].
func OpenBlob(ctx context.Context, rawURL string) (Blob, error) {
	scheme, o, err := lookUp(rawURL, "Blob", func(o opener) bool { return o.blob != nil })
	if err != nil {
		return nil, err
	}
	if o.blob == nil {
		return nil, wrongObject(scheme, "Consensus", "Blob")
	}
	store, err := o.blob(ctx, rawURL)
	return store, params.Scrub(err, rawURL)
}

// Redact returns rawURL without its secrets, for output, files and errors.
func Redact(rawURL string) string { return params.Redact(rawURL) }

// lookUp finds the opener of rawURL's scheme. When there is none, its error names the
// schemes that offer the object.
func lookUp(rawURL, object string, offers func(opener) bool) (string, opener, error) {
	all := openers()
	scheme, _, found := strings.Cut(rawURL, ":")
	if o, known := all[scheme]; found && known {
		return scheme, o, nil
	}
	var known []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if offers(all[name]) {
			known = append(known, name+":")
		}
	}
	return "", opener{}, params.Invalid("store URL %q: unknown scheme: a %s is opened with %s",
		Redact(rawURL), object, strings.Join(known, ", "))
}

func wrongObject(scheme, offered, asked string) error {
	return params.Invalid("store URL: %s: opens a %s, not a %s", scheme, offered, asked)
}

// consensus fits a store's own constructor into the table.
func consensus[S Consensus](open func(context.Context, string) (S, error)) func(context.Context, string) (Consensus, error) {
	return func(ctx context.Context, rawURL string) (Consensus, error) {
		store, err := open(ctx, rawURL)
		if err != nil {
			return nil, err // and not an interface that holds a nil pointer
		}
		return store, nil
	}
}

// blob fits a store's own constructor into the table.
func blob[S Blob](open func(context.Context, string) (S, error)) func(context.Context, string) (Blob, error) {
	return func(ctx context.Context, rawURL string) (Blob, error) {
		store, err := open(ctx, rawURL)
		if err != nil {
			return nil, err
		}
		return store, nil
	}
}
