package workload

import (
	"fmt"
	"math/rand/v2"
)

// blobWeights are the default weights of the operations. Bursts come on top.
var blobWeights = map[string]int{
	"get":     45, // only a read finds a fault
	"set":     30, // most of them of fresh keys, see places
	"delete":  10, // half of them on hot keys, racing sets
	"restore": 5,  // most find the key there, those after a delete do not
	"list":    2,  // a listing is a read of each key that it covers
}

// A place is where the key of a request comes from.
type place string

const (
	// placeOwn is a key that this client wrote once. Most keys are like that, as in real
	// use; on a hot one a lost write is soon excused by another write that overlaps.
	placeOwn place = "own"
	// placeOther is a key that another client is writing about now.
	placeOther place = "other"
	// placeHot is a key that all clients share.
	placeHot place = "hot"
	// placeBurst is a key that a few clients write in quick succession, then leave alone
	// for a while, and then read: what it holds in quiet is beyond excuse.
	placeBurst place = "burst"
)

var places = map[string]choice[place]{
	"get":    newChoice(weighted[place]{35, placeOwn}, weighted[place]{35, placeOther}, weighted[place]{30, placeHot}),
	"set":    newChoice(weighted[place]{70, placeOwn}, weighted[place]{30, placeHot}),
	"delete": newChoice(weighted[place]{50, placeHot}, weighted[place]{40, placeOwn}, weighted[place]{10, placeOther}),
	// Values that come back under racing writes can hardly be told apart: no restores of hot keys.
	"restore": newChoice(weighted[place]{70, placeOwn}, weighted[place]{30, placeOther}),
	// Few keys at a time: a listing costs the check as much as it covers.
	"list": newChoice(weighted[place]{40, placeOwn}, weighted[place]{30, placeOther}, weighted[place]{20, placeHot}, weighted[place]{10, placeBurst}),
}

// A scope is what the prefix of a listing is.
type scope string

const (
	scopeDirectory scope = "the directory"
	scopeWide      scope = "the directory without its slash"
	scopeKey       scope = "the key"
)

var scopes = newChoice(
	weighted[scope]{40, scopeDirectory}, weighted[scope]{30, scopeWide}, // which not every store takes for the same
	weighted[scope]{30, scopeKey}, // is there itself, and begins others
)

// hotOneIn is how rare requests for hot keys are, all in all: one in so many.
const hotOneIn = 4

// A blobRequest is what a client asks for, drawn without knowing any answer.
type blobRequest struct {
	op    string
	place place
	// at is the number of an own key, the slot of a hot one, or the other client.
	at int
	// lag is how many keys the other client is thought to have written since, -1 for
	// the one that it is about to write.
	lag int
	// size of the value in bytes. On keys that are written more than once it only says
	// whether the value is empty, usual or large, see uniqueSize.
	size int
	// fresh: this begins a burst on a key of its own.
	fresh bool
	// scope is what the prefix of a listing of own keys is.
	scope scope
}

func (r blobRequest) String() string {
	text := r.op
	switch r.place {
	case placeOwn:
		text += fmt.Sprintf(" own key %d", r.at)
	case placeOther:
		text += fmt.Sprintf(" key of client %d, lag %d", r.at, r.lag)
	case placeHot:
		text += fmt.Sprintf(" hot slot %d", r.at)
	case placeBurst:
		text += " burst key"
	}
	if r.fresh {
		text += ", a fresh one"
	}
	if r.op == "list" {
		text += ", " + string(r.scope)
	}
	if r.op == "set" {
		text += fmt.Sprintf(", %d bytes", r.size)
	}
	return text
}

// blobRequests draws the requests of one client.
type blobRequests struct {
	rng    *rand.Rand
	opts   *Options
	client int
	ops    choice[string]
	slots  skew
	drawn  int64
	own    int // own keys drawn so far
	later  []scheduled
	_      apart
}

// scheduled is a request whose turn comes at the due-th.
type scheduled struct {
	due     int64
	request blobRequest
}

