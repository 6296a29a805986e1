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
	case placeOwn:
		return w.once(w.client, r.at), nil
	case placeOther:
		begun := int(w.object.progress[r.at].own.Load())
		return w.once(r.at, max(0, begun-1-r.lag)), nil
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
	key := w.object.opts.KeyPrefix + kind + "/" + strconv.Itoa(slot) + "." + strconv.FormatInt(generation, 10)
	*s = sharedKey{generation: generation, key: key}
	w.keys = append(w.keys, key)
}

// once is the i-th of the keys that a client writes once, ten to a directory. Its
// directory has as many digits for every i, so that as a prefix it covers ten keys.
func (w *blobWorker) once(client, i int) string {
	text := append(make([]byte, 0, 64), w.object.opts.KeyPrefix...)
	text = strconv.AppendInt(append(text, "once/"...), int64(client), 10)
	text = append(text, '/')
	for digits := 100_000; digits > max(i/10, 1); digits /= 10 {
		text = append(text, '0')
	}
	text = strconv.AppendInt(text, int64(i/10), 10)
	return string(append(text, '/', byte('0'+i%10)))
}

// listed is the prefix of a listing: a directory, without its slash if it is wide, or
// a key of another kind, which may begin others.
func (w *blobWorker) listed(r blobRequest) string {
	key, shared := w.lookUp(r)
	if shared != nil {
		return key
	}
	key = key[:len(key)-1]
	if r.wide {
		key = key[:len(key)-1]
	}
	return key
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
