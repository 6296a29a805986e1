// Package backends opens a store from a URL. It is the one place that knows all
// stores; each store is a package below it that does not know this one.
package backends

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/assay-dev/assay/backends/bolt"
	"github.com/assay-dev/assay/backends/defective"
	"github.com/assay-dev/assay/backends/file"
	"github.com/assay-dev/assay/backends/hosted"
	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/backends/postgres"
	"github.com/assay-dev/assay/backends/s3"
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

type (
	consensusOpener func(ctx context.Context, rawURL string) (Consensus, error)
	blobOpener      func(ctx context.Context, rawURL string) (Blob, error)
)

// An opener opens the objects that the stores of one scheme keep; nil for an object
// that they do not.
type opener struct {
	consensus consensusOpener
	blob      blobOpener
}

// openers returns the opener of every scheme: a new store is one more line.
func openers() map[string]opener {
	return map[string]opener{
		"bolt":       {consensus: consensus(bolt.OpenConsensus)},
		"defective":  {consensus: consensus(defective.OpenConsensus), blob: blob(defective.OpenBlob)},
		"file":       {blob: blob(file.OpenBlob)},
		"hosted":     {consensus: consensus(hosted.OpenConsensus), blob: blob(hosted.OpenBlob)},
		"mem":        {consensus: consensus(mem.OpenConsensus), blob: blob(mem.OpenBlob)},
		"postgres":   {consensus: consensus(postgres.OpenConsensus)},
		"postgresql": {consensus: consensus(postgres.OpenConsensus)},
		"s3":         {blob: blob(s3.OpenBlob)},
	}
}

// OpenConsensus opens the Consensus that rawURL names. A URL that no store can mean is
// refused with [location.ErrInvalidArgument] and an explanation that names what is
// known. No error repeats a secret of the URL.
func OpenConsensus(ctx context.Context, rawURL string) (Consensus, error) {
	open, err := find("Consensus", rawURL, func(o opener) consensusOpener { return o.consensus })
	if err != nil {
		return nil, err
	}
	store, err := open(ctx, rawURL)
	return store, params.Scrub(err, rawURL)
}

// OpenBlob opens the Blob that rawURL names; see [OpenConsensus].
func OpenBlob(ctx context.Context, rawURL string) (Blob, error) {
	open, err := find("Blob", rawURL, func(o opener) blobOpener { return o.blob })
	if err != nil {
		return nil, err
	}
	store, err := open(ctx, rawURL)
	return store, params.Scrub(err, rawURL)
}

// Redact returns rawURL without its secrets, for output, files and errors.
func Redact(rawURL string) string { return params.Redact(rawURL) }

// find returns what opens the object at rawURL.
func find[O consensusOpener | blobOpener](object, rawURL string, of func(opener) O) (O, error) {
	u, _, err := params.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	all := openers()
	o, known := all[u.Scheme]
	if open := of(o); open != nil {
		return open, nil
	}
	problem := "unknown scheme"
	if known {
		problem = u.Scheme + ": opens the other object and no " + object
	}
	return nil, params.Invalid("store URL %s: %s; a %s is opened with %s, and a run can start a server with local:", Redact(rawURL), problem, object, schemes(all, of))
}

// schemes names those that offer the object.
func schemes[O consensusOpener | blobOpener](all map[string]opener, of func(opener) O) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if of(all[name]) != nil {
			names = append(names, name+":")
		}
	}
	return strings.Join(names, ", ")
}

// consensus fits a store's own constructor into the table.
func consensus[S Consensus](open func(context.Context, string) (S, error)) consensusOpener {
	return func(ctx context.Context, rawURL string) (Consensus, error) {
		store, err := open(ctx, rawURL)
		if err != nil {
			return nil, err // and not an interface that holds a nil pointer
		}
		return store, nil
	}
}

// blob fits a store's own constructor into the table.
func blob[S Blob](open func(context.Context, string) (S, error)) blobOpener {
	return func(ctx context.Context, rawURL string) (Blob, error) {
		store, err := open(ctx, rawURL)
		if err != nil {
			return nil, err
		}
		return store, nil
	}
}