func newBlobRequests(opts *Options, client int) *blobRequests {
	var ops []weighted[string]
	for _, op := range []string{"get", "set", "delete", "restore", "list"} {
		ops = append(ops, weighted[string]{opts.Weights[op], op})
	}
	return &blobRequests{
		rng: newRand(opts.Seed, uint64(client)), opts: opts, client: client,
		ops: newChoice(ops...), slots: skew{opts.Keys},
	}
}

func (g *blobRequests) next() blobRequest {
	g.drawn++
	if g.drawn%epochStep == 0 {
		g.scheduleBurst()
	}
	if r, ok := g.takeDue(); ok {
		return r
	}
	r := blobRequest{op: g.ops.draw(g.rng)}
	if r.op == "list" && g.opts.Weights["get"] > 0 && outgrown(g.rng, g.drawn) {
		r.op = "get"
	}
	r.place = places[r.op].draw(g.rng)
	switch r.place {
	case placeOwn:
		g.onOwn(&r)
	case placeOther:
		g.onOther(&r)
	case placeHot:
		r.at = g.slots.draw(g.rng)
	}
	if r.op == "set" {
		r.size = drawSize(g.rng, g.opts)
	}
	if r.op == "list" {
		r.scope = scopes.draw(g.rng)
	}
	return r
}

// takeDue returns the first request whose turn has come.
func (g *blobRequests) takeDue() (blobRequest, bool) {
	for i, s := range g.later {
		if s.due <= g.drawn {
			g.later = append(g.later[:i], g.later[i+1:]...)
			return s.request, true
		}
	}
	return blobRequest{}, false
}

// schedule puts a request on the timetable, unless its kind is unwanted.
func (g *blobRequests) schedule(after int, r blobRequest) {
	if g.opts.Weights[r.op] > 0 {
		g.later = append(g.later, scheduled{g.drawn + int64(after), r})
	}
}

// onOwn chooses an own key: the next one to write, or one that was written lately.
func (g *blobRequests) onOwn(r *blobRequest) {
	if r.op == "set" {
		r.at = g.own
		g.own++
		if chance(g.rng, 3) {
			g.schedule(1, blobRequest{op: "get", place: placeOwn, at: r.at}) // read your writes
		}
		return
	}
	r.at = max(0, g.own-between(g.rng, 1, 20))
	if r.op == "delete" {
		g.afterDelete(*r)
	}
}

// afterDelete looks whether the value is gone, and sometimes whether it comes back.
func (g *blobRequests) afterDelete(r blobRequest) {
	read := blobRequest{op: "get", place: r.place, at: r.at}
	if chance(g.rng, 2) {
		g.schedule(between(g.rng, 1, 4), read)
	}
	if chance(g.rng, 2) {
		g.schedule(5, blobRequest{op: "restore", place: r.place, at: r.at})
		g.schedule(between(g.rng, 6, 10), read)
	}
}

// onOther chooses a key that another client has just written or is about to.
func (g *blobRequests) onOther(r *blobRequest) {
	if g.opts.Clients == 1 {
		r.place = placeOwn
		g.onOwn(r)
		return
	}
	r.at = (g.client + between(g.rng, 1, g.opts.Clients-1)) % g.opts.Clients
	r.lag = between(g.rng, -1, 6)
}

var burstOps = newChoice(
	weighted[string]{55, "set"}, weighted[string]{25, "get"}, weighted[string]{12, "delete"}, weighted[string]{8, "restore"},
)

// scheduleBurst plans a burst, a quiet while, and then reads, around one delete that
// nothing disturbs and one coming back.
func (g *blobRequests) scheduleBurst() {
	g.schedule(0, blobRequest{op: "set", place: placeBurst, fresh: true, size: drawSize(g.rng, g.opts)})
	for range between(g.rng, 2, 6) {
		r := blobRequest{op: burstOps.draw(g.rng), place: placeBurst}
		if r.op == "set" {
			r.size = drawSize(g.rng, g.opts)
		}
		g.schedule(0, r)
	}
	quiet := between(g.rng, 20, 30)
	g.schedule(quiet, blobRequest{op: "get", place: placeBurst})
	if chance(g.rng, 3) {
		for i, op := range []string{"delete", "get", "restore", "get"} {
			g.schedule(quiet+2+2*i, blobRequest{op: op, place: placeBurst})
		}
	}
}
