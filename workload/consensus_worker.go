package workload

import (
	"context"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/history"
)

// consensusObject is a run on a Consensus.
type consensusObject struct {
	open  OpenConsensus
	opts  Options
	lives []int64 // of a key in each slot, in requests of one client
	epoch *epoch
}

func newConsensusObject(open OpenConsensus, opts Options) *consensusObject {
	o := &consensusObject{open: open, opts: opts, epoch: new(epoch)}
	for slot := range opts.Keys {
		o.lives = append(o.lives, skew{opts.Keys}.life(slot, opts.Clients, 1))
	}
	return o
}

func (o *consensusObject) worker(ctx context.Context, client int) (worker, error) {
	store, err := o.open(ctx, client)
	if err != nil {
		return nil, err
	}
	return &consensusWorker{
		consensusCaller: consensusCaller{store: store, prefix: o.opts.KeyPrefix},
		object:          o, client: client,
		requests: newConsensusRequests(&o.opts, client),
		slots:    make([]knowledge, o.opts.Keys),
	}, nil
}

func (o *consensusObject) reader(ctx context.Context, client int, keys []string, list bool) (worker, error) {
	store, err := o.open(ctx, client)
	if err != nil {
		return nil, err
	}
	var calls []call
	if list {
		calls = append(calls, call{action: &history.ListKeys{}})
	}
	for _, key := range keys {
		calls = append(calls,
			call{key: key, action: &history.Head{}},
			call{key: key, action: &history.Scan{Limit: location.ScanAll}})
	}
	return &consensusReader{consensusCaller{store: store, prefix: o.opts.KeyPrefix}, script{calls}}, nil
}

// knowledge is what a client knows of the key in a slot.
type knowledge struct {
	generation int64 // of the key, from 1 on
	key        string
	found      bool // a head was seen
	seen       location.SeqNo
	attempted  bool
	attempt    location.SeqNo // of the last compare-and-set, whatever came of it
	emptied    bool           // this client has written the key's one empty value
}

// A consensusWorker carries out the requests of one client.
type consensusWorker struct {
	consensusCaller
	value
	object   *consensusObject
	client   int
	requests *consensusRequests
	slots    []knowledge
	current  *knowledge // of the request in flight; nil for a listing
	keys     []string

	heads       slab[history.Head]
	attempts    slab[history.CompareAndSet]
	scans       slab[history.Scan]
	truncations slab[history.Truncate]

	_ apart
}

func (w *consensusWorker) next() (call, bool) {
	r := w.requests.next()
	w.object.epoch.reach(w.requests.drawn)
	if r.op == "list_keys" {
		w.current = nil
		return call{action: &history.ListKeys{}}, true
	}
	k := w.lookUp(r.slot)
	w.current = k
	return w.settle(r, k), true
}

// lookUp returns what is known of the key that is in the slot now.
func (w *consensusWorker) lookUp(slot int) *knowledge {
	k := &w.slots[slot]
	generation := 1 + w.object.epoch.requests.Load()/w.object.lives[slot]
	if k.generation != generation {
		key := w.prefix + sharedName("k", slot, generation)
		*k = knowledge{generation: generation, key: key}
		w.keys = append(w.keys, key)
	}
	return k
}

// settle gives a request its arguments from what is known of its key.
func (w *consensusWorker) settle(r consensusRequest, k *knowledge) call {
	switch r.op {
	case "head":
		return call{key: k.key, action: w.heads.next()}
	case "scan":
		a := w.scans.next()
		a.From, a.Limit = k.bound(r), r.limit
		return call{key: k.key, action: a}
	case "truncate":
		a := w.truncations.next()
		a.UpTo = k.bound(r)
		return call{key: k.key, action: a}
	}
	a := w.attempts.next()
	k.compareAndSet(r, a)
	k.attempted, k.attempt = true, a.New.SeqNo
	a.New.Value = w.encode(k.key, valueName(w.client, w.requests.drawn), w.size(r, k))
	return call{key: k.key, action: a, value: w.bytes}
}

// size is that of the new value. An empty one does not name its writer: one client
// writes one of them per key.
func (w *consensusWorker) size(r consensusRequest, k *knowledge) int {
	if r.size > 0 {
		return r.size
	}
	if k.emptied || r.slot%w.object.opts.Clients != w.client {
		return bodyFloor
	}
	k.emptied = true
	return 0
}

// below is distance below what was last seen, but never below 0.
func (k *knowledge) below(distance int) location.SeqNo {
	return k.seen - min(k.seen, location.SeqNo(distance))
}

func (k *knowledge) bound(r consensusRequest) location.SeqNo {
	switch r.bound {
	case boundSeen:
		return k.seen
	case boundBelow:
		return k.below(r.distance)
	case boundAbove:
		return min(k.seen+location.SeqNo(r.distance), location.MaxSeqNo)
	default:
		return 0
	}
}

// compareAndSet sets the arguments of a, whose fields are zero.
func (k *knowledge) compareAndSet(r consensusRequest, a *history.CompareAndSet) {
	gap, distance := location.SeqNo(r.gap), location.SeqNo(r.distance)
	a.HasExpected, a.Expected = k.found, k.seen
	switch {
	case r.expect == expectAttempt && k.attempted:
		a.HasExpected, a.Expected = true, k.attempt
	case r.expect == expectNone:
		a.HasExpected = false
	case r.expect == expectBelow:
		a.HasExpected, a.Expected = true, k.below(r.distance)
	case r.expect == expectAbove:
		a.HasExpected, a.Expected = true, k.seen+distance
	case r.expect == expectBackward:
		a.HasExpected = true
	}
	if !a.HasExpected {
		a.Expected = 0
	}
	switch {
	case r.expect == expectBelow:
		a.New.SeqNo = k.seen + gap // would fit the head: the expectation alone is wrong
	case r.expect == expectBackward:
		a.New.SeqNo = a.Expected - min(a.Expected, gap-1)
	case r.expect == expectBeyond:
		a.New.SeqNo = location.MaxSeqNo + gap
	case r.expect == expectLeap:
		a.New.SeqNo = max(location.MaxSeqNo+1-distance, k.seen+1)
	case !a.HasExpected:
		a.New.SeqNo = gap - 1 // 0 is legal (C4)
	default:
		a.New.SeqNo = a.Expected + gap
	}
}

func (w *consensusWorker) learn(action history.Action) {
	if w.current != nil {
		w.current.learn(action)
	}
}

// learn remembers what an answer says of the head.
func (k *knowledge) learn(action history.Action) {
	switch a := action.(type) {
	case *history.Head:
		k.found, k.seen = a.Found, a.Version.SeqNo
	case *history.CompareAndSet:
		if a.Committed {
			k.found, k.seen = true, a.New.SeqNo
		}
	case *history.Scan:
		if n := len(a.Versions); n > 0 && int64(n) < a.Limit {
			k.found, k.seen = true, a.Versions[n-1].SeqNo
		}
	}
}

func (w *consensusWorker) written() []string { return w.keys }
