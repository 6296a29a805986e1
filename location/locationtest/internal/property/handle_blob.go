package property

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/workload/body"
	"github.com/assay-dev/assay/workload/history"
)

type blobHandle struct {
	store  location.Blob
	names  []string
	limits location.Capabilities
	faulty [late + 1]location.Blob // made when it is needed
}

func (h *blobHandle) declared() location.Capabilities { return h.limits }

func (h *blobHandle) through(f fate) location.Blob {
	if !f.injected() {
		return h.store
	}
	if h.faulty[f] == nil {
		h.faulty[f] = meeting(f).Blob(h.store, 0)
	}
	return h.faulty[f]
}

func (h *blobHandle) learn(request, history.Action) {}

func (h *blobHandle) prepare(r request, w written) call {
	key, wrong := r.keyOf(h.names, h.limits)
	switch r.op {
	case "get", probe:
		return call{key, &history.Get{}, wrong, func(ctx context.Context, f fate, a history.Action) error {
			return h.get(ctx, f, key, a.(*history.Get))
		}}
	case "set":
		return h.set(r, key, wrong, w)
	case "delete":
		return call{key, &history.Delete{}, wrong, func(ctx context.Context, f fate, a history.Action) error {
			size, found, err := h.through(f).Delete(ctx, key)
			if err == nil {
				*a.(*history.Delete) = history.Delete{Answered: true, Found: found, Size: size}
			}
			return err
		}}
	case "restore":
		return call{key, &history.Restore{}, wrong, func(ctx context.Context, f fate, a history.Action) error {
			err := h.through(f).Restore(ctx, key)
			a.(*history.Restore).Refused = isRefusal(err, location.ErrRestoreRefused)
			return err
		}}
	}
	prefix := ""
	if r.op == "list" {
		prefix = r.prefixOf(key)
	}
	return call{"", &history.List{Prefix: prefix}, nil, func(ctx context.Context, f fate, a history.Action) error {
		return h.list(ctx, f, a.(*history.List))
	}}
}

func (h *blobHandle) get(ctx context.Context, f fate, key string, a *history.Get) error {
	value, found, err := h.through(f).Get(ctx, key)
	if err == nil && found {
		a.Found, a.Size = true, int64(len(value))
		a.Value, a.Damage = body.Decode(key, value)
		clear(value) // it is ours
	}
	return err
}

func (h *blobHandle) set(r request, key string, wrong *invalid, w written) call {
	size := r.size.bytes(w.unique, h.limits)
	action := &history.Set{Value: w.name, Size: int64(size)}
	if size == 0 {
		action.Value = body.EmptyName
	}
	if r.size == tooLong && wrong == nil {
		wrong = &invalid{"B1", fmt.Sprintf("a value of %d bytes, one more than the store declares to take,", size)}
	}
	return call{key, action, wrong, func(ctx context.Context, f fate, _ history.Action) error {
		value := body.Append(nil, key, w.name, size)
		defer clear(value) // a store keeps no slice that it was given
		return h.through(f).Set(ctx, key, value)
	}}
}

func (h *blobHandle) list(ctx context.Context, f fate, a *history.List) error {
	var entries []location.BlobMetadata
	for entry, err := range h.through(f).ListKeysAndMetadata(ctx, a.Prefix) {
		if err != nil {
			return err
		}
		entries = append(entries, entry)
	}
	// No order is promised, and the same run gives the same history.
	slices.SortFunc(entries, func(a, b location.BlobMetadata) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Size, b.Size))
	})
	a.Entries = entries
	return nil
}
