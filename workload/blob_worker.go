package workload

import (
	"context"
	"strconv"
	"sync/atomic"

	"github.com/assay-dev/assay/workload/history"
)

// blobObject is a run on a Blob.
type blobObject struct {
	open     OpenBlob
	opts     Options
	lives    []int64 // of a hot key in each slot, in requests of one client
	epoch    *epoch
	progress []progress // of each client
}

// progress is how many own keys a client has begun to write. Others only look.
type progress struct {
	own atomic.Int64
	_   apart
}

func newBlobObject(open OpenBlob, opts Options) *blobObject {
	o := &blobObject{open: open, opts: opts, epoch: new(epoch), progress: make([]progress, opts.Clients)}
	for slot := range opts.Keys {
		o.lives = append(o.lives, skew{opts.Keys}.life(slot, opts.Clients, hotOneIn))
	}
	return o
}

func (o *blobObject) worker(ctx context.Context, client int) (worker, error) {
	store, err := o.open(ctx, client)
	if err != nil {
		return nil, err
	}
	return &blobWorker{
		blobCaller: blobCaller{store: store}, object: o, client: client,
		requests: newBlobRequests(&o.opts, client), hot: make([]sharedKey, o.opts.Keys),
	}, nil
}

func (o *blobObject) reader(ctx context.Context, client int, keys []string, list bool) (worker, error) {
	store, err := o.open(ctx, client)
	if err != nil {
		return nil, err
	}
	var calls []call
	if list {
		calls = append(calls, call{action: &history.List{Prefix: o.opts.KeyPrefix}})
	}
	for _, key := range keys {
		calls = append(calls, call{key: key, action: &history.Get{}})
	}
	return &blobReader{blobCaller{store: store}, script{calls}}, nil
}

// A sharedKey is a key that several clients write, and often.
type sharedKey struct {
	generation int64 // from 1 on; fresh keys have later ones
	key        string
	sets       int  // by this client
	emptied    bool // this client has written the key's one empty value
}

// A blobWorker carries out the requests of one client.
type blobWorker struct {
	blobCaller
	value
	object   *blobObject
	client   int
	requests *blobRequests
	hot      []sharedKey
	burst    sharedKey
	keys     []string

	gets     slab[history.Get]
	sets     slab[history.Set]
	deletes  slab[history.Delete]
	restores slab[history.Restore]

	_ apart
}

func (w *blobWorker) next() (call, bool) {
	r := w.requests.next()
	w.object.epoch.reach(w.requests.drawn)
	if r.op == "list" {
		return call{action: &history.List{Prefix: w.listed(r)}}, true
	}
	key, shared := w.lookUp(r)
	switch r.op {
	case "get":
		return call{key: key, action: w.gets.next()}, true
	case "delete":
		return call{key: key, action: w.deletes.next()}, true
	case "restore":
		return call{key: key, action: w.restores.next()}, true
	default:
		return w.set(r, key, shared), true
	}
}

// lookUp returns the key of a request, with what this client did to it when it is shared.
func (w *blobWorker) lookUp(r blobRequest) (string, *sharedKey) {
	switch r.place {
	case placeOwn, placeOther:
		client, i := w.author(r)
		return string(append(w.directory(client, i), spellings[i%len(spellings)]...)), nil
	case placeHot:
		s := &w.hot[r.at]
		w.renew(s, "hot", r.at, 1+w.object.epoch.requests.Load()/w.object.lives[r.at])
		return s.key, s
	default:
		if r.fresh || w.burst.generation == 0 {
			// A few clients to a key: what comes back can then still be told apart.
			w.renew(&w.burst, "burst", w.client/3, 1+w.object.epoch.requests.Load()/epochStep)
		}
		return w.burst.key, &w.burst
	}
}

// renew gives a slot the key of a generation, if it is not there already.
func (w *blobWorker) renew(s *sharedKey, kind string, slot int, generation int64) {
	if s.generation == generation {
		return
	}
	key := w.object.opts.KeyPrefix + sharedName(kind+"/", slot, generation)
	*s = sharedKey{generation: generation, key: key}
	w.keys = append(w.keys, key)
}

// author returns who writes the key of a request once, and which of its own keys it is.
func (w *blobWorker) author(r blobRequest) (client, i int) {
	if r.place == placeOwn {
		return w.client, r.at
	}
	begun := int(w.object.progress[r.at].own.Load())
	return r.at, max(0, begun-1-r.lag)
}

// directory is where a client's i-th own key is, with its slash. It has as many digits
// for every i, so that it covers ten keys without its slash as well.
func (w *blobWorker) directory(client, i int) []byte {
	text := append(make([]byte, 0, 64), w.object.opts.KeyPrefix...)
	text = strconv.AppendInt(append(text, "once/"...), int64(client), 10)
	text = append(text, '/')
	i /= len(spellings)
	for digits := 100_000; digits > max(i, 1); digits /= 10 {
		text = append(text, '0')
	}
	return append(strconv.AppendInt(text, int64(i), 10), '/')
}

// listed is the prefix of a listing: a directory, the same without its slash, or a key,
// which may begin others.
func (w *blobWorker) listed(r blobRequest) string {
	if r.scope == scopeKey || r.place == placeHot || r.place == placeBurst {
		key, _ := w.lookUp(r)
		return key
	}
	directory := string(w.directory(w.author(r)))
	if r.scope == scopeWide {
		directory = directory[:len(directory)-1]
	}
	return directory
}

func (w *blobWorker) set(r blobRequest, key string, shared *sharedKey) call {
	size := r.size
	if shared != nil {
		size = w.uniqueSize(r, shared)
	} else {
		w.keys = append(w.keys, key)
		w.object.progress[w.client].own.Store(int64(r.at) + 1)
	}
	a := w.sets.next()
	a.Value, a.Size = w.encode(key, valueName(w.client, w.requests.drawn), size), int64(size)
	return call{key: key, action: a, value: w.bytes}
}

// uniqueSize returns a size in bytes that no other set of the shared key has, so that
// a delete's answer says which value it removed: each set of each client has its
// number, usual sizes are even and large ones odd, and only one client writes the
// key's one empty value.
func (w *blobWorker) uniqueSize(r blobRequest, s *sharedKey) int {
	clients := w.object.opts.Clients
	owner := (r.place == placeHot && r.at%clients == w.client) || (r.place == placeBurst && w.client%3 == 0)
	if r.size == 0 && owner && !s.emptied {
		s.emptied = true
		return 0
	}
	number := s.sets*clients + w.client
	s.sets++
	if r.size > w.object.opts.ValueBytes {
		return (w.object.opts.LargeBytes | 1) + 2*number
	}
	return bodyFloor + 2*number
}

func (w *blobWorker) learn(history.Action) {}

func (w *blobWorker) written() []string { return w.keys }
