// Package defective holds stores that are wrong on purpose, each in one way, so that
// it can be shown that whoever judges stores notices.
//
//	defective:NAME            the store of that name in [All], in memory
//	defective:NAME?place=P    the same on a place of its own
//
// Handles on the same name and place share a store as long as one of them is open.
// What a defect itself remembers belongs to the handle, or to the place where it says so.
package defective

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/assay-dev/assay/backends/internal/params"
	"github.com/assay-dev/assay/backends/mem"
	"github.com/assay-dev/assay/location"
)

// An Object is one of the two storage abstractions.
type Object string

// The objects of the contract.
const (
	OfConsensus Object = "consensus"
	OfBlob      Object = "blob"
)

// A Sight says what it takes to notice a defect.
type Sight string

// What it takes, from little to much. A suite of checks one after the other cannot be
// expected to notice what needs more.
const (
	InSequence   Sight = "sequence"    // a suite of contract checks
	InConcert    Sight = "concurrency" // clients that come between the steps of others
	InTime       Sight = "timing"      // the right operation at the moment when it happens
	UnderFaults  Sight = "fault"       // a connection or a request that breaks, here simulated
	AfterCrashes Sight = "crash"       // a restart without what was not on disk, here simulated
)

// A Defect is a correct store in memory with a thin layer over it that breaks a
// clause.
type Defect struct {
	Name     string
	Object   Object
	Clause   string // the clause of the contract that it breaks, such as C2
	Sentence string // what it does wrong
	// Seen is where such a bug was seen in the wild, as far as that is known for sure.
	Seen string
	// Sees is what it takes to notice.
	Sees Sight

	// One of these is set. Each call makes the layer of one handle; place is where
	// the handle was opened.
	consensus func(inner location.Consensus, place string) location.Consensus
	blob      func(inner location.Blob, place string) location.Blob
	// shared has all handles on a place share one layer with its memory.
	shared bool
	// onePlace has all places share one store.
	onePlace bool
	// maxValueBytes is the longest value that the store declares.
	maxValueBytes int64
}

// All returns every defect, by object and clause.
func All() []Defect { return slices.Clone(all()) }

// all are the defects, made once: a store is opened for every few operations of a test.
// Nothing changes them; what a defect remembers is made with its layer.
var all = sync.OnceValue(func() []Defect {
	all := slices.Concat(
		consensusWriteDefects(), consensusReadDefects(), consensusKeyDefects(), consensusErrorDefects(), consensusRaceDefects(),
		consensusTruncationDefects(), consensusStaleDefects(), consensusFaultDefects(), consensusCrashDefects(),
		blobValueDefects(), blobDeleteDefects(), blobListDefects(), blobKeyDefects(), blobErrorDefects(), blobRaceDefects(),
		blobCacheDefects(), blobIndexDefects(), blobFaultDefects(), blobCrashDefects(),
	)
	for i := range all {
		all[i].Sees = cmp.Or(all[i].Sees, InSequence)
	}
	return all
})

// byName finds a defect.
var byName = sync.OnceValue(func() map[id]Defect {
	index := map[id]Defect{}
	for _, d := range all() {
		index[id{d.Object, d.Name}] = d
	}
	return index
})

type id struct {
	object Object
	name   string
}

// A Consensus is a handle on a defective Consensus.
type Consensus struct {
	location.Consensus
	inner  *mem.Consensus
	defect Defect
}

// Close gives up the handle.
func (c *Consensus) Close() error { return errors.Join(c.inner.Close(), release(c.Consensus)) }

// Capabilities are what the store claims.
func (c *Consensus) Capabilities() location.Capabilities {
	return c.defect.claim(c.inner.Capabilities())
}

// A Blob is a handle on a defective Blob.
type Blob struct {
	location.Blob
	inner  *mem.Blob
	defect Defect
}

// Close gives up the handle.
func (b *Blob) Close() error { return errors.Join(b.inner.Close(), release(b.Blob)) }

// Capabilities are what the store claims.
func (b *Blob) Capabilities() location.Capabilities {
	return b.defect.claim(b.inner.Capabilities())
}

func (d Defect) claim(caps location.Capabilities) location.Capabilities {
	caps.MaxValueBytes = d.maxValueBytes
	return caps
}

// OpenConsensus opens the Consensus that rawURL names.
func OpenConsensus(ctx context.Context, rawURL string) (*Consensus, error) {
	d, place, err := find(rawURL, OfConsensus)
	if err != nil {
		return nil, err
	}
	inner, err := mem.OpenConsensus(ctx, d.memURL(place))
	if err != nil {
		return nil, err
	}
	layer, err := consensusLayer(ctx, d, inner, place)
	return &Consensus{layer, inner, d}, err
}

// OpenBlob opens the Blob that rawURL names.
func OpenBlob(ctx context.Context, rawURL string) (*Blob, error) {
	d, place, err := find(rawURL, OfBlob)
	if err != nil {
		return nil, err
	}
	inner, err := mem.OpenBlob(ctx, d.memURL(place))
	if err != nil {
		return nil, err
	}
	layer, err := blobLayer(ctx, d, inner, place)
	return &Blob{layer, inner, d}, err
}

// memURL names the correct store below.
func (d Defect) memURL(place string) string {
	if d.onePlace {
		place = ""
	}
	return "mem:defective." + d.Name + "." + url.QueryEscape(place)
}

// find returns the defect that rawURL names, and the place.
func find(rawURL string, object Object) (Defect, string, error) {
	u, q, err := params.Parse(rawURL)
	if err != nil {
		return Defect{}, "", err
	}
	place := q.String("place", "")
	if err := q.Err(); err != nil {
		return Defect{}, "", err
	}
	if d, known := byName()[id{object, u.Opaque}]; known {
		return d, place, nil
	}
	var known []string
	for _, d := range all() {
		if d.Object == object {
			known = append(known, d.Name)
		}
	}
	return Defect{}, "", params.Invalid("store URL %s: no defective %s of that name: known are %s",
		params.Redact(rawURL), object, strings.Join(known, ", "))
}
